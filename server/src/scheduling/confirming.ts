import { ApiError } from '../api/errors.ts'
import type { Runner } from '../integrations/runner.ts'
import { findOrMakeContact } from '../kit/call.ts'
import type { AnyConnector } from '../kit/connector.ts'
import type { CalendarEvent } from '../kit/models.ts'
import { repeatOf } from '../kit/operations.ts'
import { type OperationFailure, offers } from '../kit/result.ts'
import type { BookingRow, ConfirmationRow } from './booking-queries.ts'

/** How a booking stands at a calendar from now on. */
export type Settled = Pick<ConfirmationRow, 'status' | 'version' | 'externalId' | 'errorCode' | 'errorMessage'> & {
  reason?: string | undefined
}
type Failure = Pick<OperationFailure, 'error' | 'errorCode'>
type Given = {
  runner: Pick<Runner, 'run' | 'open'>
  booking: BookingRow
  place: ConfirmationRow
  /** Whether the booking is to stand in the calendar. */
  isWanted: boolean
  isLastTry: boolean
  /** Notes that a call is under way whose repetition would book twice. */
  begin(): Promise<unknown>
  /** Notes a failure that is tried again. */
  failed(status: 'pending' | 'unknown', failure: Failure): Promise<unknown>
}

/** Thrown so that the engine tries again later. */
class TryAgain extends Error {}

/**
 * Does at the vendor what the booking asks for. Answers how it stands then; undefined where there was nothing to do.
 * @throws Error where it is to be tried again
 */
export async function confirmAtVendor(given: Given): Promise<Settled | undefined> {
  const { runner, booking, place, isWanted } = given
  const { workspaceId, integrationId } = place
  const isDone = place.status === 'confirmed' && place.version === booking.version
  if (isWanted ? isDone : place.status === 'cancelled') return undefined
  if (!isWanted && place.externalId === null && place.status === 'refused') return undefined
  let connector: AnyConnector
  try {
    connector = (await runner.open(workspaceId, integrationId)).connector
  } catch (error) {
    if (error instanceof ApiError) return settled(given, 'refused', { errorCode: error.code, error: error.message })
    throw error
  }
  if (place.externalId !== null) {
    if (!isWanted) return await cancel(given, place.externalId)
    // It was taken out of this calendar, and is to stand in it again.
    if (place.status === 'cancelled') return await book(given, connector)
    if (offers(connector, 'calendar.update')) return await update(given, connector, place.externalId)
    const gone = await cancel(given, place.externalId)
    return gone.status === 'cancelled' ? await book(given, connector) : gone
  }
  const found = place.status === 'unknown' ? await look(given, connector) : undefined
  if (found === 'nobody knows') return undefined
  if (found) return isWanted ? await stands(given, connector, found) : await cancel(given, found.externalId)
  return isWanted ? await book(given, connector) : settled(given, 'cancelled')
}

/** Told apart from an earlier event of the same booking that is gone; the same however often the booking changes until it stands there. */
const keyOf = ({ booking, place }: Given): string =>
  place.externalId === null ? `booking ${booking.id}` : `booking ${booking.id} after ${place.externalId}`.slice(0, 255)

/** What was found at the vendor is the booking; it may have changed since that was made. */
async function stands(given: Given, connector: AnyConnector, found: CalendarEvent): Promise<Settled> {
  const { startsAt, endsAt } = given.booking
  const isThere = +found.startsAt === +startsAt && +found.endsAt === +endsAt
  if (isThere || !offers(connector, 'calendar.update')) return settled(given, 'confirmed', undefined, found.externalId)
  return await update(given, connector, found.externalId)
}

async function book(given: Given, connector: AnyConnector): Promise<Settled> {
  const { runner, booking, place } = given
  const repeat = repeatOf(connector, 'calendar.book')
  const isSafe = repeat === 'safe' || repeat === 'key'
  const person = await personAt(given, connector)
  if (person.failure) return await refused(given, person.failure)
  if (!isSafe) await given.begin()
  const result = await runner.run(place.workspaceId, place.integrationId, 'calendar.book', {
    ...eventOf(booking),
    ...(person.contactId === undefined ? {} : { contactId: person.contactId }),
    ...(place.calendarId === null ? {} : { calendarId: place.calendarId }),
    idempotencyKey: keyOf(given),
  })
  // An earlier try may have made it, at the time that the booking had then.
  if (result.success) return await stands(given, connector, result.data)
  // Nobody knows whether it is there, and another try might book twice: a look at the vendor decides, or a person.
  if (result.ambiguous && !isSafe) {
    if (repeat === 'lookup' && offers(connector, 'calendar.find') && !given.isLastTry)
      throw await again(given, 'unknown', result)
    return settled(given, 'unknown', result, null)
  }
  return await refused(given, result)
}

