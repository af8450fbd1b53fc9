import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyConnector, type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { calDav as emulator } from '../../sandbox/caldav/caldav.ts'
import { series } from '../../test/calendar-series.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { calDav } from './caldav.ts'
import { eventOf } from './objects.ts'

const connector: AnyConnector = calDav
const server = { server_url: 'https://caldav.sandbox.example' }
const credentials = { username: 'sandbox', password: 'sandbox-password' }

conformance(calDav, { emulator, credentials, settings: server })

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

test('an appointment is booked with everything that people need to know, in its own zone', async () => {
  await using dav = await signedIn({ organizer_email: 'host@example.com' })

  const made = await dav.run('calendar.book', {
    ...inspection,
    description: 'Bring ladder, rope; and\nring twice',
    location: '1 Main Street',
    reminders: [30, 1_440],
    contactId: '42',
  })

  const [object] = dav.emulator.objects().list()
  const text = object!.data.text.replaceAll('\r\n ', '')
  for (const line of [
    /^DTSTART;TZID=America\/New_York:20300507T100000\r$/m,
    /^BEGIN:DAYLIGHT\r\nDTSTART:20300310T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r$/m,
    /^ORGANIZER:mailto:host@example.com\r$/m,
    /^ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Ada Lovelace:mailto:ada@example.com\r$/m,
    /^TRIGGER:-P1D\r$/m,
  ])
    assert.match(text, line)
  const { raw: _, externalId, createdAt: __, updatedAt: ___, ...own } = made
  assert.equal(externalId, `/dav/calendars/sandbox/home/${object!.id}`)
  assert.deepEqual(own, {
    title: 'Roof inspection',
    startsAt: start,
    endsAt: end,
    timezone: 'America/New_York',
    attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
    description: 'Bring ladder, rope; and\nring twice',
    location: '1 Main Street',
    reminders: [30, 1_440],
    contactId: '42',
    status: 'confirmed',
    calendarId: '/dav/calendars/sandbox/home/',
  })
})

test('a booking that is repeated with its key, or whose answer was lost, is one appointment', async () => {
  await using dav = await signedIn()
  dav.sandbox.faults.set({ vendor: 'caldav', kind: 'cut_after_write', times: 1 })

  const first = await dav.run('calendar.book', inspection)
  const second = await dav.run('calendar.book', inspection)

  assert.equal(second.externalId, first.externalId)
  assert.equal(dav.emulator.objects().list().length, 1)
})

test('an appointment is found by its key, by its time, and by who comes', async () => {
  await using dav = await signedIn()
  const { externalId } = await dav.run('calendar.book', inspection)
  const find = async (wanted: OperationInput<'calendar.find'>) => (await dav.run('calendar.find', wanted))?.externalId

  assert.equal(await find({ idempotencyKey: 'call-1' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'Ada@Example.com' }), externalId)
  assert.equal(await find({ startsAt: start, endsAt: end, attendee: 'alan@example.com' }), undefined)
  assert.equal(await find({ startsAt: start, endsAt: new Date('2030-05-07T14:30:00Z') }), undefined)
  assert.equal(await find({ idempotencyKey: 'call-2' }), undefined)
})

test('an update changes what it names, empties what is null, and leaves the rest, answers of the invited included', async () => {
  await using dav = await signedIn()
  const booked = { ...inspection, description: 'Bring rope', reminders: [10] }
  const { externalId } = await dav.run('calendar.book', booked)
  const { id } = dav.emulator.objects().list()[0]!
  dav.emulator.objects().update(id, ({ text, ...rest }) => ({
    ...rest,
    text: text.replace('NEEDS-ACTION', 'ACCEPTED').replace('END:VEVENT', 'X-OTHERS:kept\r\nEND:VEVENT'),
  }))
  const endsAt = new Date('2030-05-07T16:00:00Z')
  const attendees = [{ email: 'ada@example.com' }, { email: 'alan@example.com' }]

  const changed = await dav.run('calendar.update', {
    externalId,
    changes: { endsAt, description: null, reminders: null, attendees, status: 'tentative' },
  })

  const text = dav.emulator.objects().need(id).data.text.replaceAll('\r\n ', '')
  assert.match(text, /^X-OTHERS:kept\r$/m)
  assert.match(text, /PARTSTAT=ACCEPTED.*:mailto:ada@example.com\r$/m)
  assert.match(text, /^SEQUENCE:1\r$/m)
  assert.equal(text.match(/BEGIN:VTIMEZONE/g)?.length, 1)
  assert.deepEqual([changed.startsAt, changed.endsAt, changed.timezone], [start, endsAt, 'America/New_York'])
  assert.deepEqual([changed.title, changed.status], ['Roof inspection', 'tentative'])
  assert.deepEqual([changed.description, changed.reminders], [undefined, undefined])
})

