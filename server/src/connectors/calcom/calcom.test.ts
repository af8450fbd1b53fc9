import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { repeatOf } from '../../kit/operations.ts'
import { type Clock, manualClock, systemClock } from '../../lib/clock.ts'
import { calcom as emulator } from '../../sandbox/calcom/calcom.ts'
import { signed } from '../../sandbox/calcom/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { booking } from './bookings.ts'
import { calcom } from './calcom.ts'

const credentials = { apiKey: 'cal_live_sandbox' }
const at = (hour: number, minute = 0) => new Date(Date.UTC(2030, 4, 7, hour, minute))
const attendees = [{ email: 'ada@example.com', name: 'Ada Lovelace' }]
const inspection = { title: 'Inspection', startsAt: at(14), endsAt: at(15), attendees, timezone: 'America/New_York' }

const me = { status: 'success', data: { id: 7, username: 'ada', email: 'a@b.example' } }

conformance(calcom, {
  emulator,
  credentials,
  failureBody: (status) => ({ status: 'error', error: { code: 'Exception', message: `status ${status}` } }),
  mappings: {
    booking: {
      mapping: booking,
      record: {
        id: 1,
        uid: 'b1',
        title: 'Consultation between Grace and Ada',
        description: 'The roof',
        status: 'accepted',
        start: '2030-05-07T14:00:00.000Z',
        end: '2030-05-07T15:00:00.000Z',
        location: 'integrations:daily',
      },
    },
  },
  webhook: {
    body: JSON.stringify({
      triggerEvent: 'BOOKING_CREATED',
      createdAt: '2026-06-01T00:00:00Z',
      payload: { uid: 'b1' },
    }),
    sign: ({ body, secret }) => ({ headers: signed({ body, secret }) }),
    events: ['appointment.created'],
    hasTime: false,
  },
})

async function open(settings: Record<string, unknown> = {}, clock: Clock = systemClock) {
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const context = connect(calcom, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings, clock })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(calcom, context, name, input)
    assert.ok(result.success, result.success ? '' : `${name}: ${result.error}`)
    return result.data
  }
  return {
    sandbox,
    context,
    run,
    vendor: sandbox.emulator(emulator),
    [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose],
  }
}

test('every endpoint is called in its own version, and refused in another or in none', async () => {
  await using hub = await open()
  await hub.run('calendar.availability', { from: at(0), to: at(24), timezone: 'UTC' })
  await hub.run('calendar.busy', { from: at(0), to: at(24) })

  const sent = new Map(
    hub.context.recorded.map(({ url, requestHeaders }) => [new URL(url).pathname, requestHeaders['cal-api-version']]),
  )
  const answers = []
  for (const version of [undefined, '2024-04-15', '2024-08-13']) {
    const headers = { authorization: 'Bearer cal_live_sandbox', ...(version ? { 'cal-api-version': version } : {}) }
    answers.push((await fetch(`${hub.vendor.world.url}/v2/bookings`, { headers })).status)
  }

  assert.deepEqual(
    [...sent],
    [
      ['/v2/me', undefined],
      ['/v2/event-types', '2024-06-14'],
      ['/v2/slots', '2024-09-04'],
      ['/v2/bookings', '2024-08-13'],
    ],
  )
  assert.deepEqual(answers, [404, 404, 200])
})

test('a token of a sign-in does what a key does, and only what its scopes allow', async () => {
  await using hub = await open()
  const { answer } = await hub.vendor.world.oauth.grant()
  const readOnly = await hub.vendor.world.oauth.grant({ scopes: ['PROFILE_READ', 'EVENT_TYPE_READ', 'BOOKING_READ'] })
  const bearing = (token: unknown) =>
    connect(calcom, {
      ...{ vendor: hub.sandbox, overrides: hub.sandbox.overrides() },
      credentials: { access_token: String(token) },
    })

  const made = await runOperation(calcom, bearing(answer.access_token), 'calendar.book', inspection)
  const refused = await runOperation(calcom, bearing(readOnly.answer.access_token), 'calendar.book', inspection)

  assert.equal((await calcom.check(bearing(answer.access_token))).name, 'User sandbox')
  assert.ok(made.success)
  assert.equal(!refused.success && refused.errorCode, 'PERMISSION_DENIED')
})

test('a Cal.com of your own is called where it answers', async () => {
  await using vendor = await fakeVendor(() => ({ status: 200, body: me }))
  const paths = []
  for (const path of ['/api', '/api/v2/', '']) {
    const settings = { api_url: `https://cal.example.com${path}` }
    assert.deepEqual(await calcom.check(connect(calcom, { vendor, credentials, settings })), {
      name: 'ada',
      routingKey: '7',
    })
    paths.push(vendor.calls.at(-1)?.path)
  }

  assert.deepEqual(paths, ['/api/v2/me', '/api/v2/me', '/v2/me'])
})

