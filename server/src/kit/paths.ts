/** The places in a vendor's record as dotted paths, three levels deep; lists are leaves. */
export type Path<T> = PathWithin<T, []>

type PathWithin<T, Depth extends unknown[]> = Depth['length'] extends 3
  ? never
  : {
      [K in keyof T & string]: NonNullable<T[K]> extends Leaf
        ? K
        : K | `${K}.${PathWithin<NonNullable<T[K]>, [...Depth, unknown]>}`
    }[keyof T & string]

type Leaf = string | number | boolean | bigint | Date | readonly unknown[] | ((...given: never[]) => unknown)

/** The type of what stands at a path. */
export type At<T, P extends string> = P extends keyof T
  ? T[P]
  : P extends `${infer Head}.${infer Rest}`
    ? Head extends keyof T
      ? At<NonNullable<T[Head]>, Rest>
      : never
    : never

/** Reads what stands at a dotted path; undefined where something on the way is missing. */
export function readPath(record: unknown, path: string): unknown {
  let value: unknown = record
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
  }
  return value
}

/** Puts a value at a dotted path, making the objects on the way. */
export function writePath(record: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.')
  const last = names.pop()!
  let place = record
  for (const name of names) {
    const next = Object.hasOwn(place, name) ? place[name] : undefined
    if (typeof next === 'object' && next !== null) place = next as Record<string, unknown>
    else {
      const made = {}
      put(place, name, made)
      place = made
    }
  }
  put(place, last, value)
}

// Names may come from a workspace's own field mapping; `__proto__` must be a name like any other.
const put = (place: Record<string, unknown>, name: string, value: unknown): void => {
  Object.defineProperty(place, name, { value, enumerable: true, writable: true, configurable: true })
}
