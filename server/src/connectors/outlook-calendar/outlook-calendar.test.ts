import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { outlookCalendar as emulator } from '../../sandbox/outlook-calendar/outlook-calendar.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { appointment } from './mappings.ts'
import { outlookCalendar } from './outlook-calendar.ts'
import { ianaOf, instantOf, timeIn } from './zones.ts'

conformance(outlookCalendar, {
  emulator,
  credentials: {},
  failureBody: (status) => ({ error: { code: `code${status}`, message: `status ${status}` } }),
  mappings: { appointment: { mapping: appointment, record: roofInspection() } },
  webhook: {
    body: JSON.stringify({
      value: [
        notification({ changeType: 'created', id: 'event-1' }),
        notification({ changeType: 'deleted', id: 'event-2' }),
      ],
    }),
    sign: ({ body, secret }) => ({ body: body.replaceAll('the-client-state', secret) }),
    events: ['calendar.changed', 'calendar.changed'],
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
  await using outlook = await signedIn()

  const made = await outlook.run('calendar.book', {
    ...inspection,
    description: 'Bring <ladder> & rope\nRing twice',
    location: '1 Main Street',
    reminders: [30, 1_440],
    contactId: '42',
  })

  const { data } = outlook.emulator.events().list()[0]!
  assert.deepEqual(data.start, { dateTime: '2030-05-07T10:00:00', timeZone: 'America/New_York' })
  assert.deepEqual(data.body, { contentType: 'text', content: 'Bring <ladder> & rope\nRing twice' })
  assert.deepEqual([data.isReminderOn, data.reminderMinutesBeforeStart], [true, 30])
  const { raw: _, externalId: __, createdAt: ___, updatedAt: ____, ...own } = made
  assert.deepEqual(own, {
    title: 'Roof inspection',
    startsAt: start,
    endsAt: end,
    timezone: 'America/New_York',
    attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
    description: 'Bring <ladder> & rope\nRing twice',
    location: '1 Main Street',
    reminders: [30],
    contactId: '42',
    status: 'confirmed',
    calendarId: 'primary',
  })
  assert.deepEqual((await outlook.run('calendar.find', { startsAt: start, endsAt: end }))?.contactId, '42')
  assert.deepEqual(
    outlook.emulator.mails().map(({ kind, to }) => [kind, to]),
    [['invitation', ['ada@example.com']]],
  )
})

test('a booking that is repeated with its key is one appointment, also when it was changed meanwhile', async () => {
  await using outlook = await signedIn()

  const first = await outlook.run('calendar.book', inspection)
  const second = await outlook.run('calendar.book', inspection)
  const third = await outlook.run('calendar.book', { ...inspection, title: 'Another' })

  assert.deepEqual([second.externalId, third.externalId], [first.externalId, first.externalId])
  assert.equal(outlook.emulator.events().list().length, 1)
})

test('a booking whose answer was lost is not made twice', async () => {
  await using outlook = await signedIn()
  outlook.sandbox.faults.set({ vendor: 'outlook-calendar', kind: 'cut_after_write', times: 1 })

  const { externalId } = await outlook.run('calendar.book', inspection)

  const [only, ...more] = outlook.emulator.events().list()
  assert.ok(externalId.endsWith(only!.id))
  assert.deepEqual(more, [])
})

test('a key whose booking was cancelled does not bring it back', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  await outlook.run('calendar.cancel', { externalId })

  await outlook.fails('calendar.book', inspection, 'CONFLICT')
  assert.equal(await outlook.run('calendar.find', { idempotencyKey: 'call-1' }), null)
})

test('an appointment is found by its key, by its time, and by who comes', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  const find = async (wanted: OperationInput<'calendar.find'>) =>
    (await outlook.run('calendar.find', wanted))?.externalId

  assert.equal(await find({ idempotencyKey: 'call-1' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'Ada@Example.com' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'alan@example.com' }), undefined)
  assert.equal(await find({ startsAt: start, endsAt: new Date('2030-05-07T14:30:00Z') }), undefined)
  assert.equal(await find({ idempotencyKey: 'call-2' }), undefined)
})

