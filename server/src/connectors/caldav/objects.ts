import ICAL from 'ical.js'
import { type CalendarEvent, ConnectorError, type Span } from '../../kit/index.ts'
import { instantOf } from './times.ts'

/** Iterating is bounded: a daily event of thirty years is less than this. */
const mostOccurrences = 20_000

/** A calendar object (RFC 5545) of a CalDAV server: one event, or a series with its exceptions. */
export function readObject(
  text: string,
): { calendar: ICAL.Component; master: ICAL.Component; all: ICAL.Component[] } | undefined {
  let calendar: ICAL.Component
  try {
    calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
  } catch {
    return undefined
  }
  const all = calendar.getAllSubcomponents('vevent')
  const master = all.find((event) => !event.hasProperty('recurrence-id')) ?? all[0]
  return master && { calendar, master, all }
}

export const textIn = (event: ICAL.Component, name: string): string | undefined => {
  const value = event.getFirstPropertyValue(name)
  return value === null || value === undefined || value === '' ? undefined : String(value)
}

const zoneIn = (event: ICAL.Component, name: string): string | undefined => {
  const tzid = event.getFirstProperty(name)?.getParameter('tzid')
  return typeof tzid === 'string' ? tzid : undefined
}

/** Begin and end of one event, as instants. An event without an end takes a day or no time (RFC 5545, section 3.6.1). */
function spanOf(event: ICAL.Component, floating: string): Span {
  const { startDate, endDate } = new ICAL.Event(event)
  if (!startDate) throw new ConnectorError('PROCESSING_ERROR', 'CalDAV: an event has no beginning (PROCESSING_ERROR)')
  const startsAt = instantOf(startDate, zoneIn(event, 'dtstart'), floating)
  if (event.hasProperty('dtend')) return { startsAt, endsAt: instantOf(endDate, zoneIn(event, 'dtend'), floating) }
  if (event.hasProperty('duration')) return { startsAt, endsAt: instantOf(endDate, zoneIn(event, 'dtstart'), floating) }
  return { startsAt, endsAt: startDate.isDate ? instantOf(endDate, undefined, floating) : startsAt }
}

const isSeries = (event: ICAL.Component): boolean => event.hasProperty('rrule') || event.hasProperty('rdate')
export const isRecurring = ({ all }: { all: ICAL.Component[] }): boolean => all.length > 1 || all.some(isSeries)

const takesTime = (event: ICAL.Component): boolean =>
  textIn(event, 'transp')?.toUpperCase() !== 'TRANSPARENT' && textIn(event, 'status')?.toUpperCase() !== 'CANCELLED'

/** What an object takes between two instants: its event, or every occurrence of its series, exceptions in their own place. */
export function busyIn(text: string, { from, to, floating }: { from: Date; to: Date; floating: string }): Span[] {
  const found = readObject(text)
  if (!found) throw new ConnectorError('PROCESSING_ERROR', 'CalDAV: an event cannot be read (PROCESSING_ERROR)')
  const { master, all } = found
  const spans = isSeries(master)
    ? occurrencesOf(
        master,
        all.filter((event) => event !== master),
        to,
        floating,
      )
    : all.filter(takesTime).map((event) => spanOf(event, floating))
  return spans.flatMap(({ startsAt, endsAt }) => {
    const span = { startsAt: startsAt < from ? from : startsAt, endsAt: endsAt > to ? to : endsAt }
    return span.startsAt < span.endsAt ? [span] : []
  })
}

