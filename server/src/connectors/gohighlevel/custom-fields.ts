import type { CustomField, OperationInput } from '../../kit/index.ts'
import { paths } from './paths.ts'
import { type GhlContext, locationOf } from './settings.ts'
import type { CustomValue, GhlCustomField } from './types.ts'

const types: Record<string, CustomField['type']> = {
  TEXT: 'text',
  LARGE_TEXT: 'text',
  PHONE: 'text',
  NUMERICAL: 'number',
  MONETORY: 'number',
  DATE: 'date',
  SINGLE_OPTIONS: 'option',
  RADIO: 'option',
  MULTIPLE_OPTIONS: 'options',
  CHECKBOX: 'options',
}

export const customFields = {
  async list(context: GhlContext, { object }: OperationInput<'customFields.list'>): Promise<CustomField[]> {
    const found = await definitions(context, object === 'contact' ? 'contact' : 'opportunity')
    return found.map(({ id, name, fieldKey, dataType = '', picklistOptions = [] }) => ({
      name: fieldKey ?? id,
      label: name,
      type: types[dataType] ?? 'other',
      ...(picklistOptions.length === 0 ? {} : { options: picklistOptions.map((value) => ({ value, label: value })) }),
    }))
  },
}

const definitions = async (context: GhlContext, model: 'contact' | 'opportunity'): Promise<GhlCustomField[]> =>
  (await context.http.get<{ customFields: GhlCustomField[] }>(paths.customFields(locationOf(context)), { model }))
    .customFields

/** Our name of each mapped field → its id there. */
export type FieldIds = ReadonlyMap<string, string>

/** A field is named by its id, or by its key with or without what GoHighLevel puts before it. */
const keyOf = (name: string): string => name.replace(/^(customField|contact|opportunity)s?\./, '')

/** Looks up the ids of the mapped fields; asks GoHighLevel only where any are mapped. */
export async function mappedFields(context: GhlContext): Promise<FieldIds> {
  const mapped = Object.entries(context.settings.field_mappings ?? {})
  if (mapped.length === 0) return new Map()
  const known = await definitions(context, 'contact')
  const ids = mapped.flatMap(([ours, theirs]) => {
    const found = known.find(({ id, fieldKey }) => id === theirs || keyOf(fieldKey ?? id) === keyOf(theirs))
    return found ? [[ours, found.id] as const] : []
  })
  return new Map(ids)
}

export function readFields(values: readonly CustomValue[], ids: FieldIds): Record<string, unknown> | undefined {
  const found = [...ids].flatMap(([ours, id]) => {
    const value = values.find((one) => one.id === id)?.value
    return value === undefined || value === null || value === '' ? [] : [[ours, value] as const]
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

export const writeFields = (fields: Record<string, unknown>, ids: FieldIds) =>
  Object.entries(fields).flatMap(([ours, value]) => {
    const id = ids.get(ours)
    return id === undefined || value === undefined ? [] : [{ id, field_value: sentValue(value) }]
  })

/** Text, a list of texts, or an object; an empty text empties. */
function sentValue(value: unknown): string | string[] | object {
  if (value === null) return ''
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(String)
  return typeof value === 'object' ? value : String(value)
}