test('an appointment moves to another calendar', async () => {
  await using dav = await signedIn()
  const { externalId } = await dav.run('calendar.book', inspection)
  const calendarId = '/dav/calendars/sandbox/team/'

  const moved = await dav.run('calendar.update', { externalId, changes: { calendarId, title: 'Moved' } })

  assert.deepEqual([moved.calendarId, moved.title], [calendarId, 'Moved'])
  assert.ok(moved.externalId.startsWith(calendarId))
  assert.deepEqual([dav.emulator.objects().list().length, dav.emulator.objects('team').list().length], [0, 1])
})

test('calendars say which of them can be booked; a list of tasks is none', async () => {
  await using dav = await signedIn()

  const found = await dav.run('calendar.calendars', {})

  assert.deepEqual(
    found.map(({ id, name, writable, primary, timezone }) => [id, name, writable, primary, timezone]),
    [
      ['/dav/calendars/sandbox/home/', 'Home', true, true, 'America/New_York'],
      ['/dav/calendars/sandbox/team/', 'Team', true, false, 'America/New_York'],
      ['/dav/calendars/sandbox/holidays/', 'Holidays', false, false, 'America/New_York'],
    ],
  )
  const holidays = { ...inspection, calendarId: '/dav/calendars/sandbox/holidays/' }
  await dav.fails('calendar.book', holidays, 'PERMISSION_DENIED')
})

for (const [what, lacks] of [
  ['tells when it is busy', []],
  ['knows no such question', ['C:free-busy-query']],
  ['writes no series out', ['C:free-busy-query', 'expand']],
] as const) {
  test(`a series takes its time, exceptions in their own place, at a server that ${what}`, async () => {
    await using dav = await signedIn()
    dav.emulator.lack([...lacks])
    dav.emulator.put('series', series)
    dav.emulator.put('free', single('free', 'TRANSP:TRANSPARENT'))
    dav.emulator.put('off', single('off', 'STATUS:CANCELLED'))
    const [from, to] = [new Date('2030-05-01T00:00:00Z'), new Date('2030-06-01T00:00:00Z')]

    const busy = await dav.run('calendar.busy', { from, to })

    assert.deepEqual(
      busy.map(
        ({ startsAt, endsAt }) => `${startsAt.toISOString().slice(5, 16)}/${endsAt.toISOString().slice(11, 16)}`,
      ),
      ['05-07T08:00/09:00', '05-15T12:00/13:00', '05-21T08:00/09:00'],
    )
  })
}

test('an answer that says nothing of busy times does not pass for free', async () => {
  await using dav = await signedIn()
  await dav.run('calendar.book', inspection)
  await using vendor = await fakeVendor((call) => {
    const isFreeBusy = call.rawBody.includes('free-busy-query')
    const found = `<response><href>/jobs/a.ics</href><propstat><prop><C:calendar-data>${dav.emulator.objects().list()[0]!.data.text.replaceAll('\r', '')}</C:calendar-data></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
    const body = `<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">${isFreeBusy ? '<response><href>/jobs/a.ics</href></response>' : found}</multistatus>`
    return { status: 207, headers: { 'content-type': 'text/xml' }, body }
  })
  const context = connect(calDav, { vendor, credentials, settings: { ...server, calendar_id: '/jobs/' } })

  const result = await runOperation(calDav, context, 'calendar.busy', { from: start, to: end })

  assert.deepEqual(result, { success: true, data: [{ startsAt: start, endsAt: end }] })
})

