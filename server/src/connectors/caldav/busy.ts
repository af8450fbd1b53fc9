import { ConnectorError, joinSpans, type Span, type VendorAnswer } from '../../kit/index.ts'
import { multistatusOf, report, textOf } from './dav.ts'
import { calendarAt } from './discovery.ts'
import { busyIn, freeBusyIn } from './objects.ts'
import { type CalDavContext, floatingZone } from './settings.ts'
import { utcStamp } from './times.ts'

const longestMs = 366 * 86_400_000
type Range = { from: Date; to: Date }

/** What servers answer to a report that they do not know, each in its own way. */
const unknownReport = [400, 403, 404, 405, 409, 415, 422, 501]

/** Every calendar in which a time can be taken. */
export const busyCalendars = ({ settings }: CalDavContext): string[] => [
  ...new Set([settings.calendar_id ?? 'primary', ...(settings.busy_calendar_ids ?? [])]),
]

/** What is taken in any of the calendars, in order and joined where it meets. */
export async function busySpans(
  context: CalDavContext,
  { from, to, calendarIds }: Range & { calendarIds: readonly string[] },
): Promise<Span[]> {
  if (to.getTime() - from.getTime() > longestMs)
    throw new ConnectorError('VALIDATION_FAILED', 'Ask a CalDAV server about a year at most (VALIDATION_FAILED)')
  const spans: Span[] = []
  for (const id of calendarIds) spans.push(...(await takenIn(context, await calendarAt(context, id), { from, to })))
  return joinSpans(spans)
}

/**
 * The server's own answer (free-busy-query, RFC 4791 section 7.10) where it has one; some answer that query with something else
 * altogether, and then, as where they refuse it, the events themselves are read.
 */
async function takenIn(context: CalDavContext, calendar: string, range: Range): Promise<Span[]> {
  const asked: [string, string] = ['C:free-busy-query', timeRange(range)]
  const answer = await report(context, calendar, asked, { depth: '1', accept: unknownReport })
  const told = answer.status === 200 ? freeBusyIn(answer.body) : undefined
  if (told) return told.flatMap((span) => cut(span, range))
  const objects = await objectsIn(context, calendar, range, { expand: true })
  return objects.flatMap(({ text }) => busyIn(text, { ...range, floating: floatingZone(context) }))
}

/** The objects of a calendar that have something between two instants; occurrences one by one where the server does that. */
export async function objectsIn(
  context: CalDavContext,
  calendar: string,
  range: Range,
  { expand }: { expand: boolean },
): Promise<{ href: string; text: string }[]> {
  const data = expand ? `<C:calendar-data><C:expand ${limits(range)}/></C:calendar-data>` : '<C:calendar-data/>'
  const filter = `<C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">${timeRange(range)}</C:comp-filter></C:comp-filter>`
  const query: [string, string] = [
    'C:calendar-query',
    `<D:prop><D:getetag/>${data}</D:prop><C:filter>${filter}</C:filter>`,
  ]
  return dataIn(await report(context, calendar, query, { depth: '1' }), calendar)
}

export const dataIn = (answer: VendorAnswer<unknown>, calendar: string): { href: string; text: string }[] =>
  multistatusOf(answer, calendar).resources.flatMap(({ href, properties: { 'calendar-data': data } }) =>
    data === undefined ? [] : [{ href, text: textOf(data) }],
  )

const limits = ({ from, to }: Range): string => `start="${utcStamp(from)}" end="${utcStamp(to)}"`
const timeRange = (range: Range): string => `<C:time-range ${limits(range)}/>`

function cut({ startsAt, endsAt }: Span, { from, to }: Range): Span[] {
  const span = { startsAt: startsAt < from ? from : startsAt, endsAt: endsAt > to ? to : endsAt }
  return span.startsAt < span.endsAt ? [span] : []
}
