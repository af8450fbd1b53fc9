import type { Account, Stored } from '../emulator.ts'
import type { Records } from '../records.ts'
import { badRequest, notFound } from './answers.ts'
import { addressOf, calendarsOf } from './calendars.ts'
import type { EventBody } from './schemas.ts'
import { instantOf, readTime, type Time } from './zones.ts'

type Attendee = {
  emailAddress: { address: string; name?: string | null }
  type: string
  status: { response: string; time: string }
}

/** An event as it is kept. */
export type SandboxEvent = Omit<EventBody, 'start' | 'end' | 'attendees' | 'recurrence' | 'transactionId'> & {
  start: Time
  end: Time
  attendees: Attendee[]
  isCancelled: boolean
  transactionId?: string
  /** What the event was made with, by which a repetition is told from another event. */
  fingerprint?: string
  recurrence?: NonNullable<EventBody['recurrence']>
  /** Days of occurrences that were deleted. */
  exceptions?: string[]
}
export type SandboxRecord = Stored<SandboxEvent>
/** A single event, or an occurrence of a series on a day. */
export type Occurrence = { record: SandboxRecord; id: string; from: number; to: number; day?: string }

export const typePrefix = 'events in '
export const eventsIn = (account: Account, calendarId: string): Records<SandboxEvent> =>
  account.records<SandboxEvent>(typePrefix + calendarId)

/**
 * The event that a body describes, alone (POST) or over the present one (PATCH): complex values are taken whole.
 * @throws the refusals that Graph has for events that cannot be
 */
export function eventFrom(account: Account, body: EventBody, present?: SandboxEvent): SandboxEvent {
  const { start, end, attendees, recurrence, transactionId, singleValueExtendedProperties, ...rest } = body
  if (present && transactionId !== undefined)
    throw badRequest('The property transactionId cannot be changed.', 'ErrorInvalidPropertySet')
  const [from, to] = [start ? readTime(start) : present?.start, end ? readTime(end) : present?.end]
  if (!from || !to) throw badRequest('Required property start or end is missing.', 'ErrorPropertyValidationFailure')
  if (instantOf(to) < instantOf(from))
    throw badRequest('The start date must come before the end date.', 'ErrorPropertyValidationFailure')
  const event: SandboxEvent = {
    isReminderOn: true,
    reminderMinutesBeforeStart: 15,
    showAs: 'busy',
    ...present,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    start: from,
    end: to,
    attendees: attendees ? attendees.map((one) => invited(account, one, present)) : (present?.attendees ?? []),
    isCancelled: present?.isCancelled ?? false,
    ...(transactionId == null ? {} : { transactionId }),
    ...(recurrence ? { recurrence } : {}),
    ...(singleValueExtendedProperties || present?.singleValueExtendedProperties
      ? { singleValueExtendedProperties: merged(present, singleValueExtendedProperties) }
      : {}),
  }
  const isMidnight = ({ dateTime }: Time) => /T00:00:00(\.0+)?$/.test(dateTime)
  if (event.isAllDay && !(isMidnight(from) && isMidnight(to) && from.timeZone === to.timeZone))
    throw badRequest('The event is not a valid all day event.', 'ErrorPropertyValidationFailure')
  return event
}

function merged(present: SandboxEvent | undefined, given: EventBody['singleValueExtendedProperties'] = []) {
  const form = /^(String|Integer|Boolean|SystemTime|Double) \{[0-9a-f-]{36}\} Name .+$/i
  for (const { id } of given)
    if (!form.test(id)) throw badRequest('The extended property id is not valid.', 'ErrorInvalidPropertyId')
  const kept = (present?.singleValueExtendedProperties ?? []).filter(
    ({ id }) => !given.some((one) => one.id.toLowerCase() === id.toLowerCase()),
  )
  return [...kept, ...given]
}

/** Who was invited before keeps the answer. */
function invited(account: Account, one: NonNullable<EventBody['attendees']>[number], present?: SandboxEvent): Attendee {
  const { address, name } = one.emailAddress
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address ?? ''))
    throw badRequest('At least one recipient is not valid.', 'ErrorInvalidRecipients')
  const known = present?.attendees.find(({ emailAddress }) => emailAddress.address === address)
  return {
    emailAddress: { address: address!, name: name ?? address! },
    type: one.type ?? 'required',
    status: known?.status ?? {
      response: address === addressOf(account) ? 'organizer' : 'none',
      time: '0001-01-01T00:00:00Z',
    },
  }
}

/** Ids of either kind name the same event; that of an occurrence ends in its day. */
export const shownId = (id: string, isImmutable: boolean): string => `${isImmutable ? 'AAkALgAA' : 'AAMkADAA'}${id}`
const bareId = (id: string): string => id.replace(/^AAkALgAA|^AAMkADAA/, '')

/** @throws the refusal 404 */
export function needEvent(
  account: Account,
  given: string,
): { calendarId: string; records: Records<SandboxEvent>; record: SandboxRecord; day?: string } {
  const [id = '', day] = bareId(given).split('.')
  for (const { id: calendarId } of calendarsOf(account).list()) {
    const records = eventsIn(account, calendarId)
    const record = records.get(id)
    if (record && (day === undefined || (record.data.recurrence && !record.data.exceptions?.includes(day))))
      return { calendarId, records, record, ...(day === undefined ? {} : { day }) }
  }
  throw notFound()
}

/** What happens of an event between two instants. */
export function occurrencesOf(record: SandboxRecord, from: number, to: number): Occurrence[] {
  const { start, end, recurrence, exceptions = [] } = record.data
  const [begins, lasts] = [instantOf(start), instantOf(end) - instantOf(start)]
  if (!recurrence)
    return begins < to && begins + lasts > from ? [{ record, id: record.id, from: begins, to: begins + lasts }] : []
  const { pattern, range } = recurrence
  const [first, time] = [
    Temporal.PlainDate.from(range.startDate),
    Temporal.PlainDateTime.from(start.dateTime).toPlainTime(),
  ]
  const last = range.type === 'endDate' ? Temporal.PlainDate.from(range.endDate ?? range.startDate) : undefined
  const found: Occurrence[] = []
  for (let day = first, count = 0; ; day = day.add({ days: 1 })) {
    const at = instantOf({ dateTime: day.toPlainDateTime(time).toString(), timeZone: start.timeZone })
    if (at >= to || (last && Temporal.PlainDate.compare(day, last) > 0)) return found
    if (!isOn(day, first, pattern)) continue
    count += 1
    if (range.type === 'numbered' && count > (range.numberOfOccurrences ?? 1)) return found
    if (at + lasts > from && !exceptions.includes(day.toString()))
      found.push({ record, id: `${record.id}.${day}`, from: at, to: at + lasts, day: day.toString() })
  }
}

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

function isOn(
  day: Temporal.PlainDate,
  first: Temporal.PlainDate,
  { type, interval, daysOfWeek = [] }: NonNullable<EventBody['recurrence']>['pattern'],
): boolean {
  const days = first.until(day).days
  if (type === 'daily') return days % interval === 0
  const weeks = Math.floor((days + first.dayOfWeek - 1) / 7)
  const names = daysOfWeek.map((name) => name.toLowerCase())
  return weeks % interval === 0 && names.includes(weekdays[day.dayOfWeek - 1]!)
}