test('who is invited anew keeps nobody from staying as they were, rooms included', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  const { id } = outlook.emulator.events().list()[0]!
  const status = { response: 'accepted', time: '2030-01-01T00:00:00Z' }
  const room = { emailAddress: { address: 'room@example.com', name: 'Room' }, type: 'resource', status }
  outlook.emulator.events().update(id, (event) => ({
    ...event,
    attendees: [...event.attendees.map((one) => ({ ...one, type: 'optional', status })), room],
  }))
  const attendees = [{ email: 'ada@example.com' }, { email: 'alan@example.com', name: 'Alan' }]

  const changed = await outlook.run('calendar.update', { externalId, changes: { attendees } })

  assert.deepEqual(
    outlook.emulator
      .events()
      .need(id)
      .data.attendees.map(({ emailAddress, type, status: { response } }) => [emailAddress.address, type, response]),
    [
      ['ada@example.com', 'optional', 'accepted'],
      ['alan@example.com', 'required', 'none'],
      ['room@example.com', 'resource', 'accepted'],
    ],
  )
  assert.deepEqual(
    changed.attendees?.map(({ email }) => email),
    ['ada@example.com', 'alan@example.com'],
  )
})

test('an update changes what it names, empties what is null, and leaves the rest', async () => {
  await using outlook = await signedIn()
  const booked = { ...inspection, description: 'Bring rope', reminders: [10], location: 'Here' }
  const { externalId } = await outlook.run('calendar.book', booked)
  const endsAt = new Date('2030-05-07T16:00:00Z')

  const changed = await outlook.run('calendar.update', {
    externalId,
    changes: { endsAt, description: null, reminders: null, attendees: null, status: 'tentative' },
  })

  assert.deepEqual([changed.title, changed.location, changed.status], ['Roof inspection', 'Here', 'tentative'])
  assert.deepEqual([changed.startsAt, changed.endsAt, changed.timezone], [start, endsAt, 'America/New_York'])
  assert.deepEqual([changed.description, changed.reminders, changed.attendees], [undefined, undefined, undefined])

  const moved = await outlook.run('calendar.update', { externalId, changes: { timezone: 'Europe/Berlin' } })
  assert.deepEqual([moved.startsAt, moved.endsAt, moved.timezone], [start, endsAt, 'Europe/Berlin'])
})

test('what changed meanwhile is not overwritten, and what Outlook cannot do is said before anything is done', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  const team = (await outlook.run('calendar.calendars', {})).find(({ name }) => name === 'Team')!.id
  const calls = outlook.context.recorded.length

  await outlook.fails('calendar.update', { externalId, changes: { calendarId: team } }, 'NOT_SUPPORTED')
  await outlook.fails('calendar.update', { externalId, changes: { status: 'cancelled' } }, 'VALIDATION_FAILED')
  assert.equal(outlook.context.recorded.length, calls)
})

test('a whole-day event is read in the time zone of the integration, and becomes an appointment when it gets a time', async () => {
  await using outlook = await signedIn({ timezone: 'America/New_York' })
  outlook.emulator.calendars()
  const midnight = (day: string) => ({ dateTime: `${day}T00:00:00`, timeZone: 'UTC' })
  const fair = { ...event(0), isAllDay: true, start: midnight('2030-05-07'), end: midnight('2030-05-08') }
  outlook.emulator.events().create(fair)
  const [from, to] = [new Date('2030-05-06T00:00:00Z'), new Date('2030-05-09T00:00:00Z')]

  const [change] = (await outlook.run('calendar.changes', {})).changes
  const busy = await outlook.run('calendar.busy', { from, to })

  assert.ok(change?.type === 'upserted')
  assert.equal(change.record.startsAt.toISOString(), '2030-05-07T04:00:00.000Z')
  assert.deepEqual(busy, [{ startsAt: new Date('2030-05-07T04:00:00Z'), endsAt: new Date('2030-05-08T04:00:00Z') }])
  const { externalId } = change.record
  const timed = await outlook.run('calendar.update', { externalId, changes: { startsAt: start, endsAt: end } })
  assert.deepEqual([timed.startsAt, timed.endsAt], [start, end])
})

