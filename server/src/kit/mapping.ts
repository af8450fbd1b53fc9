import type { Changes, New } from './models.ts'
import { type At, type Path, readPath, writePath } from './paths.ts'

/** How one of our fields is kept at a vendor, where it is not kept as it is. Made by the functions of `fields.ts`. */
export type Field<P extends string, Ours, Theirs> = {
  path: P
  /** Undefined means that the field is absent. The whole record is given for what depends on another field. */
  read: (theirs: Theirs, record: unknown) => Ours | undefined
  /** Absent where the vendor fills the field itself. */
  write?: ((ours: Ours, input: unknown) => Theirs) | undefined
  /** What empties the field, where it is not the mapping's own way. */
  empty?: unknown
}

type RecordedField = 'externalId' | 'createdAt' | 'updatedAt' | 'raw'
type Record_ = { externalId: string; createdAt?: Date | undefined; updatedAt?: Date | undefined; raw?: unknown }

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false
/** Paths of `Theirs` that hold just what our field holds. */
type PathTo<Theirs, Ours> = {
  [P in Path<Theirs>]: Same<NonNullable<At<Theirs, P>>, NonNullable<Ours>> extends true ? P : never
}[Path<Theirs>]
type FieldFor<Theirs, Ours> = {
  [P in Path<Theirs>]: Field<P, NonNullable<Ours>, NonNullable<At<Theirs, P>>>
}[Path<Theirs>]

export type Rules<Ours extends Record_, Theirs> = {
  [F in Exclude<keyof Ours, 'raw' | 'customFields'>]?: PathTo<Theirs, Ours[F]> | FieldFor<Theirs, Ours[F]>
} & { externalId: PathTo<Theirs, string> | FieldFor<Theirs, string> }

/** Our name of a custom field → the vendor's. Chosen by each workspace. */
export type CustomFieldMap = { readonly [ours: string]: string }

export type MappingOptions<Theirs> = {
  /** What empties a field at this vendor. Default: null. */
  empty?: null | ''
  /** The object in the vendor's record that holds custom fields by name. */
  custom?: Path<Theirs>
}

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [K in keyof T]?: DeepPartial<T[K]> | null }
    : T

/** Both directions of a field map. */
export type Mapping<Ours extends Record_, Theirs> = {
  /** A vendor's record in our words. Fields that are absent, null or empty there are left out; the record itself stays in `raw`. */
  read(record: Theirs, custom?: CustomFieldMap): Ours
  /** What to send for a new record or for changes: fields left out stay out, null empties. What the vendor fills itself is not sent. */
  write(input: New<Ours> | Changes<Ours>, custom?: CustomFieldMap): DeepPartial<Theirs>
}

/**
 * Declares how a vendor's record and ours correspond. A field that does not exist on either side, or holds another type, does not
 * compile; a plain path stands for a field that both keep alike, a function such as `date('updated')` for one that needs converting.
 */
export function mapping<Ours extends Record_, Theirs extends object>(
  rules: Rules<NoInfer<Ours>, NoInfer<Theirs>>,
  options: MappingOptions<NoInfer<Theirs>> = {},
): Mapping<Ours, Theirs> {
  const { empty = null, custom } = options
  const entries = (Object.entries(rules) as [string, string | Field<string, unknown, unknown>][]).map(
    ([name, rule]): [string, Field<string, unknown, unknown>] => [name, typeof rule === 'string' ? as(rule) : rule],
  )
  return {
    read(record, customMap = {}) {
      const ours: Record<string, unknown> = {}
      for (const [name, { path, read }] of entries) {
        const theirs = readPath(record, path)
        if (isEmpty(theirs)) continue
        const value = read(theirs, record)
        if (!isEmpty(value)) writePath(ours, name, value)
      }
      const customFields = custom === undefined ? {} : readCustom(readPath(record, custom), customMap)
      if (Object.keys(customFields).length > 0) ours.customFields = customFields
      ours.raw = record
      return ours as Ours
    },
    write(input, customMap = {}) {
      const theirs: Record<string, unknown> = {}
      const given = input as Record<string, unknown>
      for (const [name, field] of entries) {
        const value = given[name]
        if (value === undefined || !field.write || recordedFields.has(name)) continue
        writePath(
          theirs,
          field.path,
          value === null ? ('empty' in field ? field.empty : empty) : field.write(value, input),
        )
      }
      if (custom !== undefined && typeof given.customFields === 'object' && given.customFields !== null) {
        for (const [ours, value] of Object.entries(given.customFields)) {
          const name = Object.hasOwn(customMap, ours) ? customMap[ours] : undefined
          if (name !== undefined && value !== undefined) {
            const place = (readPath(theirs, custom) ?? {}) as Record<string, unknown>
            if (!readPath(theirs, custom)) writePath(theirs, custom, place)
            writeName(place, name, value ?? empty)
          }
        }
      }
      return theirs as DeepPartial<Theirs>
    },
  }
}

const recordedFields: ReadonlySet<string> = new Set<RecordedField>(['externalId', 'createdAt', 'updatedAt', 'raw'])

const as = (path: string): Field<string, unknown, unknown> => ({
  path,
  read: (value) => value,
  write: (value) => value,
})

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

function readCustom(place: unknown, map: CustomFieldMap): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  if (typeof place !== 'object' || place === null) return found
  for (const [ours, theirs] of Object.entries(map)) {
    const value = Object.hasOwn(place, theirs) ? (place as Record<string, unknown>)[theirs] : undefined
    if (!isEmpty(value)) writeName(found, ours, value)
  }
  return found
}

// A vendor's name may hold dots, so it is a name here and no path.
const writeName = (place: Record<string, unknown>, name: string, value: unknown): void => {
  Object.defineProperty(place, name, { value, enumerable: true, writable: true, configurable: true })
}
