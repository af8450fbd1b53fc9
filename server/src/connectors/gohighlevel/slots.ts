import { ConnectorError, type OperationInput, type Span } from '../../kit/index.ts'
import { calendarVersion, paths } from './paths.ts'
import type { GhlContext } from './settings.ts'
import type { GhlCalendar } from './types.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** GoHighLevel shows no more at a time. */
const longestMs = 31 * 24 * hourMs

type Days = Record<string, { slots?: string[] } | string>

/** Free slots of a calendar that lie in the business hours of the settings and are as long as asked for. */
export async function freeSlots(
  context: GhlContext,
  calendarId: string,
  { from, to, timezone, durationMinutes }: OperationInput<'calendar.availability'>,
): Promise<Span[]> {
  const { http, settings, now } = context
  const isOpen = hoursOf(context, timezone)
  const { calendar } = await http.get<{ calendar: GhlCalendar }>(paths.calendar(calendarId), undefined, calendarVersion)
  const ownMs = (calendar.slotDuration ?? 30) * (calendar.slotDurationUnit === 'hours' ? hourMs : minuteMs)
  const wanted = durationMinutes ?? settings.slot_duration_minutes
  const lengthMs = wanted === undefined ? ownMs : wanted * minuteMs
  const starts: number[] = []
  const begin = Math.max(from.getTime(), now().getTime())
  for (let at = begin; at < to.getTime(); at += longestMs) {
    const query = { startDate: at, endDate: Math.min(at + longestMs, to.getTime()), timezone }
    const days = await http.get<Days>(paths.calendar(calendarId, 'free-slots'), query, calendarVersion)
    for (const day of Object.values(days)) {
      if (typeof day === 'object') starts.push(...(day.slots ?? []).map((slot) => Date.parse(slot)))
    }
  }
  const free = [...new Set(starts)].filter(Number.isFinite).sort((left, right) => left - right)
  return free
    .filter((at) => at >= begin && at + lengthMs <= to.getTime())
    .filter((at) => lengthMs <= ownMs || isCovered(free, ownMs, at, at + lengthMs))
    .map((at) => ({ startsAt: new Date(at), endsAt: new Date(at + lengthMs) }))
    .filter(isOpen)
}

/** Whether slots that are free follow each other without a gap from one time to another. */
function isCovered(starts: readonly number[], ownMs: number, from: number, to: number): boolean {
  let reached = from
  for (const at of starts) {
    if (at > reached) break
    if (at + ownMs > reached) reached = at + ownMs
  }
  return reached >= to
}

/** Whether a span lies in the business hours, by the wall clock; always where the settings name none. */
function hoursOf({ settings }: GhlContext, asker: string): (span: Span) => boolean {
  const { business_hours_start: start = 0, business_hours_end: end = 24, timezone = asker } = settings
  if (end <= start) throw wrong('"business_hours_end" must be later than "business_hours_start"')
  const local = (date: Date) => Temporal.Instant.fromEpochMilliseconds(date.getTime()).toZonedDateTimeISO(timezone)
  try {
    local(new Date(0))
  } catch {
    throw wrong(`"${timezone}" is not the IANA name of a time zone`)
  }
  return ({ startsAt, endsAt }) => {
    const [begins, last] = [local(startsAt), local(new Date(endsAt.getTime() - 1))]
    const isOneDay = begins.toPlainDate().equals(last.toPlainDate())
    const hour = ({ hour: hours, minute, second }: Temporal.ZonedDateTime) => hours + minute / 60 + second / 3_600
    return start === 0 && end === 24 ? true : isOneDay && hour(begins) >= start && hour(last) < end
  }
}

const wrong = (what: string) =>
  new ConnectorError('CONFIG_SCHEMA_INVALID', `GoHighLevel: ${what} (CONFIG_SCHEMA_INVALID)`)