test('calendars say which of them can be booked', async () => {
  await using outlook = await signedIn()

  const found = await outlook.run('calendar.calendars', {})

  const byName = Object.fromEntries(found.map(({ name, writable, primary }) => [name, [writable, primary]]))
  assert.deepEqual(byName, { Calendar: [true, true], Team: [true, false], Holidays: [false, false] })
  const [team, holidays] = ['Team', 'Holidays'].map((name) => found.find((one) => one.name === name)!.id)
  await outlook.run('calendar.book', { ...inspection, calendarId: team })
  assert.equal(outlook.emulator.events(team).list().length, 1)
  await outlook.fails(
    'calendar.book',
    { ...inspection, idempotencyKey: 'call-2', calendarId: holidays },
    'PERMISSION_DENIED',
  )
})

test('what is taken in any calendar, or by any person or room, is not offered', async () => {
  await using outlook = await signedIn({ timezone: 'America/New_York', business_hours_end: 13 })
  const calendars = await outlook.run('calendar.calendars', {})
  const team = calendars.find(({ name }) => name === 'Team')!.id
  outlook.emulator.calendars('room')
  await outlook.run('calendar.book', { ...inspection, calendarId: team })
  outlook.emulator.events(undefined, 'room').create({ ...event(1), showAs: 'oof' })
  outlook.emulator.events(undefined, 'room').create({ ...event(2), showAs: 'workingElsewhere' })
  const settings = { ...outlook.context.settings, busy_calendar_ids: [team, 'room@example.com'] }
  const day = {
    from: new Date('2030-05-07T04:00:00Z'),
    to: new Date('2030-05-08T04:00:00Z'),
    timezone: 'Asia/Kathmandu',
  }

  const result = await runOperation(outlookCalendar, { ...outlook.context, settings }, 'calendar.availability', day)

  assert.ok(result.success)
  assert.deepEqual(
    result.data.map(({ startsAt }) => startsAt.toISOString()),
    ['2030-05-07T13:00:00.000Z', '2030-05-07T16:00:00.000Z'],
  )
})

test('every occurrence of a series takes its time, and is a change of its own with the title of the series', async () => {
  await using outlook = await signedIn()
  outlook.emulator.calendars()
  outlook.emulator.events().create(weekly())
  const [from, to] = [new Date('2030-05-01T00:00:00Z'), new Date('2030-06-01T00:00:00Z')]

  const busy = await outlook.run('calendar.busy', { from, to })
  const { changes, cursor } = await outlook.changes()
  const third = changes[2]
  assert.ok(third?.type === 'upserted')
  await outlook.run('calendar.cancel', { externalId: third.record.externalId })
  const after = await outlook.changes(cursor)

  assert.deepEqual(
    busy.map(({ startsAt }) => startsAt.toISOString().slice(0, 16)),
    ['2030-05-07T08:00', '2030-05-14T08:00', '2030-05-21T08:00'],
  )
  assert.deepEqual(
    changes.map((change) => change.type === 'upserted' && [change.record.title, change.record.timezone]),
    [1, 2, 3].map(() => ['Stand-up', 'Europe/Berlin']),
  )
  assert.deepEqual(
    after.changes.filter(({ type }) => type === 'deleted'),
    [{ type: 'deleted', externalId: third.record.externalId }],
  )
})

test('who cannot be read does not pass for free', async () => {
  await using outlook = await signedIn()
  const [from, to] = [start, end]
  const ask = (id: string) => outlook.fails('calendar.busy', { from, to, calendarIds: [id] }, 'NOT_FOUND')

  await ask('nobody@elsewhere.example')
  await ask('AAMkbm9uZQ==')
})

