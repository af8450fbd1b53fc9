import { ConnectorError, joinSpans, notFoundAtVendor, type Span } from '../../kit/index.ts'
import { type OutlookContext, placeOf } from './settings.ts'
import type { GraphEvent, GraphSchedules, GraphTime } from './types.ts'
import { instantOf, midnightOf } from './zones.ts'

const dayMs = 86_400_000
const longestMs = 366 * dayMs
/** What one question about people and rooms may span and name; longer ones are asked piece by piece. */
const widest = { ms: 60 * dayMs, schedules: 20 }
const fields = { $select: 'start,end,showAs,isAllDay,isCancelled', $top: 100 }

type Range = { from: Date; to: Date }

/**
 * What is taken in any of the calendars, in order and joined where it meets. An account's own calendars are read one by one; people and
 * rooms, which are named by address, tell when they are free or busy.
 * @throws ConnectorError where Outlook could not tell for one of them, which must not pass for free
 */
export async function busySpans(
  context: OutlookContext,
  { from, to, calendarIds }: Range & { calendarIds: readonly string[] },
): Promise<Span[]> {
  if (to.getTime() - from.getTime() > longestMs) {
    throw new ConnectorError('VALIDATION_FAILED', 'Ask Outlook Calendar about a year at most (VALIDATION_FAILED)')
  }
  const [schedules, calendars] = [calendarIds.filter(isAddress), calendarIds.filter((id) => !isAddress(id))]
  const spans: Span[] = []
  for (const id of calendars) spans.push(...(await takenIn(context, id, { from, to })))
  for (let start = from.getTime(); schedules.length > 0 && start < to.getTime(); start += widest.ms) {
    const range = { from: new Date(start), to: new Date(Math.min(start + widest.ms, to.getTime())) }
    for (let first = 0; first < schedules.length; first += widest.schedules) {
      spans.push(...(await scheduled(context, schedules.slice(first, first + widest.schedules), range)))
    }
  }
  return joinSpans(spans)
}

const isAddress = (id: string): boolean => id.includes('@')
const takesTime = (status: string): boolean => status !== 'free' && status !== 'workingElsewhere'

/** Occurrences of series come one by one. */
async function takenIn({ http, settings }: OutlookContext, calendarId: string, { from, to }: Range): Promise<Span[]> {
  const spans: Span[] = []
  const query = { startDateTime: from, endDateTime: to, ...fields }
  const zone = settings.timezone ?? 'UTC'
  for await (const event of http.pages<GraphEvent>(`${placeOf(calendarId)}/calendarView`, query)) {
    if (event.isCancelled || !takesTime(event.showAs)) continue
    const { start, end, isAllDay } = event
    const span = isAllDay ? { startsAt: midnightOf(start, zone), endsAt: midnightOf(end, zone) } : spanOf(start, end)
    spans.push(...cut(span, { from, to }))
  }
  return spans
}

async function scheduled({ http }: OutlookContext, schedules: string[], { from, to }: Range): Promise<Span[]> {
  const question = { schedules, startTime: inUtc(from), endTime: inUtc(to), availabilityViewInterval: 30 }
  const { value } = await http.post<GraphSchedules>('/me/calendar/getSchedule', question, { repeatable: true })
  if (value.length < schedules.length) throw unreadable('somebody', 'they are missing in the answer')
  return value.flatMap(({ scheduleId, scheduleItems = [], error }) => {
    if (error) throw unreadable(scheduleId, error.responseCode ?? error.message ?? 'no reason given')
    return scheduleItems.flatMap(({ status, start, end }) =>
      takesTime(status) ? cut(spanOf(start, end), { from, to }) : [],
    )
  })
}

const inUtc = (at: Date): GraphTime => ({ dateTime: at.toISOString().slice(0, 19), timeZone: 'UTC' })

function spanOf(start: GraphTime, end: GraphTime): Span {
  const [startsAt, endsAt] = [instantOf(start), instantOf(end)]
  if (!startsAt || !endsAt) throw unreadable('a calendar', 'it has a time that is none')
  return { startsAt, endsAt }
}

function cut({ startsAt, endsAt }: Span, { from, to }: Range): Span[] {
  const span = { startsAt: startsAt < from ? from : startsAt, endsAt: endsAt > to ? to : endsAt }
  return span.startsAt < span.endsAt ? [span] : []
}

const unreadable = (whose: string, reason: string): ConnectorError =>
  reason === 'ErrorMailRecipientNotFound'
    ? notFoundAtVendor('Outlook Calendar', `person or room as ${whose}`)
    : new ConnectorError('PROCESSING_ERROR', `Outlook Calendar could not read ${whose}: ${reason} (PROCESSING_ERROR)`)