test('slots are as long as asked for where the event type allows it, and come in the zone that was asked for', async () => {
  await using hub = await open({ event_type_id: 101 })
  hub.vendor.book({ start: at(13).toISOString(), eventTypeId: 102, attendee: { ...attendees[0]!, timeZone: 'UTC' } })

  const hours = await hub.run('calendar.availability', { from: at(12), to: at(16), timezone: 'Asia/Tokyo' })
  const halves = await hub.run('calendar.availability', {
    from: at(12),
    to: at(15),
    timezone: 'UTC',
    durationMinutes: 30,
  })
  const tooLong = { from: at(12), to: at(15), timezone: 'UTC', durationMinutes: 90 }
  const refused = await runOperation(calcom, hub.context, 'calendar.availability', tooLong)

  // Nine in New York is one in UTC, where somebody has the first quarter.
  assert.deepEqual(
    hours.map(({ startsAt }) => startsAt),
    [at(13, 30), at(14), at(14, 30), at(15)],
  )
  assert.deepEqual(
    halves.map(({ startsAt, endsAt }) => [startsAt, endsAt]),
    [at(13, 30), at(14), at(14, 30)].map((start) => [start, new Date(+start + 1_800_000)]),
  )
  assert.equal(!refused.success && refused.errorCode, 'VALIDATION_FAILED')
})

test('a booking is made once for its key, with notes, guests and a place, and a slot that is taken is a conflict', async () => {
  await using hub = await open({ event_type_id: 101 })
  const details = { description: 'The roof', location: '12 Main St' }
  const guests = [...attendees, { email: 'grace@example.com' }]

  const wish = { ...inspection, ...details, attendees: guests, endsAt: at(14, 30), idempotencyKey: 'call-1' }
  const made = await hub.run('calendar.book', wish)
  const again = await hub.run('calendar.book', wish)
  const other = await runOperation(calcom, hub.context, 'calendar.book', { ...wish, idempotencyKey: 'call-2' })
  const nobody = await runOperation(calcom, hub.context, 'calendar.book', { ...inspection, attendees: [] })

  assert.equal(again.externalId, made.externalId)
  assert.deepEqual([made.endsAt, made.location, made.description], [at(14, 30), '12 Main St', 'The roof'])
  assert.equal(!other.success && other.errorCode, 'CONFLICT')
  assert.equal(!nobody.success && nobody.errorCode, 'VALIDATION_FAILED')
  const { data } = hub.vendor.booking(made.externalId)
  assert.deepEqual([data.guests, data.attendee.timeZone], [['grace@example.com'], 'America/New_York'])
})

test('a booking whose answer was lost is found again, and never made blindly a second time', async () => {
  await using hub = await open()
  hub.sandbox.faults.set({ vendor: 'calcom', kind: 'cut_after_write', method: 'POST', path: '/v2/bookings', times: 1 })

  const lost = await runOperation(calcom, hub.context, 'calendar.book', { ...inspection, idempotencyKey: 'call-1' })
  const found = await hub.run('calendar.find', { idempotencyKey: 'call-1' })
  const byTime = await hub.run('calendar.find', { startsAt: at(14), endsAt: at(15), attendee: 'ada@example.com' })

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(repeatOf(calcom, 'calendar.book'), 'lookup')
  assert.equal(hub.vendor.bookings().list().length, 1)
  assert.ok(found)
  assert.equal(byTime?.externalId, found.externalId)
})

test('a booking that was moved is another one there, and goes by its first id all the same', async () => {
  await using hub = await open()
  const { externalId } = await hub.run('calendar.book', inspection)

  const moved = await hub.run('calendar.update', { externalId, changes: { startsAt: at(16), endsAt: at(17) } })
  const same = await hub.run('calendar.update', { externalId, changes: { startsAt: at(16), endsAt: at(17) } })
  hub.vendor.reschedule(moved.externalId, at(18))
  const longer = { externalId, changes: { endsAt: at(21) } }
  const refused = await runOperation(calcom, hub.context, 'calendar.update', longer)
  await hub.run('calendar.cancel', { externalId, reason: 'Rain' })
  await hub.run('calendar.cancel', { externalId })

  assert.notEqual(moved.externalId, externalId)
  assert.equal(same.externalId, moved.externalId)
  assert.equal(!refused.success && refused.errorCode, 'VALIDATION_FAILED')
  const bookings = hub.vendor.bookings().list()
  assert.deepEqual(
    bookings.map(({ data }) => [data.status, data.cancellationReason]),
    [
      ['cancelled', undefined],
      ['cancelled', undefined],
      ['cancelled', 'Rain'],
    ],
  )
})