test('half a year of a room is asked for piece by piece, more than a year not at all', async () => {
  await using outlook = await signedIn()
  const [from, to] = [new Date('2030-01-01T00:00:00Z'), new Date('2030-07-01T00:00:00Z')]
  outlook.emulator.calendars('room')
  outlook.emulator.events(undefined, 'room').create(event(0))

  const busy = await outlook.run('calendar.busy', { from, to, calendarIds: ['room@example.com'] })

  assert.deepEqual(busy, [{ startsAt: start, endsAt: end }])
  assert.equal(outlook.context.recorded.filter(({ url }) => url.endsWith('/getSchedule')).length, 4)
  await outlook.fails('calendar.busy', { from, to: new Date('2032-01-01T00:00:00Z') }, 'VALIDATION_FAILED')
})

test('changes come page by page, then only what is new, deletions among it', async () => {
  await using outlook = await signedIn()
  outlook.emulator.calendars()
  const events = outlook.emulator.events()
  for (let hour = 0; hour < 250; hour++) events.create(event(hour))
  const first = await outlook.changes()
  const { id } = events.create(event(1_000))
  const [gone] = events.list()
  events.delete(gone!.id)

  const second = await outlook.changes(first.cursor)

  assert.deepEqual([first.pages, first.changes.length], [3, 250])
  const told = second.changes.map((one) => (one.type === 'deleted' ? `-${one.externalId}` : one.record.externalId))
  assert.deepEqual(told.sort(), [`-AAkALgAA${gone!.id}`, `AAkALgAA${id}`].sort())
  assert.deepEqual((await outlook.changes(second.cursor)).changes, [])
})

test('a cursor that Graph has forgotten leads to everything once more', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  const { cursor } = await outlook.changes()
  const link = 'https://graph.microsoft.com/v1.0/me/calendar/calendarView/delta?$deltatoken=none'
  const odd = Buffer.from(JSON.stringify({ link, since: '2029-01-01T00:00:00Z' })).toString('base64url')
  assert.equal((await outlook.changes(odd)).changes.length, 1)
  outlook.emulator.forgetSyncStates()

  const { changes, cursor: next } = await outlook.changes(cursor)

  assert.deepEqual(
    changes.map((change) => change.type === 'upserted' && change.record.externalId),
    [externalId],
  )
  assert.deepEqual((await outlook.changes(next)).changes, [])
})

test('a view that lies too far back is read to its end, deletions included, and another is begun', async () => {
  const clock = manualClock(Date.parse('2030-01-01T00:00:00Z'))
  await using outlook = await signedIn({}, { clock })
  const { externalId } = await outlook.run('calendar.book', inspection)
  const { cursor } = await outlook.changes()
  await outlook.run('calendar.cancel', { externalId })
  const later = await outlook.run('calendar.book', { ...inspection, idempotencyKey: 'call-2' })
  clock.advance(200 * 86_400_000)

  const { changes, pages } = await outlook.changes(cursor)

  assert.equal(pages, 2)
  assert.deepEqual(
    changes.map((change) => (change.type === 'deleted' ? `-${change.externalId}` : change.record.externalId)),
    [`-${externalId}`, later.externalId, later.externalId],
  )
  const starts = outlook.context.recorded.flatMap(({ url }) => new URL(url).searchParams.get('startDateTime') ?? [])
  assert.deepEqual(
    starts.map((text) => text.slice(0, 10)),
    ['2029-01-01', '2029-07-20'],
  )
})

test('a cursor leads nowhere but to changes of a calendar', async () => {
  await using outlook = await signedIn()
  const written = (link: string) =>
    Buffer.from(JSON.stringify({ link, since: '2030-01-01T00:00:00Z' })).toString('base64url')

  for (const cursor of [
    'nonsense',
    written('https://graph.microsoft.com/v1.0/me/messages'),
    written('https://evil.example/v1.0/me/calendarView/delta'),
    written('https://graph.microsoft.com/beta/me/calendarView/delta'),
  ])
    await outlook.fails('calendar.changes', { cursor }, 'VALIDATION_FAILED')
})

