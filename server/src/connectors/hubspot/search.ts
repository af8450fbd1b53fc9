import { type Change, ConnectorError } from '../../kit/index.ts'
import { type ObjectType, objects } from './paths.ts'
import type { HubSpotContext } from './settings.ts'
import type { CrmObject, Found } from './types.ts'

export type Filter = { propertyName: string; operator: string; value?: string; values?: readonly string[] }

/** HubSpot ends every search after ten thousand results, and pages by position, which changes shift. */
const pageSize = 200
/** HubSpot finds a change seconds after it was made, and not in the order of the changes. */
const overlapMs = 60_000
/** Most records that a cursor remembers as told. */
const mostRemembered = 150

/** One page of a search. All filters of a group must fit, and any one group. */
export const search = <T>(
  { http }: HubSpotContext,
  type: ObjectType,
  properties: readonly string[],
  given: { groups: readonly (readonly Filter[])[]; sort?: string; limit?: number },
): Promise<Found<T>> => {
  const { groups, sort, limit = pageSize } = given
  const filterGroups = groups.map((filters) => ({ filters }))
  const body = { filterGroups, sorts: sort === undefined ? [] : [sort], properties, limit, after: '0' }
  return http.post<Found<T>>(objects(type, 'search'), body, { repeatable: true })
}

/** Everything that a search finds, page after page by position: for what few records fit. */
export const searchAll = <T>(
  { http }: HubSpotContext,
  type: ObjectType,
  properties: readonly string[],
  given: { filters: readonly Filter[]; sort: string },
): AsyncIterable<T> =>
  http.pages<T>(
    objects(type, 'search'),
    { limit: pageSize, after: '0' },
    { method: 'POST', body: { filterGroups: [{ filters: given.filters }], sorts: [given.sort], properties } },
  )

type Kind<T> = { type: ObjectType; properties: readonly string[]; modified: string; read(record: T): unknown }

/** Where reading by time of change stands: the next page begins `at`; within one millisecond after the id `tie`. */
type Position = { at: number; tie?: string }

/**
 * The page that follows a position, and the position after it. Pages go by time rather than by HubSpot's cursor, so that changes in
 * the meantime shift nothing and nothing ends at ten thousand. No next position means that there is no more.
 */
async function pageOf<T extends CrmObject>(
  context: HubSpotContext,
  { type, properties, modified }: Omit<Kind<T>, 'read'>,
  { at, tie }: Position,
  size = pageSize,
): Promise<{ records: T[]; next?: Position }> {
  const timeOf = (record: T): number => Date.parse(record.properties[modified] ?? record.updatedAt)
  if (tie !== undefined) {
    const filters = [
      { propertyName: modified, operator: 'EQ', value: String(at) },
      { propertyName: 'hs_object_id', operator: 'GT', value: tie },
    ]
    const { results } = await search<T>(context, type, properties, {
      groups: [filters],
      sort: 'hs_object_id',
      limit: size,
    })
    const last = results.at(-1)
    if (last === undefined || results.length < size) return { records: results, next: { at: at + 1 } }
    return { records: results, next: { at, tie: last.id } }
  }
  const filters = [{ propertyName: modified, operator: 'GTE', value: String(at) }]
  const { results } = await search<T>(context, type, properties, { groups: [filters], sort: modified, limit: size })
  const last = results.at(-1)
  if (last === undefined || results.length < size) return { records: results }
  const lastAt = timeOf(last)
  const earlier = results.filter((record) => timeOf(record) < lastAt)
  // Of a millisecond that fills a page or goes on behind it, all are read in the order of their ids.
  return earlier.length === 0
    ? { records: [], next: { at: lastAt, tie: '0' } }
    : { records: earlier, next: { at: lastAt } }
}

/** Every record that changed since a time, oldest change first. */
export async function* modifiedSince<T extends CrmObject>(
  context: HubSpotContext,
  kind: Omit<Kind<T>, 'read'>,
  since: Date,
): AsyncIterable<T> {
  let position: Position | undefined = { at: since.getTime() }
  while (position !== undefined) {
    const page: { records: T[]; next?: Position } = await pageOf<T>(context, kind, position)
    yield* page.records
    position = page.next
  }
}