test('changes are told once, those that went as deleted', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const book = (startsAt: Date) =>
    hub.run('calendar.book', { ...inspection, startsAt, endsAt: new Date(+startsAt + 3_600_000) })
  const first = await book(at(14))
  const { cursor, changes: before } = await hub.run('calendar.changes', {})
  clock.advance(120_000)
  const second = await book(at(16))
  hub.vendor.cancel(first.externalId)

  const after = await hub.run('calendar.changes', { cursor })
  const rest = await hub.run('calendar.changes', { cursor: after.cursor })

  const told = (changes: typeof before) =>
    changes.map((change) => [change.type, change.type === 'deleted' ? change.externalId : change.record.externalId])
  assert.deepEqual(told(before), [['upserted', first.externalId]])
  assert.deepEqual(told(after.changes), [
    ['upserted', second.externalId],
    ['deleted', first.externalId],
  ])
  assert.deepEqual(rest.changes, [])
})

test('many changes are read page by page', async () => {
  const clock = manualClock()
  await using hub = await open({}, clock)
  const one = { attendee: { ...attendees[0]!, timeZone: 'UTC' }, eventTypeId: 102 }
  const ids: string[] = []
  for (let day = 0; day < 40; day += 1)
    for (const quarter of [0, 15, 30, 45]) {
      const start = new Date(Date.UTC(2030, 4, 6 + day, 14, quarter))
      if (start.getUTCDay() % 6 === 0) continue
      if (quarter === 0) clock.advance(1_000)
      ids.push(hub.vendor.book({ ...one, start: start.toISOString() }).data.uid)
    }

  const told: string[] = []
  let cursor: string | undefined
  for (let more = true; more; ) {
    const answer = await hub.run('calendar.changes', { cursor })
    told.push(...answer.changes.map((change) => (change.type === 'upserted' ? change.record.externalId : '')))
    ;({ cursor, more } = answer)
  }

  assert.ok(ids.length > 100)
  assert.deepEqual(told, ids)
})

test('the hub subscribes once for its URL, switches on what was switched off, and hears signed news', async () => {
  await using hub = await open()
  await using receiver = await startReceiver()
  const { subscribe, renew, unsubscribe, verify, parse } = calcom.webhook ?? {}
  const options = { url: receiver.url, secret: 'a-secret-of-mine', channelId: 'c1' }

  await subscribe?.(hub.context, options)
  const { id, expiresAt } = (await subscribe?.(hub.context, options))!
  hub.vendor.webhooks().update(id, { active: false })
  await renew?.(hub.context, { id, data: {} }, options)
  const { externalId } = await hub.run('calendar.book', inspection)
  const moved = await hub.run('calendar.update', { externalId, changes: { startsAt: at(16) } })
  await hub.run('calendar.cancel', { externalId })
  await receiver.next(3)

  const news = receiver.requests.flatMap(({ headers, text }) => {
    const request = inboundRequest({ headers: headers as Record<string, string>, body: text, at: new Date() })
    assert.deepEqual(verify?.(request, ['a-secret-of-mine'], new Date()), { ok: true })
    assert.equal(verify?.(request, ['another'], new Date()).ok, false)
    return parse?.(request) ?? []
  })
  assert.deepEqual(news.map(({ type, externalId: uid }) => [type, uid]).sort(), [
    ['appointment.cancelled', moved.externalId],
    ['appointment.created', externalId],
    ['appointment.rescheduled', moved.externalId],
  ])
  assert.ok(expiresAt && expiresAt > new Date())
  assert.equal(hub.vendor.webhooks().list().length, 1)
  await unsubscribe?.(hub.context, { id, data: {} })
  await unsubscribe?.(hub.context, { id, data: {} })
  assert.equal(hub.vendor.webhooks().list().length, 0)
  await assert.rejects(async () => await renew?.(hub.context, { id, data: {} }, options), { code: 'NOT_FOUND' })
})

test('a test of the webhook is no news, and what has no payload is told as it stands', () => {
  const parse = (content: object) =>
    calcom.webhook?.parse(inboundRequest({ body: JSON.stringify(content), at: new Date() }))

  assert.deepEqual(parse({ triggerEvent: 'PING', createdAt: '2030-01-01T00:00:00Z' }), [])
  assert.deepEqual(
    parse({ triggerEvent: 'MEETING_STARTED', uid: 'b1' })?.map(({ type, externalId }) => [type, externalId]),
    [['meeting_started', 'b1']],
  )
})

test('a limit that is used up is waited for as long as its headers say', async () => {
  await using vendor = await fakeVendor(() => ({ status: 200, body: me }))
  vendor.next({
    status: 429,
    headers: { 'x-ratelimit-remaining-default': '0', 'x-ratelimit-reset-default': '7' },
    body: { status: 'error', error: { code: 'ThrottlerException', message: 'Too Many Requests' } },
  })
  const context = connect(calcom, { vendor, credentials })

  await calcom.check(context)

  assert.deepEqual(context.waits, [7_000])
})
