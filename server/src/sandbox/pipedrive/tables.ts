import { type TProperties, Type } from 'typebox'
import type { Account, Stored } from '../emulator.ts'
import type { Records } from '../records.ts'
import { readCursor } from '../records.ts'
import { invalid } from './failures.ts'

/** The one user of every account, who owns everything. */
export const sandboxUser = { id: 7001, name: 'Sandbox Owner', email: 'owner@example.com', currency: 'EUR' }

/** Parts of a path are texts. */
export const Id = Type.Object({ id: Type.String({ pattern: '^[1-9]\\d{0,14}$' }) })
export const paging = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  cursor: Type.Optional(Type.String()),
}
const time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' })
export const listing = {
  ...paging,
  filter_id: Type.Optional(Type.Integer()),
  ids: Type.Optional(Type.String()),
  owner_id: Type.Optional(Type.Integer()),
  // Without a fraction of a second.
  updated_since: Type.Optional(time),
  updated_until: Type.Optional(time),
  sort_direction: Type.Optional(Type.Enum(['asc', 'desc'])),
  custom_fields: Type.Optional(Type.String()),
}
export const listingOf = <const P extends TProperties>(own: P) => Type.Object({ ...listing, ...own })
/** Version 1 pages by position. */
export const positions = {
  start: Type.Optional(Type.Integer({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
}

export const ok = (data: unknown, additional?: object) => ({
  success: true,
  data,
  ...(additional === undefined ? {} : { additional_data: additional }),
})

/** `2026-02-20T10:00:00Z` */
export const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
/** `2026-02-20 10:00:00`, as version 1 writes times. */
export const spaced = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

export type Fields = { [name: string]: unknown }
export const recordsOf = (account: Account, type: string): Records<Fields> => account.records<Fields>(type)

type Query = {
  limit?: number
  cursor?: string
  ids?: string
  updated_since?: string
  updated_until?: string
  sort_by?: string
  sort_direction?: string
}

/** A page of version 2. Its times are whole seconds, so a change counts with the second it was made in. */
export function pageOf(
  account: Account,
  type: string,
  query: Query,
  show: (record: Stored<Fields>) => unknown,
  where: (record: Stored<Fields>) => boolean = () => true,
) {
  const { limit = 100, cursor, ids, updated_since: since, updated_until: until, sort_by: by, sort_direction } = query
  if (cursor !== undefined && !readCursor(cursor)) throw invalid('cursor', 'Invalid cursor')
  const wanted = ids?.split(',')
  const { items, next } = recordsOf(account, type).page({
    limit,
    cursor,
    descending: sort_direction === 'desc',
    sortBy: by === 'update_time' ? 'updatedAt' : 'createdAt',
    since: since === undefined ? undefined : Date.parse(since),
    where: (record) =>
      (until === undefined || record.updatedAt < Date.parse(until)) &&
      (wanted === undefined || wanted.includes(record.id)) &&
      where(record),
  })
  return ok(items.map(show), { next_cursor: next ?? null })
}

/** A page of version 1. */
export function positionsOf<T>(all: readonly T[], { start = 0, limit = 100 }: { start?: number; limit?: number }) {
  const more = start + limit < all.length
  const pagination = { start, limit, more_items_in_collection: more, ...(more ? { next_start: start + limit } : {}) }
  return ok(all.slice(start, start + limit), { pagination })
}

/** Checks the custom fields of a record: Pipedrive refuses keys that it does not know. */
export function checkCustomFields(account: Account, of: 'person' | 'deal', given: Fields = {}): void {
  const known = customFieldsOf(account, of)
  for (const [key, value] of Object.entries(given)) {
    const found = known.find((one) => one.key === key)
    if (!found) throw invalid(`custom_fields.${key}`, 'Property is not allowed')
    if (value === null) continue
    const isNumber = typeof value === 'number'
    if (found.field_type === 'double' && !isNumber) throw invalid(`custom_fields.${key}`, 'Expected number')
    if (found.field_type === 'varchar' && typeof value !== 'string')
      throw invalid(`custom_fields.${key}`, 'Expected string')
    if (found.field_type === 'enum' && !found.options?.some(({ id }) => id === value))
      throw invalid(`custom_fields.${key}`, 'Unknown option')
  }
}

export type CustomField = {
  key: string
  name: string
  field_type: 'varchar' | 'double' | 'enum'
  options?: { id: number; label: string }[]
}

export function customFieldsOf(account: Account, of: 'person' | 'deal'): CustomField[] {
  const name = `${of}Fields`
  account.values[name] ??= []
  return account.values[name] as CustomField[]
}

export function checkOwner(owner: unknown): void {
  if (owner !== undefined && owner !== sandboxUser.id) throw invalid('owner_id', 'User not found')
}
