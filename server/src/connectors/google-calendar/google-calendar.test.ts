import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { googleCalendar as emulator } from '../../sandbox/google-calendar/google-calendar.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { googleCalendar } from './google-calendar.ts'
import { appointment } from './mappings.ts'

conformance(googleCalendar, {
  emulator,
  credentials: {},
  failureBody: (status) => ({
    error: { code: status, message: `status ${status}`, errors: [{ reason: 'some', message: `status ${status}` }] },
  }),
  mappings: { appointment: { mapping: appointment, record: roofInspection() } },
  webhook: {
    body: '',
    sign: ({ secret }) => ({ headers: pushHeaders(secret) }),
    events: ['calendar.changed'],
    hasTime: false,
    signsBody: false,
  },
})

const start = new Date('2030-05-07T14:00:00Z')
const end = new Date('2030-05-07T15:00:00Z')
const inspection = {
  title: 'Roof inspection',
  startsAt: start,
  endsAt: end,
  timezone: 'America/New_York',
  attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
  idempotencyKey: 'call-1',
}

test('an appointment is booked with everything that people need to know', async () => {
  await using google = await signedIn()

  const made = await google.run('calendar.book', {
    ...inspection,
    description: 'Bring <ladder> & rope\nRing twice',
    location: '1 Main Street',
    reminders: [30, 1_440],
    contactId: '42',
  })

  const { data } = google.emulator.events().need(made.externalId)
  assert.deepEqual(data.start, { dateTime: '2030-05-07T10:00:00-04:00', timeZone: 'America/New_York' })
  assert.equal(data.description, 'Bring &lt;ladder&gt; &amp; rope\nRing twice')
  assert.deepEqual(data.reminders, {
    useDefault: false,
    overrides: [
      { method: 'popup', minutes: 30 },
      { method: 'popup', minutes: 1_440 },
    ],
  })
  const { raw: _, externalId: __, createdAt: ___, updatedAt: ____, ...own } = made
  assert.deepEqual(own, {
    title: 'Roof inspection',
    startsAt: start,
    endsAt: end,
    timezone: 'America/New_York',
    attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
    description: 'Bring <ladder> & rope\nRing twice',
    location: '1 Main Street',
    reminders: [30, 1_440],
    contactId: '42',
    status: 'confirmed',
    calendarId: 'primary',
  })
  assert.deepEqual(google.emulator.mails(), [{ eventId: made.externalId, to: ['ada@example.com'] }])
})

test('attendees hear nothing where the integration says so', async () => {
  await using google = await signedIn({ send_invitations: false })

  const { externalId } = await google.run('calendar.book', inspection)
  await google.run('calendar.cancel', { externalId })

  assert.deepEqual(google.emulator.mails(), [])
})

test('a booking that is repeated with its key is one appointment', async () => {
  await using google = await signedIn()

  const first = await google.run('calendar.book', inspection)
  const second = await google.run('calendar.book', inspection)

  assert.equal(second.externalId, first.externalId)
  assert.equal(google.emulator.events().list().length, 1)
})

test('a booking whose answer was lost is not made twice', async () => {
  await using google = await signedIn()
  google.sandbox.faults.set({ vendor: 'google-calendar', kind: 'cut_after_write', times: 1 })

  const { externalId } = await google.run('calendar.book', inspection)

  assert.deepEqual(
    google.emulator
      .events()
      .list()
      .map(({ id }) => id),
    [externalId],
  )
})

test('a key whose booking was cancelled does not bring it back', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)
  await google.run('calendar.cancel', { externalId })

  await google.fails('calendar.book', inspection, 'CONFLICT')
  assert.equal(await google.run('calendar.find', { idempotencyKey: 'call-1' }), null)
})

test('an appointment is found by its key, by its time, and by who comes', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)
  const find = async (wanted: OperationInput<'calendar.find'>) =>
    (await google.run('calendar.find', wanted))?.externalId

  assert.equal(await find({ idempotencyKey: 'call-1' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'Ada@Example.com' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'alan@example.com' }), undefined)
  assert.equal(await find({ startsAt: start, endsAt: new Date('2030-05-07T14:30:00Z') }), undefined)
  assert.equal(await find({ idempotencyKey: 'call-2' }), undefined)
})

test('who had accepted stays accepted when somebody else is invited', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)
  google.emulator.events().update(externalId, (event) => ({
    ...event,
    attendees: event.attendees?.map((attendee) => ({ ...attendee, responseStatus: 'accepted' })) ?? [],
  }))
  const attendees = [{ email: 'ada@example.com' }, { email: 'alan@example.com', name: 'Alan' }]

  await google.run('calendar.update', { externalId, changes: { attendees } })

  const kept = google.emulator.events().need(externalId).data.attendees
  assert.deepEqual(
    kept?.map(({ email, responseStatus }) => [email, responseStatus]),
    [
      ['ada@example.com', 'accepted'],
      ['alan@example.com', 'needsAction'],
    ],
  )
})

