import { type Change, ConnectorError, type Paging } from '../../kit/index.ts'
import type { HcpContext } from './settings.ts'

const largestPage = 200
/** Changes of the last minute are read again, since times there are whole seconds. */
const overlapMs = 60_000
/** Most records that a cursor remembers as told. */
const mostRemembered = 150

type Page = { page: number; total_pages: number }

/** Pages have numbers, and say how many there are. */
export const pagesOf = (items: string): Paging => ({
  first: { page: 1, page_size: largestPage },
  items: (body) => (body as Record<string, unknown[] | undefined>)[items] ?? [],
  next({ body }) {
    const { page, total_pages: last } = body as Page
    return page < last ? { query: { page: page + 1 } } : undefined
  },
})

type Record_ = { id: string; updated_at?: string | null }
export type Kind = { path: string; items: string; query?: Record<string, string | readonly string[]> }

/** All records in the order in which they were made, or those changed since a time, the latest first: there is no filter by time. */
export async function* recordsSince<T extends Record_>(
  { http }: HcpContext,
  { path, items, query = {} }: Kind,
  since: Date | undefined,
): AsyncIterable<T> {
  const sort = since === undefined ? ['created_at', 'asc'] : ['updated_at', 'desc']
  const pages = items === 'customers' ? {} : { pages: pagesOf(items) }
  const seen = new Set<string>()
  const all = http.pages<T>(path, { ...query, sort_by: sort[0], sort_direction: sort[1] }, pages)
  for await (const record of all) {
    if (since !== undefined && changedAt(record) < since.getTime()) return
    // A record that changes meanwhile pushes others to the next page, where they come again.
    if (!seen.has(record.id)) yield record
    seen.add(record.id)
  }
}

/** `told` names what was told of the last minute before `since` (`id@time`); `page` and what follows stand while a run goes on. */
type Cursor = { since: number; told: string[]; page: number; size: number; latest: number; fresh: string[] }

/** Changes since a cursor, the latest first and page by page, as far back as where the run before ended. */
export async function changesOf<T extends Record_, Ours extends { externalId: string }>(
  { http }: HcpContext,
  { path, items, query = {} }: Kind,
  { cursor, limit = largestPage }: { cursor?: string | undefined; limit?: number | undefined },
  read: (record: T) => Change<Ours>,
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const size = Math.min(limit, largestPage)
  const from: Cursor =
    cursor === undefined ? { since: 0, told: [], page: 1, size, latest: 0, fresh: [] } : readCursor(cursor, size)
  const sort = { sort_by: 'updated_at', sort_direction: 'desc' }
  const answer = await http.get<Page & { [name: string]: T[] | number }>(path, {
    ...{ ...query, ...sort, page: from.page, page_size: from.size },
  })
  const records = (answer[items] as T[] | undefined) ?? []
  const until = from.since - overlapMs
  const recent = records.filter((record) => changedAt(record) >= until)
  const told = new Set([...from.told, ...from.fresh])
  const changes = recent.filter((record) => !told.has(markOf(record))).map(read)
  const latest = Math.max(from.latest, from.since, ...recent.map(changedAt))
  const fresh = remember([...from.fresh, ...recent.map(markOf)], latest)
  const more = recent.length === records.length && records.length > 0 && from.page < answer.total_pages
  const to: Cursor = more
    ? { ...from, page: from.page + 1, latest, fresh }
    : { since: latest, told: remember([...from.told, ...fresh], latest), page: 1, size, latest: 0, fresh: [] }
  return { changes, cursor: Buffer.from(JSON.stringify(to)).toString('base64url'), more }
}

const changedAt = ({ updated_at: time }: Record_): number => Date.parse(time ?? '') || 0
const markOf = (record: Record_): string => `${record.id}@${changedAt(record)}`

const remember = (marks: readonly string[], latest: number): string[] =>
  [...new Set(marks)].filter((mark) => Number(mark.split('@')[1]) >= latest - overlapMs).slice(-mostRemembered)

function readCursor(text: string, size: number): Cursor {
  try {
    const read = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor
    const isRight =
      [read.since, read.latest].every(Number.isFinite) &&
      [read.page, read.size].every((count) => Number.isInteger(count) && count > 0) &&
      [read.told, read.fresh].every(Array.isArray)
    // Another size would count pages otherwise.
    if (isRight) return read.page === 1 ? { ...read, size } : read
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