test('whole days and times without zone are meant in the zone of the integration', async () => {
  await using dav = await signedIn({ timezone: 'America/New_York' })
  dav.emulator.lack(['C:free-busy-query', 'expand'])
  dav.emulator.put('fair', single('fair').replace(/DTSTART.*\r\nDTEND.*\r\n/, 'DTSTART;VALUE=DATE:20300507\r\n'))
  dav.emulator.put(
    'float',
    single('float').replace(/DTSTART.*\r\nDTEND.*\r\n/, 'DTSTART:20300509T090000\r\nDURATION:PT1H\r\n'),
  )
  const [from, to] = [new Date('2030-05-06T00:00:00Z'), new Date('2030-05-11T00:00:00Z')]

  const busy = await dav.run('calendar.busy', { from, to })

  assert.deepEqual(busy, [
    { startsAt: new Date('2030-05-07T04:00:00Z'), endsAt: new Date('2030-05-08T04:00:00Z') },
    { startsAt: new Date('2030-05-09T13:00:00Z'), endsAt: new Date('2030-05-09T14:00:00Z') },
  ])
})

test('what is taken in any calendar of the integration is not offered', async () => {
  const team = '/dav/calendars/sandbox/team/'
  await using dav = await signedIn({ busy_calendar_ids: [team], timezone: 'America/New_York', business_hours_end: 12 })
  await dav.run('calendar.book', { ...inspection, calendarId: team })
  const [from, to] = [new Date('2030-05-07T04:00:00Z'), new Date('2030-05-08T04:00:00Z')]

  const free = await dav.run('calendar.availability', { from, to, timezone: 'Asia/Kathmandu' })

  assert.deepEqual(
    free.map(({ startsAt }) => startsAt.toISOString()),
    ['2030-05-07T13:00:00.000Z', '2030-05-07T15:00:00.000Z'],
  )
  await dav.fails('calendar.busy', { from, to: new Date('2032-01-01T00:00:00Z') }, 'VALIDATION_FAILED')
  await dav.fails('calendar.busy', { from, to, calendarIds: ['/dav/calendars/sandbox/none/'] }, 'NOT_FOUND')
})

test('changes come page by page, then only what is new, deletions among it', async () => {
  await using dav = await signedIn({ calendar_id: '/dav/calendars/sandbox/home' })
  for (let index = 0; index < 450; index++) dav.emulator.put(`e${index}`, single(`e${index}`))
  const first = await dav.changes()
  dav.emulator.put('late', single('late'))
  dav.emulator.objects().delete('e7.ics')

  const second = await dav.changes(first.cursor)

  assert.deepEqual([first.pages, first.changes.length], [3, 450])
  const told = second.changes.map((one) => (one.type === 'deleted' ? `-${one.externalId}` : one.record.externalId))
  const home = '/dav/calendars/sandbox/home/'
  assert.deepEqual(told, [`-${home}e7.ics`, `${home}late.ics`])
  assert.deepEqual((await dav.changes(second.cursor)).changes, [])
})

test('a cursor that the server has forgotten leads to everything once more; a server without changes says so', async () => {
  await using dav = await signedIn()
  const { externalId } = await dav.run('calendar.book', inspection)
  const { cursor } = await dav.changes()
  dav.emulator.forgetSyncTokens()

  const { changes } = await dav.changes(cursor)

  assert.deepEqual(
    changes.map((change) => change.type === 'upserted' && change.record.externalId),
    [externalId],
  )
  dav.emulator.lack(['D:sync-collection'])
  await dav.fails('calendar.changes', {}, 'NOT_SUPPORTED')
})

test('a series is not moved, what changed meanwhile is not overwritten, and what is gone is no failure to cancel', async () => {
  await using dav = await signedIn()
  dav.emulator.put('series', series)
  const externalId = '/dav/calendars/sandbox/home/series.ics'

  await dav.fails('calendar.update', { externalId, changes: { startsAt: start } }, 'NOT_SUPPORTED')
  const renamed = await dav.run('calendar.update', { externalId, changes: { title: 'Daily' } })
  assert.equal(renamed.title, 'Daily')
  await dav.run('calendar.cancel', { externalId })
  await dav.run('calendar.cancel', { externalId })
  await dav.fails('calendar.update', { externalId, changes: { title: 'Gone' } }, 'NOT_FOUND')
  await dav.fails('calendar.cancel', { externalId: 'https://evil.example/x.ics' }, 'PROCESSING_ERROR')
  await dav.fails('calendar.cancel', { externalId: '//evil.example/x.ics' }, 'NOT_FOUND')
})