test('an update changes what it names, empties what is null, and leaves the rest', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', {
    ...inspection,
    description: 'Bring rope',
    reminders: [10],
  })
  const endsAt = new Date('2030-05-07T16:00:00Z')

  const changed = await google.run('calendar.update', {
    externalId,
    changes: { endsAt, description: null, reminders: null, attendees: null },
  })

  assert.equal(changed.title, 'Roof inspection')
  assert.deepEqual([changed.startsAt, changed.endsAt, changed.timezone], [start, endsAt, 'America/New_York'])
  assert.deepEqual([changed.description, changed.reminders, changed.attendees], [undefined, undefined, undefined])
})

test('a whole-day event is read in its calendar, and becomes an appointment when it gets a time', async () => {
  await using google = await signedIn()
  const day = { start: { date: '2030-05-07' }, end: { date: '2030-05-08' }, status: 'confirmed', sequence: 0 }
  google.emulator.calendars()
  const { id } = google.emulator.events().create({ ...day, summary: 'Fair' })

  const { changes } = await google.run('calendar.changes', {})
  const [change] = changes
  assert.ok(change?.type === 'upserted')
  assert.equal(change.record.startsAt.toISOString(), '2030-05-07T04:00:00.000Z')

  const timed = await google.run('calendar.update', { externalId: id, changes: { startsAt: start, endsAt: end } })
  assert.deepEqual([timed.startsAt, timed.endsAt], [start, end])
})

test('an appointment moves to another calendar', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)
  const team = (await google.run('calendar.calendars', {})).find(({ name }) => name === 'Team')!

  const moved = await google.run('calendar.update', { externalId, changes: { calendarId: team.id, title: 'Moved' } })

  assert.deepEqual([moved.calendarId, moved.title], [team.id, 'Moved'])
  assert.equal(google.emulator.events(team.id).list().length, 1)
  assert.equal(google.emulator.events().list().length, 0)
})

test('calendars say which of them can be booked', async () => {
  await using google = await signedIn()

  const found = await google.run('calendar.calendars', {})

  const byName = Object.fromEntries(found.map(({ name, writable, primary }) => [name, [writable, primary]]))
  assert.deepEqual(byName, { 'sandbox@example.com': [true, true], Team: [true, false], Holidays: [false, false] })
  const holidays = found.find(({ name }) => name === 'Holidays')!
  await google.fails('calendar.book', { ...inspection, calendarId: holidays.id }, 'PERMISSION_DENIED')
})

test('what is taken in any calendar of the integration is not offered', async () => {
  const team = 'sandbox.team@group.calendar.google.com'
  await using google = await signedIn({
    busy_calendar_ids: [team],
    timezone: 'America/New_York',
    business_hours_end: 12,
  })
  await google.run('calendar.book', { ...inspection, calendarId: team })
  const day = {
    from: new Date('2030-05-07T04:00:00Z'),
    to: new Date('2030-05-08T04:00:00Z'),
    timezone: 'Asia/Kathmandu',
  }

  const free = await google.run('calendar.availability', day)
  const halves = await google.run('calendar.availability', { ...day, durationMinutes: 30 })

  assert.deepEqual(
    free.map(({ startsAt }) => startsAt.toISOString()),
    ['2030-05-07T13:00:00.000Z', '2030-05-07T15:00:00.000Z'],
  )
  assert.equal(halves.length, 4)
})

test('what is over is not offered any more', async () => {
  const clock = manualClock(Date.parse('2030-05-07T13:30:00Z'))
  await using google = await signedIn({ timezone: 'UTC', business_hours_end: 16 }, { clock })
  const [from, to] = [new Date('2030-05-07T00:00:00Z'), new Date('2030-05-08T00:00:00Z')]

  const free = await google.run('calendar.availability', { from, to, timezone: 'UTC' })

  assert.deepEqual(
    free.map(({ startsAt }) => startsAt.getUTCHours()),
    [14, 15],
  )
  assert.deepEqual(await google.run('calendar.availability', { from: new Date(0), to: from, timezone: 'UTC' }), [])
})

test('a calendar that cannot be read does not pass for free', async () => {
  await using google = await signedIn({ busy_calendar_ids: ['nobody@example.com'] })
  const [from, to] = [start, end]

  await google.fails('calendar.availability', { from, to, timezone: 'UTC' }, 'NOT_FOUND')
})

