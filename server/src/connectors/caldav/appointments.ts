import { createHash, randomUUID } from 'node:crypto'
import {
  type CalendarEvent,
  type Changes,
  ConnectorError,
  type New,
  notFoundAtVendor,
  notSupported,
  type VendorAnswer,
} from '../../kit/index.ts'
import { objectsIn } from './busy.ts'
import { calendarAt } from './discovery.ts'
import { eventOf, isRecurring, readObject } from './objects.ts'
import { type CalDavContext, floatingZone, organizerOf } from './settings.ts'
import { changedObject, newObject } from './written.ts'

const type = 'text/calendar; charset=utf-8'
const exists = [403, 409, 412]

/** Books by a name of the hub's own, so that a second time finds what the first made. */
export async function book(
  context: CalDavContext,
  { idempotencyKey, ...input }: New<CalendarEvent> & { idempotencyKey?: string | undefined },
): Promise<CalendarEvent> {
  const calendar = await calendarAt(context, input.calendarId)
  const uid = idempotencyKey === undefined ? randomUUID() : uidOf(context, idempotencyKey)
  const href = `${calendar}${uid}.ics`
  const text = newObject(uid, input, { now: context.now(), organizer: organizerOf(context) })
  const answer = await context.http.request<unknown>('PUT', href, {
    bytes: { content: Buffer.from(text), type },
    headers: { 'if-none-match': '*' },
    accept: exists,
  })
  if (answer.status < 300) return read(context, { href, text, calendar })
  // It is there already: by an earlier call with this key, or by a try whose answer was lost.
  const present = answer.status === 412 ? await get(context, href) : undefined
  if (present?.text !== undefined) return read(context, { href, text: present.text, calendar })
  throw refused(answer)
}

export async function find(
  context: CalDavContext,
  wanted: { idempotencyKey: string } | { startsAt: Date; endsAt: Date; attendee?: string | undefined },
): Promise<CalendarEvent | null> {
  const calendar = await calendarAt(context)
  if ('idempotencyKey' in wanted) {
    const href = `${calendar}${uidOf(context, wanted.idempotencyKey)}.ics`
    const { text } = await get(context, href)
    const found = text === undefined ? undefined : read(context, { href, text, calendar })
    return found === undefined || found.status === 'cancelled' ? null : found
  }
  const { startsAt, endsAt, attendee } = wanted
  const objects = await objectsIn(context, calendar, { from: startsAt, to: endsAt }, { expand: false })
  for (const { href, text } of objects) {
    const event = eventOf(text, { href, calendarId: calendar, floating: floatingZone(context) })
    if (!event || event.status === 'cancelled') continue
    const isThen = event.startsAt.getTime() === startsAt.getTime() && event.endsAt.getTime() === endsAt.getTime()
    if (isThen && (attendee === undefined || isInvited(event, attendee))) return event
  }
  return null
}

/** Changes what is named and leaves the rest of the object as it is; a version that changed meanwhile is not overwritten. */
export async function update(
  context: CalDavContext,
  {
    externalId,
    calendarId,
    changes,
  }: { externalId: string; calendarId?: string | undefined; changes: Changes<CalendarEvent> },
): Promise<CalendarEvent> {
  const href = hrefOf(externalId)
  const { text, etag } = await get(context, href)
  if (text === undefined) throw notFoundAtVendor('CalDAV', 'appointment')
  const found = readObject(text)
  const { startsAt, endsAt, timezone } = changes
  const movesInTime = [startsAt, endsAt, timezone].some((one) => one != null)
  if (found && movesInTime && isRecurring(found)) throw notSupported('CalDAV', 'to move a series of appointments')
  const home = parentOf(href)
  const present = read(context, { href, text, calendar: calendarId ?? home })
  const times = movesInTime ? timesOf(context, present, changes) : {}
  const next = changedObject(text, { ...changes, ...times }, { now: context.now(), organizer: organizerOf(context) })
  const answer = await context.http.request<unknown>('PUT', href, {
    bytes: { content: Buffer.from(next), type },
    headers: { 'if-match': etag },
    // A repetition would no longer find the version that was read.
    repeatable: etag === undefined,
    accept: [412],
  })
  if (answer.status === 412) throw refused(answer)
  const destination = changes.calendarId == null ? home : await calendarAt(context, changes.calendarId)
  const moved = destination === home ? href : await move(context, href, destination)
  return read(context, { href: moved, text: next, calendar: destination })
}

