import { ConnectorError, joinSpans, notFoundAtVendor, type Span } from '../../kit/index.ts'
import { calendarOf, type GoogleContext } from './settings.ts'
import type { GoogleFreeBusy } from './types.ts'

const dayMs = 86_400_000
/** What one question may span and name; longer ones are asked piece by piece. */
const widest = { ms: 60 * dayMs, calendars: 50 }
const longestMs = 366 * dayMs

/** Every calendar in which a time can be taken. */
export const busyCalendars = (context: GoogleContext): string[] => [
  ...new Set([calendarOf(context), ...(context.settings.busy_calendar_ids ?? [])]),
]

/**
 * What is taken in any of the calendars, in order and joined where it meets.
 * @throws ConnectorError where Google could not tell for one of them, which must not pass for free
 */
export async function busySpans(
  { http }: GoogleContext,
  { from, to, calendarIds }: { from: Date; to: Date; calendarIds: readonly string[] },
): Promise<Span[]> {
  if (to.getTime() - from.getTime() > longestMs) {
    throw new ConnectorError('VALIDATION_FAILED', 'Ask Google Calendar about a year at most (VALIDATION_FAILED)')
  }
  const spans: Span[] = []
  for (let start = from.getTime(); start < to.getTime(); start += widest.ms) {
    const end = Math.min(start + widest.ms, to.getTime())
    for (let first = 0; first < calendarIds.length; first += widest.calendars) {
      const items = calendarIds.slice(first, first + widest.calendars).map((id) => ({ id }))
      const question = { timeMin: new Date(start).toISOString(), timeMax: new Date(end).toISOString(), items }
      const { calendars } = await http.post<GoogleFreeBusy>('/freeBusy', question, { repeatable: true })
      const answers = Object.entries(calendars)
      if (answers.length < items.length) throw unreadable('a calendar', 'it is missing in the answer')
      for (const [id, { busy = [], errors = [] }] of answers) {
        if (errors[0]) throw unreadable(id, errors[0].reason)
        spans.push(...busy.map((span) => ({ startsAt: new Date(span.start), endsAt: new Date(span.end) })))
      }
    }
  }
  return joinSpans(spans)
}

const unreadable = (calendarId: string, reason: string): ConnectorError =>
  reason === 'notFound'
    ? notFoundAtVendor('Google Calendar', `calendar as ${calendarId}`)
    : new ConnectorError(
        'PROCESSING_ERROR',
        `Google Calendar could not read ${calendarId}: ${reason} (PROCESSING_ERROR)`,
      )