/** `told` and `gone` name what was told of the last minute (`id@time`), which is read again. */
type Cursor = Position & { told: string[]; goneSince: number; gone: string[] }

/**
 * Changes and deletions since a cursor. HubSpot has no feed of them: changes are searched by time, with a minute of overlap, and
 * deletions are looked up in the list of archived records once the changes are through.
 */
export async function changesOf<T extends CrmObject, Ours extends { externalId: string }>(
  context: HubSpotContext,
  kind: Omit<Kind<T>, 'read'> & { read(record: T): Ours },
  { cursor, limit = pageSize }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const from = cursor === undefined ? firstCursor(context) : readCursor(cursor)
  const changes: Change<Ours>[] = []
  let position: Position | undefined = { at: from.at, ...(from.tie === undefined ? {} : { tie: from.tie }) }
  let told = from.told
  let latest = 0
  while (position !== undefined && changes.length < limit) {
    const page: { records: T[]; next?: Position } = await pageOf<T>(
      context,
      kind,
      position,
      Math.min(pageSize, limit - changes.length),
    )
    const seen = new Set(told)
    for (const record of page.records) {
      latest = Math.max(latest, Date.parse(record.properties[kind.modified] ?? record.updatedAt))
      if (!seen.has(markOf(record, kind.modified))) changes.push({ type: 'upserted', record: kind.read(record) })
    }
    told = remember([...told, ...page.records.map((record) => markOf(record, kind.modified))])
    position = page.next
  }
  if (position !== undefined) {
    return { changes, cursor: writeCursor({ ...from, tie: undefined, ...position, told }), more: true }
  }
  const at = latest === 0 ? from.at : Math.max(0, latest - overlapMs)
  const { deletions, goneSince, gone } = await deletionsSince<T>(context, kind.type, from)
  for (const { id, archivedAt } of deletions) {
    changes.push({ type: 'deleted', externalId: id, ...(archivedAt ? { at: new Date(archivedAt) } : {}) })
  }
  return { changes, cursor: writeCursor({ at, told, goneSince, gone }), more: false }
}

/** Archived records are listed by id only, so all of them are read; HubSpot keeps them for ninety days. */
async function deletionsSince<T extends CrmObject>({ http }: HubSpotContext, type: ObjectType, cursor: Cursor) {
  const deletions: T[] = []
  let { goneSince, gone } = cursor
  const seen = new Set(gone)
  for await (const record of http.pages<T>(objects(type), { archived: true })) {
    const at = Date.parse(record.archivedAt ?? record.updatedAt)
    if (at < cursor.goneSince - overlapMs || seen.has(`${record.id}@${at}`)) continue
    deletions.push(record)
    goneSince = Math.max(goneSince, at)
    gone = [...gone, `${record.id}@${at}`]
  }
  return { deletions, goneSince, gone: remember(gone) }
}

const firstCursor = (context: HubSpotContext): Cursor => ({
  at: 0,
  told: [],
  goneSince: context.now().getTime(),
  gone: [],
})

const markOf = (record: CrmObject, modified: string): string =>
  `${record.id}@${Date.parse(record.properties[modified] ?? record.updatedAt)}`

/** The marks of the last minute before the latest, the newest at most. */
function remember(marks: readonly string[]): string[] {
  const timeOf = (mark: string) => Number(mark.split('@')[1])
  const latest = Math.max(0, ...marks.map(timeOf))
  const recent = [...new Set(marks)].filter((mark) => timeOf(mark) >= latest - overlapMs)
  return recent.sort((left, right) => timeOf(left) - timeOf(right)).slice(-mostRemembered)
}

const writeCursor = (cursor: { [name in keyof Cursor]?: Cursor[name] | undefined }): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const read = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Cursor>
    const { at, tie, told, goneSince, gone } = read
    const isRight =
      typeof at === 'number' && typeof goneSince === 'number' && Array.isArray(told) && Array.isArray(gone)
    if (isRight) return { at, goneSince, told, gone, ...(typeof tie === 'string' ? { tie } : {}) }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