function occurrencesOf(master: ICAL.Component, exceptions: ICAL.Component[], to: Date, floating: string): Span[] {
  const series = new ICAL.Event(master, { exceptions: [] })
  const replaced = new Set(exceptions.map((event) => String(event.getFirstPropertyValue('recurrence-id'))))
  const spans = exceptions.filter(takesTime).map((event) => spanOf(event, floating))
  if (!takesTime(master)) return spans
  const zone = zoneIn(master, 'dtstart')
  const { startsAt, endsAt } = spanOf(master, floating)
  const days = series.startDate.isDate ? Math.round((endsAt.getTime() - startsAt.getTime()) / 86_400_000) : undefined
  const iterator = series.iterator()
  for (let count = 0; ; count++) {
    if (count > mostOccurrences)
      throw new ConnectorError('PROCESSING_ERROR', 'CalDAV: a series has too many occurrences (PROCESSING_ERROR)')
    const next = iterator.next()
    if (!next) return spans
    const begins = instantOf(next, zone, floating)
    if (begins >= to) return spans
    if (replaced.has(String(next))) continue
    const length = endsAt.getTime() - startsAt.getTime()
    const last = next.clone()
    if (days !== undefined) last.adjust(days, 0, 0, 0)
    const ends = days === undefined ? new Date(begins.getTime() + length) : instantOf(last, zone, floating)
    spans.push({ startsAt: begins, endsAt: ends })
  }
}

/** What VFREEBUSY says is taken (RFC 5545, section 3.6.4); undefined where the text holds none. */
export function freeBusyIn(text: unknown): Span[] | undefined {
  if (typeof text !== 'string' || !/^BEGIN:VFREEBUSY/m.test(text)) return undefined
  let calendar: ICAL.Component
  try {
    calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
  } catch {
    return undefined
  }
  const properties = calendar.getAllSubcomponents('vfreebusy').flatMap((one) => one.getAllProperties('freebusy'))
  return properties.flatMap((property) => {
    if (String(property.getParameter('fbtype') ?? 'BUSY').toUpperCase() === 'FREE') return []
    return (property.getValues() as ICAL.Period[]).map((period) => ({
      startsAt: period.start.toJSDate(),
      endsAt: period.getEnd().toJSDate(),
    }))
  })
}

const statuses = { CONFIRMED: 'confirmed', TENTATIVE: 'tentative', CANCELLED: 'cancelled' } as const

/** An object as an event; of a series that which began it. */
export function eventOf(
  text: string,
  about: { href: string; calendarId: string; floating: string },
): CalendarEvent | undefined {
  const found = readObject(text)
  if (!found) return undefined
  const { master } = found
  const { floating, href, calendarId } = about
  const status = textIn(master, 'status')?.toUpperCase() as keyof typeof statuses | undefined
  const event: CalendarEvent = {
    externalId: href,
    createdAt: stampIn(master, 'created'),
    updatedAt: stampIn(master, 'last-modified') ?? stampIn(master, 'dtstamp'),
    title: textIn(master, 'summary') ?? '',
    ...spanOf(master, floating),
    timezone: zoneIn(master, 'dtstart'),
    description: textIn(master, 'description'),
    location: textIn(master, 'location'),
    attendees: attendeesIn(master),
    reminders: remindersIn(master),
    calendarId,
    contactId: textIn(master, 'x-tenon-contact-id'),
    status: status === undefined ? 'confirmed' : statuses[status],
    raw: text,
  }
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as CalendarEvent
}

function stampIn(event: ICAL.Component, name: string): Date | undefined {
  const value = event.getFirstPropertyValue(name)
  return value instanceof ICAL.Time ? instantOf(value, undefined, 'UTC') : undefined
}

function attendeesIn(event: ICAL.Component): CalendarEvent['attendees'] {
  const people = event.getAllProperties('attendee').flatMap((property) => {
    const email = String(property.getFirstValue()).replace(/^mailto:/i, '')
    const [name, kind] = [property.getParameter('cn'), property.getParameter('cutype')]
    if (!email.includes('@') || String(kind).toUpperCase() === 'ROOM') return []
    return [typeof name === 'string' && name !== email ? { email, name } : { email }]
  })
  return people.length > 0 ? people : undefined
}

function remindersIn(event: ICAL.Component): number[] | undefined {
  const minutes = event.getAllSubcomponents('valarm').flatMap((alarm) => {
    const trigger = alarm.getFirstPropertyValue('trigger')
    return trigger instanceof ICAL.Duration && trigger.toSeconds() <= 0 ? [Math.round(-trigger.toSeconds() / 60)] : []
  })
  return minutes.length > 0 ? minutes : undefined
}