test('who is invited hears why it was cancelled, and what is cancelled already is no failure', async () => {
  await using outlook = await signedIn()
  const { externalId } = await outlook.run('calendar.book', inspection)
  const alone = await outlook.run('calendar.book', { ...inspection, attendees: [], idempotencyKey: 'call-2' })

  await outlook.run('calendar.cancel', { externalId, reason: 'It rains.' })
  await outlook.run('calendar.cancel', { externalId, reason: 'It rains.' })
  await outlook.run('calendar.cancel', { externalId })
  await outlook.run('calendar.cancel', { externalId: alone.externalId, reason: 'It rains.' })

  const last = outlook.emulator.mails().at(-1)
  assert.deepEqual([last?.kind, last?.comment], ['cancellation', 'It rains.'])
  assert.equal(outlook.emulator.events().list().length, 0)
})

test('who did not allow the calendar is asked to sign in again', async () => {
  await using outlook = await signedIn()
  const checkWith = (scope: string) =>
    outlookCalendar.check({ ...outlook.context, credentials: { ...outlook.context.credentials, scope } })

  await assert.rejects(async () => await checkWith('openid profile'), { code: 'PERMISSION_DENIED' })
  const account = await checkWith('openid https://graph.microsoft.com/Calendars.ReadWrite')
  assert.equal(account.name, 'sandbox@example.com')
})

test('a mailbox that is busy with others is waited for', async () => {
  await using outlook = await signedIn()
  outlook.emulator.occupy(4)

  await outlook.fails('calendar.calendars', {}, 'RATE_LIMIT_EXCEEDED')

  assert.deepEqual(outlook.context.waits, [1_000, 1_000])
  const [call] = outlook.context.recorded
  assert.equal((call!.responseBody as { error: { code: string } }).error.code, 'ApplicationThrottled')
})

test('a wall clock that shows a time twice is written in UTC the second time, and zones of Windows are understood', () => {
  const [first, second] = ['2030-11-03T05:30:00Z', '2030-11-03T06:30:00Z'].map((text) => new Date(text))

  assert.deepEqual(timeIn(first!, 'America/New_York'), {
    dateTime: '2030-11-03T01:30:00',
    timeZone: 'America/New_York',
  })
  assert.deepEqual(timeIn(second!, 'America/New_York'), { dateTime: '2030-11-03T06:30:00', timeZone: 'UTC' })
  assert.equal(ianaOf('Eastern Standard Time'), 'America/New_York')
  assert.equal(ianaOf('tzone://Microsoft/Custom'), undefined)
  const told = { dateTime: '2030-05-07T10:00:00.0000000', timeZone: 'Eastern Standard Time' }
  assert.deepEqual(instantOf(told), start)
})

test('Graph gets its token back as plain text, and nothing else does', () => {
  const { handshake } = outlookCalendar.webhook!
  const ask = (method: string, token?: string) => {
    const url = `https://hub.example/webhooks/outlook-calendar/i/1${token === undefined ? '' : `?validationToken=${encodeURIComponent(token)}`}`
    return handshake!(inboundRequest({ method, url, body: '', at: new Date() }), ['a-secret'])
  }

  const answer = ask('POST', 'Validation: <b>Testing</b> & more')

  assert.deepEqual(answer, {
    status: 200,
    body: 'Validation: <b>Testing</b> & more',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  })
  assert.deepEqual(
    [ask('GET', 'token'), ask('POST'), ask('POST', 'x'.repeat(3_000))],
    [undefined, undefined, undefined],
  )
})

test('lifecycle notifications say when a subscription ends, and that news were missed', () => {
  const { parse } = outlookCalendar.webhook!
  const told = (lifecycleEvent: string) =>
    parse(
      inboundRequest({
        body: JSON.stringify({ value: [{ subscriptionId: 's1', clientState: 'a-secret', lifecycleEvent }] }),
        at: new Date(),
      }),
    ).map(({ type, endsSubscription }) => [type, endsSubscription])

  assert.deepEqual(told('reauthorizationRequired'), [['subscription.reauthorizationRequired', true]])
  assert.deepEqual(told('subscriptionRemoved'), [['subscription.subscriptionRemoved', true]])
  assert.deepEqual(told('missed'), [['subscription.missed', undefined]])
})

