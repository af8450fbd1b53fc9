import type { Account } from '../emulator.ts'
import { badRequest, refused } from './answers.ts'
import { eventsIn, type Occurrence, occurrencesOf, type SandboxRecord, shownId } from './events.ts'
import type { Preferences } from './preferences.ts'
import type { DeltaQuery, EventsQuery, ViewQuery } from './schemas.ts'
import { shaped, shownEvent } from './shown.ts'

const root = 'https://graph.microsoft.com/v1.0'
/** https://learn.microsoft.com/graph/api/calendar-list-calendarview: a view reaches over 1,825 days at most. */
const widestMs = 1_825 * 86_400_000

type Place = { account: Account; calendarId: string; path: string; preferences: Preferences }

/** A page of a list, and the link to the next. */
export function pageOf<T>(items: readonly T[], path: string, query: object): { items: readonly T[]; more: object } {
  const { $top = 10, $skip = 0 } = query as { $top?: number; $skip?: number }
  const end = $skip + $top
  if (end >= items.length) return { items: items.slice($skip), more: {} }
  const next = new URLSearchParams(
    Object.entries({ ...query, $top, $skip: end }).map(([name, value]) => [name, String(value)]),
  )
  return { items: items.slice($skip, end), more: { '@odata.nextLink': `${root}${path}?${next}` } }
}

/** Single events and series, as `$filter` wants them. */
export function listEvents({ account, calendarId, path, preferences }: Place, query: EventsQuery) {
  const found = eventsIn(account, calendarId).list().filter(matching(query.$filter))
  const { items, more } = pageOf(found, path, query)
  return { value: items.map((record) => shaped(shownEvent(account, record, preferences), query, record)), ...more }
}

function matching(filter: string | undefined): (record: SandboxRecord) => boolean {
  if (filter === undefined) return () => true
  const form = /^singleValueExtendedProperties\/Any\(ep:\s*ep\/id eq '([^']+)' and ep\/value eq '([^']*)'\)$/i
  const [, id, value] = form.exec(filter) ?? []
  if (id === undefined)
    throw badRequest('The query filter contains one or more invalid nodes.', 'ErrorInvalidUrlQueryFilter')
  return ({ data: { singleValueExtendedProperties: own = [] } }) =>
    own.some((one) => one.id.toLowerCase() === id.toLowerCase() && one.value === value)
}

/** What happens between two instants, series one by one. */
export function viewCalendar({ account, calendarId, path, preferences }: Place, query: ViewQuery) {
  const { from, to } = rangeOf(query)
  const found = eventsIn(account, calendarId)
    .list()
    .flatMap((record) => occurrencesOf(record, from, to))
    .toSorted((left, right) => left.from - right.from)
  const { items, more } = pageOf(found, path, query)
  const value = items.map((one) => shaped(shownEvent(account, one.record, preferences, one), query, one.record))
  return { value, ...more }
}

/** What a link of a delta stands for. */
type Point = { from: number; to: number; generation: number; since: number; version: number; skip: number }

/** One page of a round of changes in a view of a calendar. */
export function changesIn({ account, calendarId, path, preferences }: Place, query: DeltaQuery) {
  const point = pointOf(account, query)
  const changed = eventsIn(account, calendarId)
    .list({ deleted: point.since > 0 ? 'also' : undefined, sortBy: 'updatedAt' })
    .filter(({ version }) => version > point.since)
    .flatMap((record) => changesOf(account, record, point, preferences))
  const end = point.skip + preferences.pageSize
  const link = (name: string, next: Point) =>
    `${root}${path}?${name}=${Buffer.from(JSON.stringify(next)).toString('base64url')}`
  return {
    value: changed.slice(point.skip, end),
    ...(end < changed.length
      ? { '@odata.nextLink': link('$skiptoken', { ...point, skip: end }) }
      : { '@odata.deltaLink': link('$deltatoken', { ...point, since: point.version, skip: 0 }) }),
  }
}

function changesOf(
  account: Account,
  record: SandboxRecord,
  { from, to, since }: Point,
  preferences: Preferences,
): object[] {
  const removed = (id: string) => ({ id: shownId(id, preferences.isImmutable), '@removed': { reason: 'deleted' } })
  const inView = occurrencesOf(record, from, to)
  if (record.deletedAt !== undefined) return inView.map(({ id }) => removed(id))
  const { recurrence, exceptions = [] } = record.data
  if (!recurrence) {
    if (inView.length > 0) return [shownEvent(account, record, preferences)]
    // It was moved out of the view.
    return since > 0 ? [removed(record.id)] : []
  }
  const gone = since > 0 ? exceptions.map((day) => removed(`${record.id}.${day}`)) : []
  if (inView.length === 0) return gone
  return [shownEvent(account, record, preferences), ...inView.map((one) => bare(account, one, preferences)), ...gone]
}

/** Of an occurrence a delta tells only what is its own. */
function bare(account: Account, one: Occurrence, preferences: Preferences): object {
  const {
    id,
    '@odata.etag': etag,
    seriesMasterId,
    type,
    start,
    end,
  } = shownEvent(account, one.record, preferences, one)
  return { '@odata.type': '#microsoft.graph.event', '@odata.etag': etag, seriesMasterId, type, id, start, end }
}

function pointOf(account: Account, { startDateTime, endDateTime, $deltatoken, $skiptoken }: DeltaQuery): Point {
  const token = $deltatoken ?? $skiptoken
  if (token === undefined) {
    const range = rangeOf({ startDateTime: startDateTime ?? '', endDateTime: endDateTime ?? '' })
    return { ...range, generation: generationOf(account), since: 0, version: account.version(), skip: 0 }
  }
  const gone = () =>
    refused(410, 'SyncStateNotFound', 'The sync state generation is not found; continue with a full sync.')
  let point: Point
  try {
    point = JSON.parse(Buffer.from(token, 'base64url').toString()) as Point
  } catch {
    throw badRequest('The delta token is not valid.', 'ErrorInvalidSyncStateData')
  }
  if (point.generation !== generationOf(account)) throw gone()
  return $deltatoken === undefined ? point : { ...point, version: account.version() }
}

function rangeOf({ startDateTime, endDateTime }: { startDateTime: string; endDateTime: string }) {
  const [from, to] = [readInstant(startDateTime), readInstant(endDateTime)]
  if (!(from < to)) throw badRequest('The start of the view must come before its end.', 'ErrorInvalidParameter')
  if (to - from > widestMs) throw badRequest('The requested view is too large.', 'ErrorCalendarViewRangeTooBig')
  return { from, to }
}

/** ISO 8601, in UTC where no offset is given. */
function readInstant(text: string): number {
  const at = Date.parse(/(Z|[+-]\d{2}:\d{2})$/.test(text) ? text : `${text}Z`)
  if (Number.isNaN(at) || !/^\d{4}-\d{2}-\d{2}T/.test(text))
    throw badRequest(
      'This request requires a time window specified by startDateTime and endDateTime.',
      'ErrorInvalidParameter',
    )
  return at
}

/** Grows whenever all links of deltas are forgotten. */
const generationOf = ({ values }: Account): number => Number(values.syncGeneration ?? 0)
export const forgetSyncStates = (account: Account): void => {
  account.values.syncGeneration = generationOf(account) + 1
}
