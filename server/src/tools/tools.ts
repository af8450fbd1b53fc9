import { createHash } from 'node:crypto'
import { ApiError } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import { errorCodes } from '../kit/error-codes.ts'
import { readPhone } from '../leads/normalise.ts'
import type { Clock } from '../lib/clock.ts'
import { isId } from '../lib/ids.ts'
import { nearby } from '../scheduling/availability.ts'
import { meaningOf } from '../scheduling/booking.ts'
import { isTimeZone } from '../scheduling/host-rules.ts'
import type { Scheduling } from '../scheduling/scheduling.ts'
import type { Slot } from '../scheduling/schema.ts'
import { countryOf } from './countries.ts'
import { type Customer, findPerson, listUpcoming } from './queries.ts'
import type { ToolAnswer, ToolInput, ToolName } from './schema.ts'
import { readDay, readTime, spoken, spokenChoices } from './spoken.ts'

/** A voice turn waits no longer for a calendar that does not answer; what is known is told then. */
const patienceMs = 1_200
const offered = 3

export type Tools = ReturnType<typeof createTools>

/** What an agent does during a call. Business failures are answers with a sentence to speak, never errors. */
export function createTools(deps: {
  database: Database
  scheduling: Pick<Scheduling, 'availability' | 'bookings'>
  clock: Clock
}) {
  const { database, scheduling, clock } = deps
  const { availability, bookings } = scheduling
  type Hosts = Awaited<ReturnType<typeof availability.choose>>

  /** Whose time it is, and by which clocks times are meant. */
  async function placeOf(
    workspaceId: string,
    { agent_id: agentId, timezone }: { agent_id?: string | undefined; timezone?: string | undefined },
  ) {
    const hosts = await availability.choose(workspaceId, { agentId: agentId || undefined })
    const zone = timezone && isTimeZone(timezone) ? timezone : hosts[0]!.timezone
    return { hosts, timezone: zone }
  }

  /** Asks connected calendars once more, but not for long. Answers whether all that is known is certain. */
  async function lookAt(workspaceId: string, hosts: Hosts, at: number): Promise<boolean> {
    const known = await inTime(availability.open(workspaceId, hosts, nearby(at)))
    return known?.every(({ degraded }) => degraded.length === 0) ?? false
  }

  const today = (timezone: string): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(clock.now()).toZonedDateTimeISO(timezone).toPlainDate()

  /** The instant that was said, or what to ask back. */
  function instantOf(date: string, time: string, timezone: string): { at: Date } | { ask: string } {
    const [day, hour] = [readDay(date, today(timezone)), readTime(time)]
    if (!day) return { ask: `I did not understand the day "${date.slice(0, 40)}". Which date would you like?` }
    if (!hour) return { ask: `I did not understand the time "${time.slice(0, 40)}". What time would you like?` }
    const at = new Date(day.toZonedDateTime({ timeZone: timezone, plainTime: hour }).epochMilliseconds)
    if (at.getTime() <= clock.now())
      return { ask: `${spoken(at, timezone)} has already passed. Which other time would suit you?` }
    if (at.getTime() - clock.now() > farthestMs)
      return { ask: 'That is too far ahead. Which earlier date would you like?' }
    return { at }
  }

  /** Nobody can be booked here: said, rather than failed. */
  const guarded = async (run: () => Promise<ToolAnswer>): Promise<ToolAnswer> => {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ApiError) || errorCodes[error.code].status >= 500) throw error
      return { ok: false, message: 'I am sorry, that cannot be booked right now.', reason: error.message }
    }
  }

  async function checkAvailability(workspaceId: string, input: ToolInput<'check-availability'>): Promise<ToolAnswer> {
    const { hosts, timezone } = await placeOf(workspaceId, input)
    const minutes = minutesOf(input.duration_minutes)
    const { appointment_date: date } = input
    const day = date ? readDay(date, today(timezone)) : undefined
    if (date && !day)
      return { ok: false, message: `I did not understand the day "${date.slice(0, 40)}". Which date would you like?` }
    const begins = day ? day.toZonedDateTime(timezone).epochMilliseconds : clock.now()
    if (begins - clock.now() > farthestMs)
      return { ok: false, message: 'That is too far ahead. Which earlier date would you like?' }
    const certain = await lookAt(workspaceId, hosts, begins)
    const asked = { mode: 'any' as const, from: begins, ...(minutes === undefined ? {} : { minutes }), count: 200 }
    const found = await availability.next(workspaceId, hosts, asked)
    const onDay = day ? found.filter(({ startsAt }) => dayOfSlot(startsAt, timezone).equals(day)) : found
    const doubt = certain ? '' : ' I could not reach the calendar, so these times are not certain yet.'
    if (onDay.length === 0) {
      const others = choices(found.filter(({ startsAt }) => Date.parse(startsAt) > begins).slice(0, offered), timezone)
      const rest =
        others.length === 0
          ? 'There is no free time in the next weeks.'
          : `The next free times are ${sayAll(others, timezone)}.`
      return {
        ok: false,
        message: `There is no free time ${day ? 'on that day' : 'now'}. ${rest}${doubt}`,
        reason: 'none',
        certain,
        timezone,
        alternatives: others,
      }
    }
    const slots = choices(onDay.slice(0, 12), timezone)
    const said = sayAll(slots.slice(0, offered), timezone)
    return { ok: true, message: `I can offer ${said}.${doubt}`, certain, timezone, slots }
  }

  async function book(workspaceId: string, input: ToolInput<'book-appointment'>): Promise<ToolAnswer> {
    const { hosts, timezone } = await placeOf(workspaceId, input)
    const wanted = instantOf(input.appointment_date, input.appointment_time, timezone)
    if ('ask' in wanted) return { ok: false, message: wanted.ask, reason: 'not_understood' }
    const { at } = wanted
    const minutes = minutesOf(input.duration_minutes)
    const customer = customerOf(input, hosts[0]!.timezone)
    const wish = wishOf(input, customer, at)
    const certain = await lookAt(workspaceId, hosts, at.getTime())
    const details = {
      ...{
        hostIds: hosts.map(({ id }) => id),
        mode: 'any' as const,
        startsAt: at.toISOString(),
        timezone,
        source: 'call',
      },
      ...(minutes === undefined ? {} : { durationMinutes: minutes }),
      ...(input.title ? { title: input.title } : {}),
      ...(input.customer_name ? { name: input.customer_name.slice(0, 200) } : {}),
      ...(customer.email ? { email: customer.email } : {}),
      ...(customer.phones[0] ? { phone: customer.phones[0] } : {}),
      ...(input.notes ? { notes: input.notes } : {}),
      ...(input.call_id ? { customFields: { callId: input.call_id } } : {}),
    }
    const made = await database.inWorkspace(workspaceId, async (tx) => {
      let one = await bookings.bookIn(tx, workspaceId, { ...details, ...keyOf(wish) })
      // Who called it off may want it back; each booking that was called off leaves its key to itself.
      for (let round = 1; one.row?.status === 'cancelled' && round < mostRounds; round++)
        one = await bookings.bookIn(tx, workspaceId, { ...details, ...keyOf(wish, one.row.id) })
      return one
    })
    if (made.row?.status === 'confirmed') {
      const { row } = made
      const doubt = certain ? '' : ' Our calendar is slow right now; you will hear from us if anything changes.'
      const message = `You are booked for ${spoken(row.startsAt, timezone)}.${doubt}`
      return { ok: true, message, certain, ...bookingFacts(row, timezone) }
    }
    const reason = made.row ? 'taken' : made.reason
    return await insteadOf(workspaceId, hosts, { at, minutes, timezone, reason, certain })
  }

  /** Says why a time cannot be had, and the next ones that can. */
  async function insteadOf(
    workspaceId: string,
    hosts: Hosts,
    asked: {
      at: Date
      minutes: number | undefined
      timezone: string
      reason: keyof typeof meaningOf
      certain: boolean
    },
  ): Promise<ToolAnswer> {
    const { at, minutes, timezone, reason, certain } = asked
    const range = {
      mode: 'any' as const,
      from: at.getTime(),
      ...(minutes === undefined ? {} : { minutes }),
      count: offered,
    }
    const alternatives = choices(await availability.next(workspaceId, hosts, range), timezone)
    const rest =
      alternatives.length === 0 ? 'I have no other time to offer.' : `I can offer ${sayAll(alternatives, timezone)}.`
    return { ok: false, message: `${meaningOf[reason]} ${rest}`, reason, certain, timezone, alternatives }
  }

  /** The one appointment that is meant, or what to ask back. */
  async function appointmentOf(
    workspaceId: string,
    input: Pick<ToolInput<'cancel-appointment'>, 'booking_id' | 'customer_phone' | 'customer_email'>,
    timezone: string,
    /** Where one that is called off already is meant as well. */
    orCancelled = false,
  ): Promise<Meant | Asking> {
    const customer = customerOf(input, timezone)
    if (input.booking_id) {
      const booking = isId(input.booking_id)
        ? await bookings.get(workspaceId, input.booking_id).catch(orNothing)
        : undefined
      const isMeant = booking?.status === 'confirmed' || (orCancelled && booking?.status === 'cancelled')
      if (booking && isMeant && isTheirs(booking, customer, timezone))
        return { id: booking.id, startsAt: new Date(booking.startsAt), hostIds: booking.hostIds }
      return { ask: 'I cannot find that appointment. What phone number or e-mail address was it booked with?' }
    }
    if (!customer.email && customer.phones.length === 0)
      return { ask: 'What phone number or e-mail address was the appointment booked with?' }
    const found = await database.inWorkspace(workspaceId, (tx) =>
      listUpcoming(tx, workspaceId, customer, new Date(clock.now())),
    )
    const [first, ...others] = found
    if (!first) return { ask: 'I cannot find an appointment that is still to come. Was it booked with another number?' }
    if (others.length > 0) {
      const times = choices(found.map(slotOf), timezone).map((time, index) => ({
        ...time,
        booking_id: found[index]!.id,
      }))
      return {
        ask: `There are several appointments: ${sayAll(times, timezone)}. Which one do you mean?`,
        several: times,
      }
    }
    return { id: first.id, startsAt: first.startsAt, hostIds: first.hostIds }
  }

  async function cancel(workspaceId: string, input: ToolInput<'cancel-appointment'>): Promise<ToolAnswer> {
    const { timezone } = await placeOf(workspaceId, input)
    const found = await appointmentOf(workspaceId, input, timezone, true)
    if ('ask' in found) return asking(found)
    await bookings.cancel(workspaceId, found.id, {
      cancelledBy: 'attendee',
      ...(input.reason ? { reason: input.reason } : {}),
    })
    const message = `Your appointment on ${spoken(found.startsAt, timezone)} is cancelled.`
    return { ok: true, message, booking_id: found.id, timezone }
  }

  async function reschedule(workspaceId: string, input: ToolInput<'reschedule-appointment'>): Promise<ToolAnswer> {
    const { hosts: all, timezone } = await placeOf(workspaceId, input)
    const wanted = instantOf(input.appointment_date, input.appointment_time, timezone)
    if ('ask' in wanted) return { ok: false, message: wanted.ask, reason: 'not_understood' }
    const found = await appointmentOf(workspaceId, input, timezone)
    if ('ask' in found) return asking(found)
    const hosts = all.filter(({ id }) => found.hostIds.includes(id))
    const { at } = wanted
    const certain = hosts.length === 0 || (await lookAt(workspaceId, hosts, at.getTime()))
    if (found.startsAt.getTime() === at.getTime())
      return {
        ok: true,
        message: `Your appointment is on ${spoken(at, timezone)}.`,
        certain,
        booking_id: found.id,
        timezone,
      }
    const moved = await database.inWorkspace(workspaceId, (tx) =>
      bookings.moveIn(tx, workspaceId, found.id, { startsAt: at.toISOString() }),
    )
    if (!moved.row)
      return await insteadOf(workspaceId, hosts.length > 0 ? hosts : all, {
        at,
        minutes: undefined,
        timezone,
        reason: moved.reason,
        certain,
      })
    const message = `Your appointment is moved to ${spoken(moved.row.startsAt, timezone)}.`
    return { ok: true, message, certain, ...bookingFacts(moved.row, timezone) }
  }

  async function findContact(workspaceId: string, input: ToolInput<'find-contact'>): Promise<ToolAnswer> {
    const customer = customerOf(input, input.timezone)
    if (!customer.email && customer.phones.length === 0)
      return { ok: false, message: 'What phone number or e-mail address are you known by?', reason: 'not_understood' }
    const found = await database.inWorkspace(workspaceId, (tx) => findPerson(tx, workspaceId, customer))
    if (!found) return { ok: false, message: 'I cannot find you in our records yet.', reason: 'none' }
    const { id, email, phone, status, firstName, lastName } = found
    const name = found.name ?? ([firstName, lastName].filter(Boolean).join(' ') || null)
    const message = name ? `I found ${name} in our records.` : 'I found you in our records.'
    return { ok: true, message, contact: { id, name, email, phone, status } }
  }

  const run: { [Name in ToolName]: (workspaceId: string, input: ToolInput<Name>) => Promise<ToolAnswer> } = {
    'check-availability': checkAvailability,
    'book-appointment': book,
    'reschedule-appointment': reschedule,
    'cancel-appointment': cancel,
    'find-contact': findContact,
  }

  return {
    /** Does what a tool is for. The input must have been checked against the tool's schema. */
    use: <Name extends ToolName>(workspaceId: string, name: Name, input: ToolInput<Name>): Promise<ToolAnswer> =>
      guarded(() => run[name](workspaceId, input)),
  }
}

