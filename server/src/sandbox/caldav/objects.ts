import ICAL from 'ical.js'
import { refused } from './answers.ts'

/**
 * Judges a calendar object (RFC 4791, section 4.1) and answers its UID.
 * @throws the refusals 403 with the precondition that is not met
 */
export function judgeObject(text: string, holds: readonly string[]): string {
  const calendar = parsed(text)
  const wrong = () => refused(403, 'C:valid-calendar-object-resource')
  if (calendar.getFirstPropertyValue('version') !== '2.0' || !calendar.hasProperty('prodid')) throw wrong()
  if (calendar.hasProperty('method')) throw wrong()
  const components = calendar.getAllSubcomponents().filter(({ name }) => name !== 'vtimezone')
  const [first] = components
  if (!first || components.some(({ name }) => name !== first.name)) throw wrong()
  if (!holds.includes(first.name.toUpperCase())) throw refused(403, 'C:supported-calendar-component')
  const uids = new Set(components.map((one) => String(one.getFirstPropertyValue('uid') ?? '')))
  const [uid = ''] = uids
  if (uids.size !== 1 || uid === '') throw wrong()
  const zones = calendar.getAllSubcomponents('vtimezone').map((zone) => zone.getFirstPropertyValue('tzid'))
  for (const component of components) {
    if (!component.hasProperty('dtstamp') || !component.hasProperty('dtstart')) throw wrong()
    for (const name of ['dtstart', 'dtend']) {
      const tzid = component.getFirstProperty(name)?.getParameter('tzid')
      // A zone that is named has to be described in the object.
      if (tzid && !zones.includes(String(tzid))) throw wrong()
    }
    const { startDate, endDate } = new ICAL.Event(component)
    if (endDate && endDate.compare(startDate) < 0) throw wrong()
  }
  return uid
}

function parsed(text: string): ICAL.Component {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
    if (calendar.name === 'vcalendar') return calendar
  } catch {
    // Told below.
  }
  throw refused(403, 'C:valid-calendar-data')
}

type Occurrence = { component: ICAL.Component; start: ICAL.Time; from: number; to: number }

/** What happens of an object between two instants. A time without zone is meant in UTC here. */
export function occurrencesOf(text: string, from: number, to: number): Occurrence[] {
  const events = parsed(text).getAllSubcomponents('vevent')
  const master = events.find((event) => !event.hasProperty('recurrence-id'))
  const exceptions = events.filter((event) => event !== master)
  const found: Occurrence[] = []
  const take = (component: ICAL.Component, start: ICAL.Time, end: ICAL.Time) => {
    const at = { from: start.toUnixTime() * 1_000, to: end.toUnixTime() * 1_000 }
    if (at.from < to && at.to > from) found.push({ component, start, ...at })
  }
  for (const event of exceptions) {
    const { startDate, endDate } = new ICAL.Event(event)
    take(event, startDate, endDate)
  }
  if (!master) return found
  const series = new ICAL.Event(master, { exceptions: [] })
  if (!series.isRecurring()) {
    take(master, series.startDate, series.endDate)
    return found
  }
  const replaced = new Set(exceptions.map((event) => String(event.getFirstPropertyValue('recurrence-id'))))
  const iterator = series.iterator()
  for (let next = iterator.next(), count = 0; next && count < 10_000; next = iterator.next(), count++) {
    if (next.toUnixTime() * 1_000 >= to) break
    const { startDate, endDate } = series.getOccurrenceDetails(next)
    if (!replaced.has(String(next))) take(master, startDate, endDate)
  }
  return found
}

/** Whether an occurrence takes its time, and how. */
export function busyTypeOf({ component }: Occurrence): 'BUSY' | 'BUSY-TENTATIVE' | undefined {
  const wordOf = (name: string) => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  if (wordOf('transp') === 'TRANSPARENT' || wordOf('status') === 'CANCELLED') return undefined
  return wordOf('status') === 'TENTATIVE' ? 'BUSY-TENTATIVE' : 'BUSY'
}

/** An object whose series is written out, occurrence by occurrence, in UTC (RFC 4791, section 9.6.5). */
export function expanded(text: string, from: number, to: number): string {
  const calendar = parsed(text)
  const occurrences = occurrencesOf(text, from, to)
  const whole = new ICAL.Component('vcalendar')
  for (const name of ['version', 'prodid'])
    whole.addPropertyWithValue(name, calendar.getFirstPropertyValue(name) as string)
  for (const { component, ...at } of occurrences) {
    const event = ICAL.Component.fromString(component.toString())
    const isDay = at.start.isDate
    const isSeries = event.hasProperty('rrule') || event.hasProperty('rdate') || event.hasProperty('recurrence-id')
    for (const name of ['rrule', 'rdate', 'exdate', 'exrule', 'duration']) event.removeAllProperties(name)
    event.updatePropertyWithValue('dtstart', timeOf(at.from, isDay) as never)
    event.updatePropertyWithValue('dtend', timeOf(at.to, isDay) as never)
    event.getFirstProperty('dtstart')?.removeParameter('tzid')
    event.getFirstProperty('dtend')?.removeParameter('tzid')
    if (isSeries && !event.hasProperty('recurrence-id'))
      event.addPropertyWithValue('recurrence-id', timeOf(at.from, isDay) as never)
    whole.addSubcomponent(event)
  }
  return whole.toString()
}

function timeOf(at: number, isDay: boolean): ICAL.Time {
  const text = new Date(at).toISOString()
  return isDay ? ICAL.Time.fromDateString(text.slice(0, 10)) : ICAL.Time.fromDateTimeString(`${text.slice(0, 19)}Z`)
}

export const stampOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
