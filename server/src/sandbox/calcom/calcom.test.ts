import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSandbox } from '../../test/sandbox.ts'
import { calcom } from './calcom.ts'

type Body = { status: string; error?: { code: string; message: string }; data?: { uid: string } }

async function open() {
  const sandbox = await startSandbox({ emulators: [calcom] })
  const call = async (method: string, path: string, body?: unknown, version = '2024-08-13') => {
    const answer = await fetch(`${sandbox.url}/calcom${path}`, {
      method,
      headers: {
        ...{ authorization: 'Bearer cal_live_sandbox', 'cal-api-version': version },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  return { sandbox, call, [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose] }
}

const attendee = { name: 'Ada', email: 'ada@example.com', timeZone: 'America/New_York' }
const wish = { start: '2030-05-07T14:00:00Z', eventTypeId: 101, attendee }

test('a booking is refused where a field is unknown, the slot is taken, the past or the night, and the length another', async () => {
  await using place = await open()
  const made = await place.call('POST', '/v2/bookings', wish)

  const answers = []
  for (const more of [
    { end: '2030-05-07T15:00:00Z' },
    { start: '2030-05-07T14:30:00Z' },
    { start: '2020-05-07T14:00:00Z' },
    { start: '2030-05-07T03:00:00Z' },
    { start: '2030-05-08T14:00:00Z', lengthInMinutes: 45 },
    { start: '2030-05-08T14:00:00Z', attendee: { ...attendee, timeZone: 'Nowhere' } },
  ])
    answers.push((await place.call('POST', '/v2/bookings', { ...wish, ...more })).status)
  const none = await place.call('POST', '/v2/bookings', { ...wish, eventTypeId: 999 })

  assert.equal(made.status, 201)
  assert.deepEqual(answers, [400, 400, 400, 400, 400, 400])
  assert.deepEqual([none.status, none.body.error?.code], [404, 'NotFoundException'])
})

test('a host says why a booking is cancelled, once, and one that was moved names what it became', async () => {
  await using place = await open()
  const { body: made } = await place.call('POST', '/v2/bookings', wish)
  const path = `/v2/bookings/${made.data?.uid}`
  const { body: moved } = await place.call('POST', `${path}/reschedule`, { start: '2030-05-07T16:00:00Z' })

  const again = await place.call('POST', `${path}/reschedule`, { start: '2030-05-07T17:00:00Z' })
  const without = await place.call('POST', `/v2/bookings/${moved.data?.uid}/cancel`, {})
  const cancelled = await place.call('POST', `/v2/bookings/${moved.data?.uid}/cancel`, { cancellationReason: 'Rain' })
  const twice = await place.call('POST', `/v2/bookings/${moved.data?.uid}/cancel`, { cancellationReason: 'Rain' })

  assert.deepEqual([again.status, without.status, cancelled.status, twice.status], [400, 400, 200, 400])
  assert.match(again.body.error?.message ?? '', new RegExp(moved.data?.uid ?? 'nothing'))
})

test('a URL is called once, for triggers that there are', async () => {
  await using place = await open()
  const webhook = { active: true, subscriberUrl: 'https://hub.example/hook', triggers: ['BOOKING_CREATED'] }

  const answers = [
    await place.call('POST', '/v2/webhooks', webhook),
    await place.call('POST', '/v2/webhooks', webhook),
    await place.call('POST', '/v2/webhooks', { ...webhook, triggers: ['BOOKING_MADE'] }),
    await place.call('GET', '/v2/webhooks?take=251'),
    await place.call('PATCH', '/v2/webhooks/999', { active: true }),
  ]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 409, 400, 400, 404],
  )
})
