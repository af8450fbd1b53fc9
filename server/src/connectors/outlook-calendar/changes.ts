import { type CalendarEvent, type Change, ConnectorError } from '../../kit/index.ts'
import { readEvent } from './mappings.ts'
import { base, prefer } from './requests.ts'
import { calendarOf, eventOf, type OutlookContext, placeOf } from './settings.ts'
import type { GraphChange, GraphChanges, GraphEvent } from './types.ts'

/** Where a round of changes stands: the link that Graph gave, to be used as it is, and since when its view of the calendar reaches. */
type Cursor = { link?: string; since?: string }

const dayMs = 86_400_000
/** A view has two ends; once it lies too far back, it is ended in good order and another begun. */
const view = { backMs: 365 * dayMs, aheadMs: 1_095 * dayMs, lastsMs: 180 * dayMs }
/** As `Prefer` is when each of the calls is made: it must not change within a round. */
const headers = { Prefer: `${prefer}, odata.maxpagesize=100` }

/**
 * One page of what changed since a cursor; all of the last year and of three to come where there is none, or where Graph has forgotten it
 * (410; what was deleted meanwhile is not told then). https://learn.microsoft.com/graph/delta-query-events
 */
export async function changedEvents(
  context: OutlookContext,
  input: { cursor?: string | undefined; calendarId?: string | undefined },
): Promise<{ changes: Change<CalendarEvent>[]; cursor: string; more: boolean }> {
  const calendarId = input.calendarId ?? calendarOf(context)
  const { page, since } = await readPage(
    context,
    calendarId,
    input.cursor === undefined ? {} : readCursor(input.cursor),
  )
  const { value = [], '@odata.nextLink': nextLink, '@odata.deltaLink': deltaLink } = page
  const changes = await read(context, value, calendarId)
  if (nextLink !== undefined) return { changes, cursor: writeCursor({ link: nextLink, since }), more: true }
  const isOld = context.now().getTime() - Date.parse(since) > view.backMs + view.lastsMs
  const next: Cursor = isOld || deltaLink === undefined ? {} : { link: deltaLink, since }
  return { changes, cursor: writeCursor(next), more: isOld }
}

async function readPage(context: OutlookContext, calendarId: string, { link, since }: Cursor) {
  if (link !== undefined && since !== undefined) {
    try {
      return { page: await context.http.get<GraphChanges>(link, undefined, { headers }), since }
    } catch (error) {
      if (!isForgotten(error)) throw error
    }
  }
  const now = context.now().getTime()
  const from = new Date(now - view.backMs).toISOString()
  const query = { startDateTime: from, endDateTime: new Date(now + view.aheadMs) }
  const page = await context.http.get<GraphChanges>(`${placeOf(calendarId)}/calendarView/delta`, query, { headers })
  return { page, since: from }
}

/** Graph says 410 of what it no longer knows, and of some links that they are none. */
const isForgotten = (error: unknown): boolean =>
  error instanceof ConnectorError && (error.status === 410 || error.vendorCode === 'ErrorInvalidSyncStateData')

/** A series comes as its master, which is no appointment, and occurrences that say no more than when they are. */
async function read(
  context: OutlookContext,
  value: readonly GraphChange[],
  calendarId: string,
): Promise<Change<CalendarEvent>[]> {
  const masters = new Map(value.map((event) => [event.id, event]))
  const changes: Change<CalendarEvent>[] = []
  for (const event of value) {
    if (event['@removed']) changes.push({ type: 'deleted', externalId: event.id })
    else if (event.type !== 'seriesMaster') {
      const whole = event.type === 'occurrence' ? await withMaster(context, event, masters) : event
      changes.push({ type: 'upserted', record: readEvent(context, whole as GraphEvent, calendarId) })
    }
  }
  return changes
}

async function withMaster(
  { http }: OutlookContext,
  occurrence: GraphChange,
  masters: Map<string, GraphChange>,
): Promise<GraphChange> {
  const { seriesMasterId: id } = occurrence
  if (id === undefined || occurrence.subject !== undefined) return occurrence
  let master = masters.get(id)
  if (!master || master['@removed']) {
    const { status, body } = await http.request<GraphEvent>('GET', eventOf(id), { accept: [404] })
    master = status === 404 ? { id } : body
    masters.set(id, master)
  }
  return { ...master, ...occurrence }
}

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** A cursor comes from outside: it leads to changes of a calendar of this account and nowhere else. */
function readCursor(text: string): Cursor {
  try {
    const { link, since } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    if (link === undefined && since === undefined) return {}
    const isTime = typeof since === 'string' && !Number.isNaN(Date.parse(since))
    if (isTime && typeof link === 'string' && isOfChanges(link)) return { link, since }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This cursor is none that Outlook Calendar gave (VALIDATION_FAILED)')
}

function isOfChanges(link: string): boolean {
  const url = URL.parse(link)
  return (
    url !== null &&
    `${url.origin}${url.pathname}`.startsWith(`${base}/`) &&
    /\/calendarView\/delta(\(\))?$/i.test(url.pathname)
  )
}
