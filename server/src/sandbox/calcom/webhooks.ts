import { createHmac } from 'node:crypto'
import { Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { type Booking, bookingsOf, titleOf } from './bookings.ts'
import { refused } from './failures.ts'
import { eventTypeOf, needs, text, userOf } from './user.ts'

const triggers = [
  ...['BOOKING_CREATED', 'BOOKING_PAYMENT_INITIATED', 'BOOKING_PAID', 'BOOKING_RESCHEDULED', 'BOOKING_REQUESTED'],
  ...['BOOKING_CANCELLED', 'BOOKING_REJECTED', 'BOOKING_NO_SHOW_UPDATED', 'FORM_SUBMITTED', 'MEETING_ENDED'],
  ...['MEETING_STARTED', 'RECORDING_READY', 'INSTANT_MEETING', 'RECORDING_TRANSCRIPTION_GENERATED', 'OOO_CREATED'],
]
const fields = {
  ...{ payloadTemplate: text(), subscriberUrl: Type.String({ pattern: '^https?://' }), secret: text() },
  ...{ active: Type.Boolean(), triggers: Type.Array(Type.Enum(triggers)) },
  version: Type.Optional(Type.Literal('2021-10-20')),
}
const NewWebhook = Type.Object(fields)
const ChangedWebhook = Type.Partial(NewWebhook)
const ById = Type.Object({ id: Type.String() })

export type CalWebhook = { subscriberUrl: string; active: boolean; triggers: string[]; secret?: string }
export const webhooksOf = (account: Account) => account.records<CalWebhook>('Webhook')

/** The account's own webhooks. */
export function webhookRoutes(api: Api, world: World): void {
  const write = needs('WEBHOOK_WRITE')
  const read = needs('WEBHOOK_READ')

  api.post('/v2/webhooks', { config: write, schema: { body: NewWebhook } }, async (request, reply) => {
    const { payloadTemplate: _, version: _version, ...given } = request.body
    const webhooks = webhooksOf(world.accountOf(request))
    if (webhooks.find(({ data }) => data.subscriberUrl === given.subscriberUrl))
      throw refused(409, 'Webhook with this subscriberUrl already exists for this user')
    const made = webhooks.create(given)
    return await reply.code(201).send({ status: 'success', data: shown(world.accountOf(request), made) })
  })

  api.get(
    '/v2/webhooks',
    {
      config: read,
      schema: {
        querystring: Type.Object({
          take: Type.Optional(Type.Integer({ minimum: 1, maximum: 250 })),
          skip: Type.Optional(Type.Integer({ minimum: 0 })),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { take = 250, skip = 0 } = request.query
      const found = webhooksOf(account)
        .list()
        .slice(skip, skip + take)
      return { status: 'success', data: found.map((record) => shown(account, record)) }
    },
  )

  api.patch('/v2/webhooks/:id', { config: write, schema: { params: ById, body: ChangedWebhook } }, async (request) => {
    const { payloadTemplate: _, version: _version, ...given } = request.body
    const account = world.accountOf(request)
    return { status: 'success', data: shown(account, webhooksOf(account).update(request.params.id, given)) }
  })

  api.delete('/v2/webhooks/:id', { config: write, schema: { params: ById } }, async (request) => {
    const account = world.accountOf(request)
    return { status: 'success', data: shown(account, webhooksOf(account).delete(request.params.id)) }
  })
}

const shown = (account: Account, { id, data }: Stored<CalWebhook>) => ({
  ...{ id: Number(id), userId: userOf(account).id, payloadTemplate: '' },
  ...data,
})

/** Tells of bookings that are made, moved and called off. */
export function watch(world: World): void {
  world.onChange('booking', (account, { action, record }) => {
    const { data } = record as Stored<Booking>
    // What was moved is told by what it became.
    if (action === 'created')
      notify(
        world,
        account,
        data.rescheduledFromUid ? 'BOOKING_RESCHEDULED' : 'BOOKING_CREATED',
        record as Stored<Booking>,
      )
    else if (data.status === 'cancelled' && data.rescheduledToUid === undefined)
      notify(world, account, 'BOOKING_CANCELLED', record as Stored<Booking>)
  })
}

function notify(world: World, account: Account, trigger: string, record: Stored<Booking>): void {
  const createdAt = new Date(world.now()).toISOString()
  const body = JSON.stringify({ triggerEvent: trigger, createdAt, payload: payloadOf(account, record) })
  for (const { data } of webhooksOf(account).list()) {
    if (!data.active || !data.triggers.includes(trigger)) continue
    const { subscriberUrl: url, secret } = data
    world.send({ account: account.name, url, build: () => ({ body, headers: signed({ body, secret }) }) })
  }
}

function payloadOf(account: Account, { id, data }: Stored<Booking>) {
  const { uid, start, end, status, attendee, location, metadata, eventTypeId, responses } = data
  const from = data.rescheduledFromUid
  const before = from === undefined ? undefined : bookingsOf(account).find(({ data: one }) => one.uid === from)
  return {
    ...{ uid, bookingId: Number(id), type: eventTypeOf(eventTypeId).slug, title: titleOf(account, data), eventTypeId },
    ...{ startTime: new Date(start).toISOString(), endTime: new Date(end).toISOString(), location, metadata },
    ...{ additionalNotes: String(responses.notes ?? ''), status: status.toUpperCase(), iCalUID: `${uid}@cal.com` },
    organizer: { ...userOf(account), language: { locale: 'en' } },
    attendees: [{ ...attendee, language: { locale: 'en' } }],
    ...(before === undefined
      ? {}
      : {
          ...{ rescheduleId: Number(before.id), rescheduleUid: from },
          rescheduleStartTime: new Date(before.data.start).toISOString(),
          rescheduleEndTime: new Date(before.data.end).toISOString(),
        }),
    ...(data.cancellationReason === undefined ? {} : { cancellationReason: data.cancellationReason }),
  }
}

/** Signed only where the webhook has a secret. */
export const signed = ({ body, secret }: { body: string; secret?: string | undefined }): Record<string, string> => ({
  'content-type': 'application/json',
  'x-cal-webhook-version': '2021-10-20',
  'x-cal-signature-256': secret ? createHmac('sha256', secret).update(body).digest('hex') : 'no-secret-provided',
})