const farthestMs = 730 * 86_400_000

/** The appointment that is meant, or what to ask back. */
type Meant = { id: string; startsAt: Date; hostIds: string[] }
type Asking = { ask: string; several?: (ReturnType<typeof choices>[number] & { booking_id: string })[] }

const asking = ({ ask, several }: Asking): ToolAnswer => ({
  ok: false,
  message: ask,
  reason: several ? 'several' : 'not_found',
  ...(several ? { alternatives: several } : {}),
})

/** What was ready in time; undefined where it was not, and then it goes on without being waited for. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), patienceMs)
  // Whoever is late may also fail; nobody waits to hear of it.
  const quiet = work.catch(() => undefined)
  return await Promise.race([quiet, promise]).finally(() => clearTimeout(timer))
}

/** So often one wish may be called off and come back. */
const mostRounds = 20

/** What makes a wish the same as another: the call and the time, or the person and the time where no call is told. */
function wishOf(input: ToolInput<'book-appointment'>, { email, phones }: Customer, at: Date): string[] | undefined {
  if (input.call_id) return [input.call_id, at.toISOString()]
  const person = phones[0] ?? email
  if (person === undefined) return undefined
  return [input.agent_id ?? '', person, input.customer_name?.trim().toLowerCase() ?? '', at.toISOString()]
}

