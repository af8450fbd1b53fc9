import { Type } from 'typebox'
import type { Stored } from '../emulator.ts'
import { type ListOptions, type Records, readCursor } from '../records.ts'
import { invalid } from './failures.ts'
import { base } from './records.ts'

export const paging = {
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
  page_token: Type.Optional(Type.String()),
  sort: Type.Optional(Type.String()),
}
type Asked = { count?: number; page_token?: string; sort?: string }

/** One page of records, in Calendly's shape. */
export function pageOf<T, Shown>(
  records: Records<T>,
  options: ListOptions<T>,
  { count = 20, page_token: cursor }: Asked,
  url: string,
  show: (record: Stored<T>) => Shown,
) {
  if (cursor !== undefined && readCursor(cursor) === undefined) throw invalid('page_token', 'is invalid')
  const { items, next } = records.page({ ...options, limit: count, cursor })
  return { collection: items.map(show), pagination: paginationOf(items.length, next, url) }
}

export function paginationOf(count: number, next: string | undefined, url: string) {
  const page = new URL(url, base)
  if (next !== undefined) page.searchParams.set('page_token', next)
  return {
    ...{ count, next_page: next === undefined ? null : page.href, previous_page: null },
    ...{ next_page_token: next ?? null, previous_page_token: null },
  }
}