test('half a year is asked for piece by piece', async () => {
  await using google = await signedIn()
  const [from, to] = [new Date('2030-01-01T00:00:00Z'), new Date('2030-07-01T00:00:00Z')]
  await google.run('calendar.book', inspection)

  const busy = await google.run('calendar.busy', { from, to })

  assert.deepEqual(busy, [{ startsAt: start, endsAt: end }])
  assert.equal(google.context.recorded.filter(({ url }) => url.endsWith('/freeBusy')).length, 4)
})

test('more than a year is not asked for', async () => {
  await using google = await signedIn()
  const [from, to] = [start, new Date('2032-01-01T00:00:00Z')]
  await google.fails('calendar.busy', { from, to }, 'VALIDATION_FAILED')
})

test('who ticked only some of the boxes at Google is asked to sign in again', async () => {
  await using google = await signedIn()
  const scope = 'https://www.googleapis.com/auth/calendar.freebusy openid'
  const context = { ...google.context, credentials: { ...google.context.credentials, scope } }

  await assert.rejects(async () => await googleCalendar.check(context), {
    code: 'PERMISSION_DENIED',
    message: /every box/,
  })
})

test('settings that make no day are refused before anything is asked', async () => {
  const [from, to] = [start, end]
  for (const settings of [{ business_hours_start: 17, business_hours_end: 9 }, { timezone: 'Mars/Olympus' }]) {
    await using google = await signedIn(settings)
    await google.fails('calendar.availability', { from, to, timezone: 'UTC' }, 'CONFIG_SCHEMA_INVALID')
    assert.deepEqual(google.context.recorded, [])
  }
})

test('changes come page by page, then only what is new, deletions among it', async () => {
  await using google = await signedIn()
  const events = google.emulator.events()
  google.emulator.calendars()
  for (let hour = 0; hour < 600; hour++) events.create(event(hour))
  const first = await google.changes()
  const { id } = events.create(event(1_000))
  const [gone] = events.list()
  events.delete(gone!.id)

  const second = await google.changes(first.cursor)

  assert.equal(first.pages, 3)
  assert.equal(first.changes.length, 600)
  assert.deepEqual(
    second.changes
      .map((change) => (change.type === 'deleted' ? ['deleted', change.externalId] : [change.record.externalId]))
      .sort(),
    [['deleted', gone!.id], [id]].sort(),
  )
  assert.deepEqual((await google.changes(second.cursor)).changes, [])
})

test('a cursor that Google has forgotten leads to everything once more, with what is gone', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)
  const { externalId: cancelled } = await google.run('calendar.book', { ...inspection, idempotencyKey: 'call-2' })
  const { cursor } = await google.changes()
  await google.run('calendar.cancel', { externalId: cancelled })
  google.emulator.forgetSyncTokens()

  const { changes, cursor: next } = await google.changes(cursor)

  assert.deepEqual(
    changes
      .map((change) =>
        change.type === 'deleted' ? ['deleted', change.externalId] : ['upserted', change.record.externalId],
      )
      .sort(),
    [
      ['deleted', cancelled],
      ['upserted', externalId],
    ],
  )
  assert.deepEqual((await google.changes(next)).changes, [])
})

test('a cursor that is none is refused', async () => {
  await using google = await signedIn()
  await google.fails('calendar.changes', { cursor: 'nonsense' }, 'VALIDATION_FAILED')
})

test('what is cancelled already is no failure, what never was is', async () => {
  await using google = await signedIn()
  const { externalId } = await google.run('calendar.book', inspection)

  await google.run('calendar.cancel', { externalId })
  await google.run('calendar.cancel', { externalId })

  await google.fails('calendar.cancel', { externalId: 'never12345' }, 'NOT_FOUND')
})