export async function cancel({ http }: CalDavContext, { externalId }: { externalId: string }): Promise<void> {
  // A server tells nobody what was deleted from what never was, so that 404 is as good as done.
  await http.delete(hrefOf(externalId), undefined, { accept: [404, 410] })
}

async function move(context: CalDavContext, href: string, destination: string): Promise<string> {
  const target = `${destination}${href.split('/').at(-1)}`
  const { origin } = new URL(context.settings.server_url)
  const headers = { destination: URL.parse(target, origin)?.href ?? target, overwrite: 'F' }
  const options = { headers, repeatable: true, accept: [404, 412] }
  const { status } = await context.http.request('MOVE', href, options)
  // An earlier try has moved it.
  if (status < 300 || (await get(context, target)).text !== undefined) return target
  throw notFoundAtVendor('CalDAV', 'appointment')
}

async function get({ http }: CalDavContext, href: string): Promise<{ text?: string; etag?: string | undefined }> {
  const answer = await http.request<unknown>('GET', href, { headers: { accept: 'text/calendar' }, accept: [404, 410] })
  if (answer.status >= 400) return {}
  const { etag } = answer.headers
  // A weak one says no more than that it reads alike, and is refused in a condition.
  return { text: String(answer.body ?? ''), etag: etag?.startsWith('W/') ? undefined : etag }
}

function read(
  context: CalDavContext,
  { href, text, calendar }: { href: string; text: string; calendar: string },
): CalendarEvent {
  const event = eventOf(text, { href, calendarId: calendar, floating: floatingZone(context) })
  if (event) return event
  throw new ConnectorError('PROCESSING_ERROR', 'CalDAV: the appointment cannot be read (PROCESSING_ERROR)')
}

/** Times are written together: what is left out of them stays. */
const timesOf = (
  context: CalDavContext,
  present: CalendarEvent,
  { startsAt, endsAt, timezone }: Changes<CalendarEvent>,
) => ({
  startsAt: startsAt ?? present.startsAt,
  endsAt: endsAt ?? present.endsAt,
  timezone: timezone ?? present.timezone ?? context.settings.timezone,
})

/** The same for the same booking. */
const uidOf = ({ integrationId }: CalDavContext, idempotencyKey: string): string =>
  createHash('sha256').update(`${integrationId}/${idempotencyKey}`).digest('hex').slice(0, 40)

/** An id of ours is a path of the server. */
function hrefOf(externalId: string): string {
  if (/^(https:\/\/[^\s/?#@]+)?\/(?!\/)[^\s?#\\]*$/.test(externalId)) return externalId
  throw notFoundAtVendor('CalDAV', 'appointment')
}

const parentOf = (href: string): string => href.slice(0, href.lastIndexOf('/') + 1)

function refused({ status }: VendorAnswer<unknown>): ConnectorError {
  if (status === 403)
    return new ConnectorError('PERMISSION_DENIED', 'CalDAV: this calendar cannot be written to (PERMISSION_DENIED)', {
      status,
    })
  return new ConnectorError('CONFLICT', 'CalDAV: the appointment was changed or made meanwhile (CONFLICT)', { status })
}

const isInvited = ({ attendees = [] }: CalendarEvent, address: string): boolean =>
  attendees.some(({ email }) => email.toLowerCase() === address.toLowerCase())
