import { ApiError, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import { type Html, html, pageOf } from '../integrations/connect-layout.ts'
import type { Clock } from '../lib/clock.ts'
import type { Availability } from './availability.ts'
import type { Booking } from './booking-schema.ts'
import type { Bookings } from './bookings.ts'
import type { Consultations } from './consultations.ts'
import { listHostsById } from './host-queries.ts'
import { holderOf, type Link, type Links } from './links.ts'
import type { Slot } from './schema.ts'

type Page = { status: number; text: string; headers: Record<string, string> }
type Notice = { message: string; isGood?: boolean }

const shownSlots = 40

export type AppointmentPages = ReturnType<typeof createAppointmentPages>

/** What somebody who booked sees behind the link in a mail: move it, call it off, or take a time that was offered. */
export function createAppointmentPages(deps: {
  database: Database
  availability: Availability
  bookings: Bookings
  consultations: Consultations
  links: Links
  clock: Clock
}) {
  const { database, availability, bookings, consultations, links, clock } = deps

  async function bookingPage(workspaceId: string, id: string, notice?: Notice, status = 200): Promise<Page> {
    const booking = await bookings.get(workspaceId, id)
    const hosts = await database.inWorkspace(workspaceId, (tx) => listHostsById(tx, workspaceId, booking.hostIds))
    const timezone = booking.timezone ?? hosts[0]?.timezone ?? 'UTC'
    const about = html`<p><strong>${booking.title}</strong><br>${wordsOf(booking.startsAt, timezone)}${booking.location ? html`<br>${booking.location}` : undefined}</p>`
    if (booking.status !== 'confirmed' || Date.parse(booking.startsAt) <= clock.now()) {
      const over = booking.status === 'cancelled' ? 'This appointment was cancelled' : 'This appointment is over'
      return shown(status, over, html`${noticeOf(notice)}<h1>${over}</h1>${about}`)
    }
    const active = hosts.filter(({ isActive }) => isActive)
    const slots =
      active.length === booking.hostIds.length
        ? await availability.next(workspaceId, active, {
            ...{ mode: 'all', from: clock.now(), minutes: minutesOf(booking), count: shownSlots },
          })
        : []
    return shown(
      status,
      'Your appointment',
      html`${noticeOf(notice)}<h1>Your appointment</h1>${about}
${slots.length === 0 ? undefined : html`<form method="post"><input type="hidden" name="action" value="move"><div class="field"><label for="at">Another time</label><select id="at" name="at" required>${optionsOf(slots, timezone)}</select></div><button>Move it there</button></form>`}
<form method="post"><input type="hidden" name="action" value="cancel"><div class="field"><label for="reason">Cannot make it? <span class="dim">(a reason helps)</span></label><input id="reason" name="reason" maxlength="500"></div><button>Cancel the appointment</button></form>`,
    )
  }

  async function offerPage(workspaceId: string, requestId: string, startsAt: string, notice?: Notice): Promise<Page> {
    const request = await consultations.get(workspaceId, requestId)
    if (request.bookingId) return await bookingPage(workspaceId, request.bookingId, notice)
    const timezone = request.timezone ?? 'UTC'
    const over =
      request.status === 'closed'
        ? 'This request was closed'
        : Date.parse(startsAt) <= clock.now()
          ? 'That time has passed'
          : undefined
    if (over) return sorry(notice ? 409 : 200, over, `${wordsOf(startsAt, timezone)} cannot be taken any more.`)
    return shown(
      notice ? 409 : 200,
      'Your consultation',
      html`${noticeOf(notice)}<h1>Your consultation</h1><p>${wordsOf(startsAt, timezone)}</p><form method="post"><input type="hidden" name="action" value="accept"><button>Take this time</button></form>`,
    )
  }

  /** @throws ApiError NOT_FOUND also where the booking has gone over to another address */
  async function held({ workspaceId, bookingId, holder }: Extract<Link, { bookingId: string }>): Promise<Booking> {
    const booking = await bookings.get(workspaceId, bookingId)
    if (holder !== undefined && (booking.email === null || holderOf(booking.email) !== holder))
      throw notFound('booking')
    return booking
  }

  async function act(link: Link, form: URLSearchParams): Promise<Page> {
    const { workspaceId } = link
    if ('requestId' in link) {
      const { row } = await consultations.accept(workspaceId, link.requestId, new Date(link.startsAt))
      if (row.bookingId !== null) {
        // The link of a time may be used again when what it made was called off.
        const stands = (await bookings.get(workspaceId, row.bookingId)).status === 'confirmed'
        const notice = { message: 'Your consultation is booked.', isGood: true }
        return await bookingPage(workspaceId, row.bookingId, stands ? notice : undefined)
      }
      const message = 'That time is taken by now; take another one of the mail.'
      return await offerPage(workspaceId, link.requestId, link.startsAt, { message })
    }
    const { bookingId } = link
    const { status, startsAt } = await held(link)
    // A page may stand open for long: what has begun is settled between people.
    if (status === 'confirmed' && Date.parse(startsAt) <= clock.now())
      return await bookingPage(workspaceId, bookingId, { message: 'It has begun; call instead.' }, 409)
    if (form.get('action') === 'cancel') {
      const reason = (form.get('reason') ?? '').slice(0, 500)
      await bookings.cancel(workspaceId, bookingId, { cancelledBy: 'attendee', ...(reason ? { reason } : {}) })
      return await bookingPage(workspaceId, bookingId, { message: 'The appointment was cancelled.', isGood: true })
    }
    const at = new Date(form.get('at') ?? '')
    if (form.get('action') !== 'move' || Number.isNaN(at.getTime()))
      return await bookingPage(workspaceId, bookingId, { message: 'Choose one of the times.' }, 400)
    const moved = await bookings.reschedule(workspaceId, bookingId, { startsAt: at.toISOString() })
    return moved.booked
      ? await bookingPage(workspaceId, bookingId, { message: 'The appointment was moved.', isGood: true })
      : await bookingPage(workspaceId, bookingId, { message: `${moved.message} Choose another time.` }, 409)
  }

  /** Shows a page whatever happens: who opens it cannot read JSON. */
  async function answer(token: string, run: (link: Link) => Promise<Page>): Promise<Page> {
    const link = links.read(token)
    if (!link) return sorry(404, 'This link leads nowhere', 'It may have been cut short by a mail program.')
    try {
      return await run(link)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const isGone = error.code === 'NOT_FOUND'
      return sorry(isGone ? 404 : 409, isGone ? 'This appointment is gone' : 'That did not work', error.message)
    }
  }

  return {
    show: (token: string) =>
      answer(token, async (link) => {
        if ('requestId' in link) return await offerPage(link.workspaceId, link.requestId, link.startsAt)
        await held(link)
        return await bookingPage(link.workspaceId, link.bookingId)
      }),
    submit: (token: string, form: URLSearchParams) => answer(token, (link) => act(link, form)),
  }
}

const shown = (status: number, title: string, content: Html): Page => ({ status, ...pageOf({ title, content }) })
const sorry = (status: number, title: string, message: string): Page =>
  shown(status, title, html`<h1>${title}</h1><p>${message}</p>`)

const noticeOf = (notice: Notice | undefined): Html | undefined =>
  notice && html`<div class="notice${notice.isGood ? ' good' : ''}" role="status">${notice.message}</div>`

const optionsOf = (slots: readonly Slot[], timezone: string): Html[] =>
  slots.map(({ startsAt }) => html`<option value="${startsAt}">${wordsOf(startsAt, timezone)}</option>`)

const minutesOf = ({ startsAt, endsAt }: Booking): number => (Date.parse(endsAt) - Date.parse(startsAt)) / 60_000

/** A time as a person reads it, with the zone that it is meant in. */
const wordsOf = (time: string, timezone: string): string =>
  `${Temporal.Instant.from(time).toZonedDateTimeISO(timezone).toLocaleString('en', { dateStyle: 'full', timeStyle: 'short' })} (${timezone})`
