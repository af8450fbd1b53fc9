import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runOperation } from '../../kit/index.ts'
import { calendly as emulator, sandboxEventType, sandboxToken } from '../../sandbox/calendly/calendly.ts'
import { signed } from '../../sandbox/calendly/webhooks.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { calendly } from './calendly.ts'

const credentials = { personalToken: sandboxToken }
const settings = { event_type_uri: sandboxEventType }
const start = new Date('2030-05-07T14:00:00Z')
const end = new Date('2030-05-07T15:00:00Z')
const appointment = {
  title: 'Consultation',
  startsAt: start,
  endsAt: end,
  timezone: 'America/New_York',
  attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
}
const user = 'https://api.calendly.com/users/USER-sandbox'
const uri = 'https://api.calendly.com/scheduled_events/E1/invitees/I1'

conformance(calendly, {
  emulator,
  credentials,
  settings,
  failureBody: (status) => ({ title: 'Some Error', message: `status ${status}` }),
  prepare: async (context) => {
    const made = await runOperation(calendly, context, 'calendar.book', appointment)
    assert.ok(made.success, JSON.stringify(made))
    return {
      'calendar.book': {
        ...appointment,
        startsAt: new Date('2030-05-08T14:00:00Z'),
        endsAt: new Date('2030-05-08T15:00:00Z'),
      },
      'calendar.cancel': { externalId: made.data.externalId },
    }
  },
  webhook: {
    body: JSON.stringify({
      event: 'invitee.created',
      created_at: '2030-05-01T10:00:00.000000Z',
      created_by: user,
      payload: { uri },
    }),
    sign: ({ body, secret, at }) => ({ headers: signed({ body, key: secret, at: at.getTime() }) }),
    events: ['calendly.invitee.created'],
    routingKey: user,
  },
})

async function startCalendly() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const context = connect(calendly, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings })
  return {
    sandbox,
    context,
    ...sandbox.emulator(emulator),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

test('asks about long ranges in pieces, and offers no time that is taken', async () => {
  await using place = await startCalendly()
  await runOperation(calendly, place.context, 'calendar.book', appointment)
  const range = { from: new Date('2030-05-06T00:00:00Z'), to: new Date('2030-07-01T00:00:00Z') }

  const free = await runOperation(calendly, place.context, 'calendar.availability', { ...range, timezone: 'UTC' })
  const busy = await runOperation(calendly, place.context, 'calendar.busy', range)

  assert.ok(free.success && busy.success, JSON.stringify([free, busy]))
  assert.equal(free.data.length, 40 * 8 - 1)
  assert.ok(!free.data.some(({ startsAt }) => startsAt.getTime() === start.getTime()))
  assert.deepEqual(busy.data, [{ startsAt: start, endsAt: end }])
  const asked = (path: string) => place.context.recorded.filter(({ url }) => url.includes(path)).length
  assert.deepEqual([asked('/event_type_available_times'), asked('/user_busy_times')], [2, 8])
})

test('never books again after a connection that broke, and finds what was booked', async () => {
  await using place = await startCalendly()
  place.sandbox.faults.set({ vendor: 'calendly', kind: 'cut_after_write', method: 'POST', times: 1 })

  const lost = await runOperation(calendly, place.context, 'calendar.book', appointment)
  const found = await runOperation(calendly, place.context, 'calendar.find', { startsAt: start, endsAt: end })

  assert.equal(!lost.success && lost.ambiguous, true)
  assert.equal(place.context.recorded.filter(({ method }) => method === 'POST').length, 1)
  assert.equal(found.success && found.data?.externalId, place.events().list()[0]?.id)
})

test('a time that is gone is a conflict, and a plan without the scheduling API is told in its own words', async () => {
  await using place = await startCalendly()
  await runOperation(calendly, place.context, 'calendar.book', appointment)

  const gone = await runOperation(calendly, place.context, 'calendar.book', appointment)
  place.plan('free')
  const refused = await runOperation(calendly, place.context, 'calendar.book', appointment)

  assert.equal(!gone.success && gone.errorCode, 'CONFLICT')
  assert.equal(!refused.success && refused.errorCode, 'PERMISSION_DENIED')
  assert.match(refused.success ? '' : refused.error, /upgrade your Calendly account/)
})

test('a subscription that Calendly switched off is made anew, and one that is there already is replaced', async () => {
  await using place = await startCalendly()
  const { subscribe, renew } = calendly.webhook!
  const options = { url: 'https://hub.example.com/hook', secret: 'the-key', channelId: 'c1' }
  const first = await subscribe!(place.context, options)
  const second = await subscribe!(place.context, options)
  const [row] = place.subscriptions().list()

  const kept = await renew!(place.context, { id: second.id, data: {} }, options)
  place.subscriptions().update(row!.id, { state: 'disabled' })
  const anew = await renew!(place.context, { id: second.id, data: {} }, options)

  assert.notEqual(second.id, first.id)
  assert.equal(kept.id, second.id)
  assert.notEqual(anew.id, second.id)
  assert.deepEqual(
    place
      .subscriptions()
      .list()
      .map(({ data }) => [data.state, data.signingKey]),
    [['active', 'the-key']],
  )
})