/** The same wish is one booking, however often it is sent; after one that was called off it is another wish. */
function keyOf(wish: string[] | undefined, afterId?: string): { key?: string } {
  if (!wish) return {}
  const text = [...wish, ...(afterId === undefined ? [] : [afterId])].join(' ')
  return { key: `call ${createHash('sha256').update(text).digest('hex').slice(0, 40)}` }
}

const minutesOf = (given: number | string | undefined): number | undefined => {
  const minutes = given === undefined ? undefined : Number.parseInt(String(given), 10)
  return minutes !== undefined && minutes >= 5 && minutes <= 1_440 ? minutes : undefined
}

/** An address where it is one; a phone as it may be written, in the country of the time zone where it names none. */
function customerOf(
  given: { customer_email?: string | undefined; customer_phone?: string | undefined },
  timezone: string | undefined,
): Customer {
  const email = given.customer_email?.trim().toLowerCase()
  const isEmail = email !== undefined && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)
  return { email: isEmail ? email : undefined, phones: phonesOf(given.customer_phone?.trim(), timezone) }
}

/** What a number may be: as it stands, in the country whose clocks are meant, or in North America, whose people leave the code out. */
function phonesOf(text: string | undefined, timezone: string | undefined): string[] {
  if (!text) return []
  const digits = text.replace(/\D/g, '')
  const readings = [
    readPhone(text, countryOf(timezone)),
    digits.length === 10 ? readPhone(digits, 'US') : undefined,
    text.startsWith('+') || digits.length === 10 ? undefined : readPhone(`+${digits}`),
  ]
  return [...new Set(readings.flatMap((one) => (one ? [one.phone] : [])))]
}

