import { type Change, ConnectorError } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { Page, Recent } from './types.ts'

const largestPage = 500
/** Pipedrive tells times in whole seconds, and may show a change a little after it was made. */
const overlapMs = 60_000
/** Most records that a cursor remembers as told. */
const mostRemembered = 150

/** As Pipedrive wants it: RFC 3339, without a fraction. */
export const updatedSinceText = (since: Date | undefined): string | undefined =>
  since === undefined ? undefined : `${since.toISOString().slice(0, 19)}Z`

type Record_ = { id: number; update_time: string }
type Kind<T, Ours> = {
  path: string
  /** What Pipedrive calls it among recent changes, where alone deletions are told. */
  item: 'person' | 'activity'
  /** Undefined for a record that is none of ours. */
  read(record: T): Ours | undefined
}

/**
 * Where reading stands: `at` is the time to read on from, `page` the vendor's cursor within a run, `latest` the latest change seen in it;
 * `told` and `gone` name what was told of the last minute (`id@time`), which is read again.
 */
type Cursor = { at: number; page?: string; latest?: number; told: string[]; goneAt: number; gone: string[] }

/** Changes since a cursor, oldest first, and after the last of them the deletions, which stand in another list. */
export async function changesOf<T extends Record_, Ours extends { externalId: string }>(
  context: PipedriveContext,
  kind: Kind<T, Ours>,
  { cursor, limit = largestPage }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const from = cursor === undefined ? firstCursor(context) : readCursor(cursor)
  const changes: Change<Ours>[] = []
  let { page, latest = 0, told } = from
  for (;;) {
    const { data, additional_data: more } = await context.http.get<Page<T>>(kind.path, {
      updated_since: updatedSinceText(new Date(from.at)),
      sort_by: 'update_time',
      sort_direction: 'asc',
      limit: Math.min(largestPage, limit - changes.length),
      cursor: page,
    })
    const records = data ?? []
    const seen = new Set(told)
    for (const record of records) {
      latest = Math.max(latest, Date.parse(record.update_time))
      const ours = seen.has(markOf(record)) ? undefined : kind.read(record)
      if (ours !== undefined) changes.push({ type: 'upserted', record: ours })
    }
    told = remember([...told, ...records.map(markOf)])
    page = more?.next_cursor ?? undefined
    if (page === undefined) break
    if (changes.length >= limit) {
      return { changes, cursor: writeCursor({ ...from, page, latest, told }), more: true }
    }
  }
  const { deletions, goneAt, gone } = await deletionsSince(context, kind.item, from)
  for (const { id, at } of deletions) changes.push({ type: 'deleted', externalId: String(id), at: new Date(at) })
  const at = latest === 0 ? from.at : Math.max(from.at, latest - overlapMs)
  return { changes, cursor: writeCursor({ at, told, goneAt, gone }), more: false }
}

/** Records that are no longer active among the recent changes. */
async function deletionsSince({ http }: PipedriveContext, item: Kind<unknown, unknown>['item'], cursor: Cursor) {
  const deletions: { id: number; at: number }[] = []
  let { goneAt, gone } = cursor
  const seen = new Set(gone)
  // `YYYY-MM-DD HH:MM:SS`, in UTC.
  const since = new Date(Math.max(0, goneAt - overlapMs)).toISOString().slice(0, 19).replace('T', ' ')
  for await (const { id, data } of recents(http, { since_timestamp: since, items: item })) {
    if (data?.active_flag !== false) continue
    const at = Date.parse(`${data.update_time?.replace(' ', 'T')}Z`)
    if (!Number.isFinite(at) || at < cursor.goneAt - overlapMs || seen.has(`${id}@${at}`)) continue
    deletions.push({ id, at })
    goneAt = Math.max(goneAt, at)
    gone = [...gone, `${id}@${at}`]
  }
  return { deletions, goneAt, gone: remember(gone) }
}

const recents = (http: PipedriveContext['http'], query: { since_timestamp: string; items: string }) =>
  http.pages<Recent>(paths.recents, query, { pages: startPages })

/** Version 1 pages by position. Whether there is more stands in one place or another, so a full page is followed by the next. */
export const startPages = {
  first: { start: 0, limit: largestPage },
  items: (body: unknown): readonly unknown[] => (body as { data?: unknown[] | null }).data ?? [],
  next: (_: unknown, sent: { start?: unknown }, count: number) =>
    count < largestPage ? undefined : { query: { start: Number(sent.start ?? 0) + count } },
}

const firstCursor = ({ now }: PipedriveContext): Cursor => ({ at: 0, told: [], goneAt: now().getTime(), gone: [] })

const markOf = ({ id, update_time: time }: Record_): string => `${id}@${Date.parse(time)}`

/** The marks of the last minute before the latest, the newest at most. */
function remember(marks: readonly string[]): string[] {
  const timeOf = (mark: string) => Number(mark.split('@')[1])
  const latest = Math.max(0, ...marks.map(timeOf))
  const recent = [...new Set(marks)].filter((mark) => timeOf(mark) >= latest - overlapMs)
  return recent.sort((left, right) => timeOf(left) - timeOf(right)).slice(-mostRemembered)
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const { at, page, latest, told, goneAt, gone } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor
    const isRight = [at, goneAt].every(Number.isFinite) && [told, gone].every(Array.isArray)
    if (isRight)
      return {
        at,
        told,
        goneAt,
        gone,
        ...(typeof page === 'string' ? { page } : {}),
        ...(typeof latest === 'number' ? { latest } : {}),
      }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