/**
 * Whose appointment it is, as the vendor's contact. Attendees tell by their address; who left a phone number only, as callers do, is looked for
 * or made where the vendor has contacts.
 */
async function personAt(
  { runner, booking, place }: Given,
  connector: AnyConnector,
): Promise<{ contactId?: string | undefined; failure?: OperationFailure | undefined }> {
  const { email, phone, name } = booking
  if (email !== null || phone === null) return {}
  let failure: OperationFailure | undefined
  const contactId = await findOrMakeContact(
    {
      supports: (operation) => offers(connector, operation),
      run: async (operation, input) => {
        const result = await runner.run(place.workspaceId, place.integrationId, operation, input)
        failure = result.success || result.errorCode === 'NOT_FOUND' ? undefined : result
        // Whom the vendor knows already, as it says, can be found a little later.
        if (failure?.errorCode === 'CONFLICT') failure = { ...failure, retry: true }
        return result
      },
    },
    { phone, ...(name === null ? {} : { name }) },
  )
  return contactId === undefined ? { failure } : { contactId }
}

async function update(given: Given, connector: AnyConnector, externalId: string): Promise<Settled> {
  const { runner, booking, place } = given
  const result = await runner.run(place.workspaceId, place.integrationId, 'calendar.update', {
    externalId,
    ...(place.calendarId === null ? {} : { calendarId: place.calendarId }),
    changes: eventOf(booking),
  })
  // Somebody deleted it there. Whoever has the booking counts on it, so it is made again.
  const isGone = result.success ? result.data.status === 'cancelled' : result.errorCode === 'NOT_FOUND'
  if (isGone && place.externalId === externalId) return await book(given, connector)
  // At some vendors what is moved becomes another one.
  return result.success ? settled(given, 'confirmed', undefined, result.data.externalId) : await refused(given, result)
}

async function cancel(given: Given, externalId: string): Promise<Settled> {
  const { runner, booking, place } = given
  const result = await runner.run(place.workspaceId, place.integrationId, 'calendar.cancel', {
    externalId,
    ...(place.calendarId === null ? {} : { calendarId: place.calendarId }),
    ...(booking.cancelReason ? { reason: booking.cancelReason } : {}),
  })
  if (result.success || result.errorCode === 'NOT_FOUND') return settled(given, 'cancelled', undefined, externalId)
  return await refused(given, result)
}

/** Whether an earlier call of which nobody knows how it ended made the event: it would stand where that call put it. */
async function look(given: Given, connector: AnyConnector): Promise<CalendarEvent | 'nobody knows' | undefined> {
  const { runner, booking, place } = given
  const { triedStartsAt, triedEndsAt } = place
  const repeat = repeatOf(connector, 'calendar.book')
  if (repeat === 'safe' || repeat === 'key') return undefined
  if (repeat === 'never' || !offers(connector, 'calendar.find')) return 'nobody knows'
  const result = await runner.run(place.workspaceId, place.integrationId, 'calendar.find', {
    ...{ startsAt: triedStartsAt ?? booking.startsAt, endsAt: triedEndsAt ?? booking.endsAt },
    ...(booking.email ? { attendee: booking.email } : {}),
  })
  if (!result.success) throw await again(given, 'unknown', result)
  return result.data ?? undefined
}

/** What the vendor will not do however often it is asked is settled; everything else is tried again. */
async function refused(given: Given, result: OperationFailure): Promise<Settled> {
  const mayHelp = result.retry || result.ambiguous === true || waitsForPerson.has(result.errorCode)
  if (mayHelp && !given.isLastTry) throw await again(given, 'pending', result)
  return settled(given, 'refused', result)
}

/** After these a person is asked to connect the account again. */
const waitsForPerson = new Set(['AUTH_ERROR', 'INTEGRATION_NOT_ACTIVE'])

async function again(given: Given, status: 'pending' | 'unknown', failure: Failure): Promise<Error> {
  await given.failed(status, failure)
  return new TryAgain(failure.error)
}

const settled = (
  { booking, place }: Given,
  status: ConfirmationRow['status'],
  failure?: Failure,
  externalId: string | null = place.externalId,
): Settled => ({
  ...{ status, externalId, version: booking.version },
  errorCode: failure?.errorCode ?? null,
  errorMessage: failure?.error ?? null,
  reason: failure?.error,
})

const eventOf = ({ title, startsAt, endsAt, timezone, notes, location, email, name }: BookingRow) => ({
  ...{ title, startsAt, endsAt },
  ...(timezone ? { timezone } : {}),
  ...(notes ? { description: notes } : {}),
  ...(location ? { location } : {}),
  ...(email ? { attendees: [{ email, ...(name ? { name } : {}) }] } : {}),
})