test('a limit that Google names with 403 is waited out', async () => {
  await using vendor = await fakeVendor({ 'GET /calendar/v3/users/me/calendarList': { items: [] } })
  const errors = [{ domain: 'usageLimits', reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded' }]
  vendor.next({ status: 403, body: { error: { code: 403, message: 'Rate Limit Exceeded', errors } } })
  const context = connect(googleCalendar, { vendor, credentials: { access_token: 'a-token' } })

  const result = await runOperation(googleCalendar, context, 'calendar.calendars', {})

  assert.equal(result.success, true)
  assert.equal(context.waits.length, 1)
})

test('a push channel tells of changes, another takes over, and it is stopped', async () => {
  await using google = await signedIn()
  await using receiver = await startReceiver()
  const webhook = googleCalendar.webhook!
  const options = { url: receiver.url, secret: 'a-channel-secret', channelId: 'channel-1' }
  const heard = (index: number) => {
    const { headers, text, method } = receiver.requests[index]!
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    return inboundRequest({ method, headers: flat, body: text, at: new Date() })
  }

  const opened = await webhook.subscribe!(google.context, options)
  await receiver.next()
  assert.deepEqual(webhook.verify(heard(0), ['a-channel-secret'], new Date()), { ok: true })
  assert.deepEqual(webhook.parse(heard(0)), [])

  await google.run('calendar.book', inspection)
  await receiver.next()
  const [news] = webhook.parse(heard(1))
  assert.deepEqual(
    [news?.type, news?.externalId, news?.eventId],
    ['calendar.changed', 'sandbox@example.com', 'channel-1/2'],
  )
  assert.ok(opened.expiresAt!.getTime() > Date.now() + 6 * 86_400_000)

  const next = await webhook.subscribe!(google.context, { ...options, channelId: 'channel-2' })
  await webhook.unsubscribe!(google.context, { id: opened.id, data: opened.data! })
  const open = () =>
    google.emulator
      .channels()
      .list()
      .map(({ id }) => id)
  assert.deepEqual(open(), ['channel-2'])

  await webhook.unsubscribe!(google.context, { id: next.id, data: next.data! })
  assert.deepEqual(open(), [])
  await webhook.unsubscribe!(google.context, { id: next.id, data: next.data! })
})

type Run = <Name extends OperationName>(name: Name, input: OperationInput<Name>) => ReturnType<typeof succeed<Name>>

async function succeed<Name extends OperationName>(
  context: ReturnType<typeof connect>,
  name: Name,
  input: OperationInput<Name>,
) {
  const result = await runOperation(googleCalendar, context, name, input)
  assert.ok(result.success, `${name}: ${!result.success && result.error} ${JSON.stringify(context.recorded.at(-1))}`)
  return result.data
}

/** The connector, signed in to the sandbox's Google. */
async function signedIn(settings: Record<string, unknown> = {}, more: { clock?: ReturnType<typeof manualClock> } = {}) {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const { world, ...actions } = sandbox.emulator(emulator)
  const { accessToken } = await world.oauth.grant()
  const context = connect(googleCalendar, {
    vendor: { url: sandbox.url },
    overrides: sandbox.overrides(),
    credentials: { access_token: accessToken },
    settings,
    ...more,
  })
  const run: Run = (name, input) => succeed(context, name, input)
  return {
    sandbox,
    emulator: actions,
    context,
    run,
    async fails<Name extends OperationName>(name: Name, input: OperationInput<Name>, code: string) {
      const result = await runOperation(googleCalendar, context, name, input)
      assert.equal(!result.success && result.errorCode, code, JSON.stringify(result))
    },
    /** All changes since a cursor. */
    async changes(since?: string) {
      const changes: Awaited<ReturnType<typeof succeed<'calendar.changes'>>>['changes'] = []
      let cursor = since
      let pages = 0
      for (let more = true; more; pages++) {
        const page = await succeed(context, 'calendar.changes', { cursor })
        changes.push(...page.changes)
        ;({ cursor, more } = page)
      }
      return { changes, cursor, pages }
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

function event(hour: number) {
  const at = (offset: number) => ({ dateTime: new Date(start.getTime() + (hour + offset) * 3_600_000).toISOString() })
  return { summary: `Event ${hour}`, start: at(0), end: at(1), status: 'confirmed', sequence: 0 }
}

function roofInspection() {
  return {
    id: 'abc123',
    etag: '"1"',
    status: 'confirmed',
    created: '2026-05-01T10:00:00.000Z',
    updated: '2026-05-02T10:00:00.000Z',
    summary: 'Roof inspection',
    description: 'Bring &lt;ladder&gt; &amp; rope',
    location: '1 Main Street',
    start: { dateTime: '2026-05-07T10:00:00-04:00', timeZone: 'America/New_York' },
    end: { dateTime: '2026-05-07T11:00:00-04:00', timeZone: 'America/New_York' },
    attendees: [{ email: 'ada@example.com', displayName: 'Ada Lovelace', responseStatus: 'accepted' }],
    reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 30 }] },
    extendedProperties: { private: { tenonContactId: '42' } },
  }
}

function pushHeaders(secret: string) {
  return {
    'X-Goog-Channel-ID': 'channel-1',
    'X-Goog-Channel-Token': secret,
    'X-Goog-Message-Number': '7',
    'X-Goog-Resource-ID': 'resource-1',
    'X-Goog-Resource-State': 'exists',
    'X-Goog-Resource-URI': 'https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json',
  }
}