async function succeed<Name extends OperationName>(
  context: ReturnType<typeof connect>,
  name: Name,
  input: OperationInput<Name>,
) {
  const result = await runOperation(outlookCalendar, context, name, input)
  assert.ok(result.success, `${name}: ${!result.success && result.error} ${JSON.stringify(context.recorded.at(-1))}`)
  return result.data
}
type Run = <Name extends OperationName>(name: Name, input: OperationInput<Name>) => ReturnType<typeof succeed<Name>>

/** The connector, signed in to the sandbox's Microsoft. */
async function signedIn(settings: Record<string, unknown> = {}, more: { clock?: ReturnType<typeof manualClock> } = {}) {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const { world, ...actions } = sandbox.emulator(emulator)
  const { accessToken } = await world.oauth.grant()
  const context = connect(outlookCalendar, {
    vendor: { url: sandbox.url },
    overrides: sandbox.overrides(),
    credentials: { access_token: accessToken },
    settings,
    clock: manualClock(Date.parse('2030-01-01T00:00:00Z')),
    ...more,
  })
  const run: Run = (name, input) => succeed(context, name, input)
  return {
    sandbox,
    emulator: actions,
    context,
    run,
    async fails<Name extends OperationName>(name: Name, input: OperationInput<Name>, code: string) {
      const result = await runOperation(outlookCalendar, context, name, input)
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
  const at = (offset: number) => ({
    dateTime: new Date(start.getTime() + (hour + offset) * 3_600_000).toISOString().slice(0, 19),
    timeZone: 'UTC',
  })
  return {
    subject: `Event ${hour}`,
    start: at(0),
    end: at(1),
    attendees: [],
    isCancelled: false,
    showAs: 'busy' as const,
  }
}

function weekly() {
  const at = (time: string) => ({ dateTime: `2030-05-07T${time}`, timeZone: 'Europe/Berlin' })
  return {
    ...event(0),
    subject: 'Stand-up',
    start: at('10:00:00'),
    end: at('10:15:00'),
    recurrence: {
      pattern: { type: 'weekly' as const, interval: 1, daysOfWeek: ['tuesday'] },
      range: { type: 'numbered' as const, startDate: '2030-05-07', numberOfOccurrences: 3 },
    },
  }
}

function roofInspection() {
  return {
    id: 'AAkALgAAabc',
    '@odata.etag': 'W/"1"',
    createdDateTime: '2026-05-01T10:00:00.0000000Z',
    lastModifiedDateTime: '2026-05-02T10:00:00.0000000Z',
    subject: 'Roof inspection',
    body: { contentType: 'text', content: 'Bring <ladder> & rope\r\n' },
    location: { displayName: '1 Main Street', locationType: 'default' },
    start: { dateTime: '2026-05-07T14:00:00.0000000', timeZone: 'UTC' },
    end: { dateTime: '2026-05-07T15:00:00.0000000', timeZone: 'UTC' },
    originalStartTimeZone: 'Eastern Standard Time',
    attendees: [{ emailAddress: { address: 'ada@example.com', name: 'Ada Lovelace' }, type: 'required' }],
    isReminderOn: true,
    reminderMinutesBeforeStart: 30,
    showAs: 'busy',
    isCancelled: false,
    singleValueExtendedProperties: [
      { id: 'String {00020329-0000-0000-c000-000000000046} Name tenonContactId', value: '42' },
    ],
  }
}

function notification({ changeType, id }: { changeType: string; id: string }) {
  return {
    subscriptionId: '7f105c7d-2dc5-4530-97cd-4e7ae6534c07',
    subscriptionExpirationDateTime: '2026-06-05T00:00:00Z',
    clientState: 'the-client-state',
    changeType,
    resource: `Users/1/Events/${id}`,
    resourceData: { '@odata.type': '#Microsoft.Graph.Event', '@odata.etag': 'W/"2"', id },
    tenantId: '84bd8158-6d4d-4958-8b9f-9d6445542f95',
  }
}