/** Whether an appointment may be this customer's: nothing that both tell speaks against it, or something for it. */
function isTheirs(
  { email, phone }: { email: string | null; phone: string | null },
  customer: Customer,
  timezone: string,
): boolean {
  const numbers = phonesOf(phone ?? undefined, timezone)
  const verdicts = [
    ...(email && customer.email ? [email.toLowerCase() === customer.email] : []),
    ...(numbers.length > 0 && customer.phones.length > 0 ? [numbers.some((one) => customer.phones.includes(one))] : []),
  ]
  return verdicts.length === 0 || verdicts.includes(true)
}

const dayOfSlot = (startsAt: string, timezone: string): Temporal.PlainDate =>
  Temporal.Instant.from(startsAt).toZonedDateTimeISO(timezone).toPlainDate()

const choices = (slots: readonly Pick<Slot, 'startsAt' | 'endsAt'>[], timezone: string) =>
  slots.map(({ startsAt, endsAt }) => ({
    starts_at: startsAt,
    ends_at: endsAt,
    spoken: spoken(new Date(startsAt), timezone),
  }))

function sayAll(slots: readonly { starts_at: string }[], timezone: string): string {
  const [first, ...others] = slots.slice(0, 5)
  if (!first) return ''
  const day = dayOfSlot(first.starts_at, timezone)
  const isOneDay = others.every(({ starts_at: at }) => dayOfSlot(at, timezone).equals(day))
  if (!isOneDay || others.length === 0)
    return spokenChoices(
      slots.slice(0, 5).map(({ starts_at: at }) => new Date(at)),
      timezone,
      false,
    )
  const rest = spokenChoices(
    others.map(({ starts_at: at }) => new Date(at)),
    timezone,
    true,
  )
  return `${spoken(new Date(first.starts_at), timezone)}${others.length === 1 ? ' or' : ','} ${rest}`
}

const slotOf = ({ startsAt, endsAt }: { startsAt: Date; endsAt: Date }) => ({
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
})

const bookingFacts = ({ id, startsAt, endsAt }: { id: string; startsAt: Date; endsAt: Date }, timezone: string) => ({
  booking_id: id,
  starts_at: startsAt.toISOString(),
  ends_at: endsAt.toISOString(),
  timezone,
})

function orNothing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 'NOT_FOUND') return undefined
  throw error
}
