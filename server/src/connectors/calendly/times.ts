import { ConnectorError, type Span } from '../../kit/index.ts'
import { type CalendlyContext, eventTypeOf, idIn } from './settings.ts'
import type { AvailableTime, BusyTime, CalendlyUser, EventType, Resource } from './types.ts'

const dayMs = 86_400_000
/** What one question may span: free times since July 2026, and busy ones as ever. */
const widestMs = { available: 31 * dayMs, busy: 7 * dayMs }
const longestMs = 366 * dayMs

export const userOf = async ({ http }: CalendlyContext): Promise<CalendlyUser> =>
  (await http.get<Resource<CalendlyUser>>('/users/me')).resource

type Range = { from: Date; to: Date }

/** What takes time of the user, at Calendly and in the calendars that it checks, its buffers included. */
export async function busyTimes(context: CalendlyContext, range: Range): Promise<Span[]> {
  const { uri: user } = await userOf(context)
  const spans: Span[] = []
  for (const part of partsOf(range, widestMs.busy)) {
    const query = { user, ...asked(part) }
    const { collection } = await context.http.get<{ collection: BusyTime[] }>('/user_busy_times', query)
    for (const busy of collection) {
      spans.push({
        startsAt: new Date(busy.buffered_start_time ?? busy.start_time),
        endsAt: new Date(busy.buffered_end_time ?? busy.end_time),
      })
    }
  }
  // What crosses the edge between two questions is answered to both.
  const known = new Map(spans.map((span) => [`${span.startsAt.getTime()}/${span.endsAt.getTime()}`, span]))
  return [...known.values()].toSorted((one, other) => one.startsAt.getTime() - other.startsAt.getTime())
}

/** Times that the event type offers, as long as it says: Calendly books no others. */
export async function freeTimes(context: CalendlyContext, { from, to }: Range): Promise<Span[]> {
  const eventType = eventTypeOf(context)
  // Calendly refuses a start that has passed by the time it arrives.
  const start = new Date(Math.max(from.getTime(), context.now().getTime() + 60_000))
  const parts = partsOf({ from: start, to }, widestMs.available)
  if (parts.length === 0) return []
  const { resource } = await context.http.get<Resource<EventType>>(`/event_types/${idIn(eventType)}`)
  const found = new Map<number, Span>()
  for (const part of parts) {
    const query = { event_type: eventType, ...asked(part) }
    const answer = await context.http.get<{ collection: AvailableTime[] }>('/event_type_available_times', query)
    for (const { status, start_time: at } of answer.collection) {
      if (status !== 'available') continue
      const startsAt = new Date(at)
      const endsAt = new Date(startsAt.getTime() + resource.duration * 60_000)
      if (endsAt <= to) found.set(startsAt.getTime(), { startsAt, endsAt })
    }
  }
  return [...found.values()]
}

const asked = ({ from, to }: Range) => ({ start_time: from.toISOString(), end_time: to.toISOString() })

/** A range in pieces that may be asked about. */
function partsOf({ from, to }: Range, widest: number): Range[] {
  if (to.getTime() - from.getTime() > longestMs)
    throw new ConnectorError('VALIDATION_FAILED', 'Ask Calendly about a year at most (VALIDATION_FAILED)')
  const parts: Range[] = []
  for (let start = from.getTime(); start < to.getTime(); start += widest)
    parts.push({ from: new Date(start), to: new Date(Math.min(start + widest, to.getTime())) })
  return parts
}