test('the address of one calendar is enough, and one that is no CalDAV server is told', async () => {
  await using dav = await signedIn({ server_url: 'https://caldav.sandbox.example/dav/calendars/sandbox/team/' })
  await using vendor = await fakeVendor(() => ({
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<p>Hi</p>',
  }))

  assert.deepEqual(await connector.check(dav.context), { name: 'Team' })
  const context = connect(calDav, { vendor, credentials, settings: server })
  await assert.rejects(async () => await connector.check(context), {
    code: 'VENDOR_REJECTED',
    message: /no CalDAV server/,
  })
})

test('a person whose calendars are on another host of iCloud is followed there, and nowhere else', async () => {
  const home = (host: string) =>
    `<multistatus xmlns="DAV:"><response><href>/</href><propstat><prop><calendar-home-set xmlns="urn:ietf:params:xml:ns:caldav"><href xmlns="DAV:">https://${host}:443/1/calendars/</href></calendar-home-set></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`
  const calendars =
    '<multistatus xmlns="DAV:"><response><href>/1/calendars/home/</href><propstat><prop><resourcetype><collection/><calendar xmlns="urn:ietf:params:xml:ns:caldav"/></resourcetype><displayname>Home</displayname></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>'
  const listed = async (host: string) => {
    await using vendor = await fakeVendor(({ path }) => ({
      status: 207,
      headers: { 'content-type': 'text/xml' },
      body: path === '/1/calendars/' ? calendars : home(host),
    }))
    const overrides = {
      'caldav.icloud.com': vendor.url,
      'p42-caldav.icloud.com': vendor.url,
      'evil.example': vendor.url,
    }
    const settings = { server_url: 'https://caldav.icloud.com' }
    const result = await runOperation(
      calDav,
      connect(calDav, { vendor, overrides, credentials, settings }),
      'calendar.calendars',
      {},
    )
    return result.success ? result.data.map(({ id }) => id) : result.errorCode
  }

  assert.deepEqual(await listed('p42-caldav.icloud.com'), ['https://p42-caldav.icloud.com/1/calendars/home/'])
  assert.equal(await listed('evil.example'), 'PROCESSING_ERROR')
})

test('what is no event is none, and what cannot be read is told', () => {
  const about = { href: '/a.ics', calendarId: '/', floating: 'UTC' }
  assert.equal(eventOf('nonsense', about), undefined)
  assert.equal(eventOf(single('a').replaceAll('VEVENT', 'VTODO'), about), undefined)
})

async function succeed<Name extends OperationName>(
  context: ReturnType<typeof connect>,
  name: Name,
  input: OperationInput<Name>,
) {
  const result = await runOperation(calDav, context, name, input)
  assert.ok(result.success, `${name}: ${!result.success && result.error} ${JSON.stringify(context.recorded.at(-1))}`)
  return result.data
}
type Run = <Name extends OperationName>(name: Name, input: OperationInput<Name>) => ReturnType<typeof succeed<Name>>

/** The connector, signed in to the sandbox's server. */
async function signedIn(settings: Record<string, unknown> = {}) {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const { world: _, ...actions } = sandbox.emulator(emulator)
  const context = connect(calDav, {
    vendor: { url: sandbox.url },
    overrides: sandbox.overrides(),
    credentials,
    settings: { ...server, ...settings },
    clock: manualClock(Date.parse('2030-01-01T00:00:00Z')),
  })
  const run: Run = (name, input) => succeed(context, name, input)
  return {
    sandbox,
    emulator: actions,
    context,
    run,
    async fails<Name extends OperationName>(name: Name, input: OperationInput<Name>, code: string) {
      const result = await runOperation(calDav, context, name, input)
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

function single(uid: string, ...more: string[]) {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Another//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20300101T000000Z',
    'DTSTART:20300510T140000Z',
    'DTEND:20300510T150000Z',
    'SUMMARY:Another',
    ...more,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
}
