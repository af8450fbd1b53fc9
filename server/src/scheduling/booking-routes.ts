import { type Static, type TObject, Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { takenError } from './booking.ts'
import {
  Booking,
  BookingChanges,
  BookingFilter,
  Cancellation,
  Hold,
  Move,
  NewBooking,
  NewHold,
  Taken,
} from './booking-schema.ts'
import type { Scheduling } from './scheduling.ts'

const base = '/integrations/calendar'
/** A body that may be left out. */
const orNone = <Schema extends TObject>(schema: Schema) =>
  Type.Unsafe<Static<Schema> | null>({ ...schema, type: ['object', 'null'], additionalProperties: false })

/** Bookings and holds. Reached at the root as well as under `/api`. */
export const bookingRoutes =
  ({ bookings, holds }: Pick<Scheduling, 'bookings' | 'holds'>): Routes =>
  async (api) => {
    api.get(
      `${base}/bookings`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'listBookings',
          summary: 'List bookings, those that begin last first',
          tags: ['scheduling'],
          querystring: BookingFilter,
          response: listReplies(Booking),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await bookings.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      `${base}/bookings`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'createBooking',
          summary: 'Book a slot, or what was held',
          description:
            'A time that is taken answers 409 with the next free slots. Connected calendars hear of it afterwards.',
          tags: ['scheduling'],
          body: NewBooking,
          response: { ...replies(Booking, 201), 409: Taken },
        },
      },
      async ({ workspace, body }, reply) => {
        const made = await bookings.book(workspace.id, body)
        if (!made.booked) throw takenError(made)
        return reply.code(201).send(ok(made.booking))
      },
    )

    api.get(
      `${base}/bookings/:id`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'getBooking',
          summary: 'One booking, and how it stands at each connected calendar',
          tags: ['scheduling'],
          params: ById,
          response: replies(Booking),
        },
      },
      async ({ workspace, params }) => ok(await bookings.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/bookings/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'updateBooking',
          summary: 'Change what a booking is about',
          tags: ['scheduling'],
          params: ById,
          body: BookingChanges,
          response: replies(Booking),
        },
      },
      async ({ workspace, params, body }) => ok(await bookings.update(workspace.id, params.id, body)),
    )

    api.post(
      `${base}/bookings/:id/reschedule`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'rescheduleBooking',
          summary: 'Move a booking to another time',
          tags: ['scheduling'],
          params: ById,
          body: Move,
          response: { ...replies(Booking), 409: Taken },
        },
      },
      async ({ workspace, params, body }) => {
        const moved = await bookings.reschedule(workspace.id, params.id, body)
        if (!moved.booked) throw takenError(moved)
        return ok(moved.booking)
      },
    )

    api.post(
      `${base}/bookings/:id/cancel`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'cancelBooking',
          summary: 'Call a booking off; once more changes nothing',
          tags: ['scheduling'],
          params: ById,
          body: orNone(Cancellation),
          response: replies(Booking),
        },
      },
      async ({ workspace, params, body }) => ok(await bookings.cancel(workspace.id, params.id, body ?? {})),
    )

    api.post(
      `${base}/bookings/:id/no-show`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'markNoShow',
          summary: 'Note that the attendee did not come',
          tags: ['scheduling'],
          params: ById,
          response: replies(Booking),
        },
      },
      async ({ workspace, params }) => ok(await bookings.noShow(workspace.id, params.id)),
    )

    api.post(
      `${base}/holds`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'createHold',
          summary: 'Keep a slot for somebody who is about to book it',
          tags: ['scheduling'],
          body: NewHold,
          response: { ...replies(Hold, 201), 409: Taken },
        },
      },
      async ({ workspace, body }, reply) => {
        const made = await holds.create(workspace.id, body)
        if (!made.held) throw takenError(made)
        return reply.code(201).send(ok(made.hold))
      },
    )

    api.get(
      `${base}/holds/:id`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'getHold',
          summary: 'One hold, and when it runs out or ran out',
          tags: ['scheduling'],
          params: ById,
          response: replies(Hold),
        },
      },
      async ({ workspace, params }) => ok(await holds.get(workspace.id, params.id)),
    )

    api.delete(
      `${base}/holds/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'releaseHold',
          summary: 'Give a held slot back',
          tags: ['scheduling'],
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await holds.release(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )
  }
