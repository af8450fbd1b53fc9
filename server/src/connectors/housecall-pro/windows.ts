import { ConnectorError, type OperationInput, type Span } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { HcpContext } from './settings.ts'

const dayMs = 86_400_000
/** Days that are asked for at a time. */
const mostDays = 31

type Windows = { booking_windows?: { start_time: string; end_time: string; available?: boolean }[] }

/** The booking windows of the company that are available, within the business hours of the settings. */
export async function freeWindows(
  context: HcpContext,
  { from, to, timezone, durationMinutes }: OperationInput<'calendar.availability'>,
): Promise<Span[]> {
  const { http, settings, now } = context
  const isOpen = hoursOf(context, timezone)
  const employee = settings.default_employee_id
  const begin = Math.max(from.getTime(), now().getTime())
  const found = new Map<number, Span>()
  // A day more on both sides, since the days are those of the company's clocks.
  for (let at = begin - dayMs; at < to.getTime(); at += mostDays * dayMs) {
    const days = Math.min(mostDays, Math.ceil((to.getTime() - at) / dayMs) + 1)
    const { booking_windows: windows = [] } = await http.get<Windows>(paths.windows, {
      start_date: new Date(at).toISOString().slice(0, 19),
      show_for_days: days,
      service_duration: durationMinutes ?? settings.slot_duration_minutes,
      'employee_ids[]': employee === undefined ? undefined : [employee],
    })
    for (const { start_time: start, end_time: end, available } of windows) {
      const span = { startsAt: new Date(start), endsAt: new Date(end) }
      const isAsked = span.startsAt.getTime() >= begin && span.endsAt <= to
      if (available === true && isAsked && isOpen(span)) found.set(span.startsAt.getTime(), span)
    }
  }
  return [...found.values()].sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
}

/** Whether a span lies in the business hours, by the wall clock; always where the settings name none. */
function hoursOf({ settings }: HcpContext, asker: string): (span: Span) => boolean {
  const { business_hours_start: start = 0, business_hours_end: end = 24, timezone = asker } = settings
  if (end <= start) throw wrong('"business_hours_end" must be later than "business_hours_start"')
  const local = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timezone)
  try {
    local(0)
  } catch {
    throw wrong(`"${timezone}" is not the IANA name of a time zone`)
  }
  const hour = ({ hour: hours, minute, second }: Temporal.ZonedDateTime) => hours + minute / 60 + second / 3_600
  return ({ startsAt, endsAt }) => {
    if (start === 0 && end === 24) return true
    const [begins, last] = [local(startsAt.getTime()), local(endsAt.getTime() - 1)]
    return begins.toPlainDate().equals(last.toPlainDate()) && hour(begins) >= start && hour(last) < end
  }
}

const wrong = (what: string) =>
  new ConnectorError('CONFIG_SCHEMA_INVALID', `Housecall Pro: ${what} (CONFIG_SCHEMA_INVALID)`)
