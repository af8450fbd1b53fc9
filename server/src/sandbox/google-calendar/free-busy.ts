import type { Account } from '../emulator.ts'
import { badParameter } from './answers.ts'
import { addressOf, calendarsOf } from './calendars.ts'
import { timeIn } from './event-list.ts'
import { eventsIn, instantOf } from './events.ts'
import type { FreeBusyBody } from './schemas.ts'

const longestMs = 92 * 86_400_000

/** What is taken in each of the calendars: joined, and cut to the time asked about. */
export function freeBusy(account: Account, { timeMin, timeMax, items = [] }: FreeBusyBody) {
  if (timeMin === undefined || timeMax === undefined) {
    throw badParameter(timeMin === undefined ? 'timeMin' : 'timeMax', 'Missing time bound.', 'required')
  }
  const [from, to] = [timeIn(timeMin, 'timeMin'), timeIn(timeMax, 'timeMax')]
  if (from >= to) throw badParameter('timeMax', 'The specified time range is empty.', 'timeRangeEmpty')
  if (to - from > longestMs) throw badParameter('timeMax', 'The requested time range is too long.', 'timeRangeTooLong')
  const calendars = items.map(({ id }, index) => {
    if (index >= 50) return [id, { errors: [{ domain: 'global', reason: 'tooManyCalendarsRequested' }], busy: [] }]
    const calendar = calendarsOf(account).get(id === 'primary' ? addressOf(account) : id)
    if (!calendar) return [id, { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] }]
    return [id, { busy: busyIn(account, calendar.id, calendar.data.timeZone, from, to) }]
  })
  return {
    kind: 'calendar#freeBusy',
    timeMin: new Date(from).toISOString(),
    timeMax: new Date(to).toISOString(),
    calendars: Object.fromEntries(calendars) as Record<string, unknown>,
  }
}

function busyIn(account: Account, calendarId: string, timeZone: string, from: number, to: number) {
  const taken = eventsIn(account, calendarId)
    .list({ where: ({ data }) => data.status !== 'cancelled' && data.transparency !== 'transparent' })
    .map(({ data }) => ({
      start: Math.max(from, instantOf(data.start, timeZone)),
      end: Math.min(to, instantOf(data.end, timeZone)),
    }))
    .filter(({ start, end }) => start < end)
    .sort((left, right) => left.start - right.start)
  const joined: { start: number; end: number }[] = []
  for (const span of taken) {
    const before = joined.at(-1)
    if (before && span.start <= before.end) before.end = Math.max(before.end, span.end)
    else joined.push({ ...span })
  }
  const shown = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z')
  return joined.map(({ start, end }) => ({ start: shown(start), end: shown(end) }))
}
