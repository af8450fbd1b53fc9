import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type AnyConnector, type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { series } from '../../test/calendar-series.ts'
import { type Connected, connect } from '../../test/connect.ts'
import { type Radicale, startRadicale } from '../../test/radicale.ts'
import { calDav } from './caldav.ts'

/* What a real server makes of the connector: the emulator was written by the same people. */

const started = await startRadicale()
const radicale = started as Radicale
let context: Connected
const withRadicale = { skip: 'missing' in started && started.missing }
if ('missing' in started)
  process.stderr.write(`The tests with a real calendar server are left out: ${started.missing}\n`)
before(async () => {
  if ('missing' in started) return
  await makeCalendar('jobs', 'Work & play')
  await makeCalendar('team', 'Team')
  context = open()
})
after(async () => 'missing' in started || (await started[Symbol.asyncDispose]()))

const start = new Date('2030-05-07T14:00:00Z')
const end = new Date('2030-05-07T15:00:00Z')
const work = '/ada/jobs/'
const inspection = {
  title: 'Roof inspection, north side; first visit',
  startsAt: start,
  endsAt: end,
  timezone: 'America/New_York',
  description: 'Bring ladder & rope\nRing twice',
  location: '1 Main Street',
  attendees: [{ email: 'ada@example.com', name: 'Ada "Countess" Lovelace' }],
  reminders: [30],
  contactId: '42',
  calendarId: work,
  idempotencyKey: 'call-1',
}

test('Radicale: its calendars are found by the way of the well-known address', withRadicale, async () => {
  const found = await run('calendar.calendars', {})

  assert.deepEqual(found.map(({ id, name, writable }) => [id, name, writable]).sort(), [
    [work, 'Work & play', true],
    ['/ada/team/', 'Team', true],
  ])
  assert.equal(typeof (await (calDav as AnyConnector).check(context)).name, 'string')
  await assert.rejects(async () => await (calDav as AnyConnector).check(open({ password: 'another' })), {
    code: 'AUTH_ERROR',
  })
})

test('Radicale: an appointment is booked once, found, changed, moved and cancelled', withRadicale, async () => {
  const made = await run('calendar.book', inspection)
  const again = await run('calendar.book', inspection)
  const found = await run('calendar.find', { idempotencyKey: 'call-1' })
  const then = await run('calendar.find', { startsAt: start, endsAt: end, attendee: 'ada@example.com' })

  assert.equal(again.externalId, made.externalId)
  assert.deepEqual([found?.externalId, then?.externalId], [made.externalId, made.externalId])
  const { raw: _, createdAt: __, updatedAt: ___, externalId, ...own } = found!
  const { idempotencyKey: ____, ...wanted } = inspection
  const attendees = [{ email: 'ada@example.com', name: "Ada 'Countess' Lovelace" }]
  assert.deepEqual(own, { ...wanted, attendees, status: 'confirmed' })

  const endsAt = new Date('2030-05-07T16:00:00Z')
  const changed = await run('calendar.update', { externalId, changes: { endsAt, description: null } })
  assert.deepEqual([changed.endsAt, changed.description, changed.timezone], [endsAt, undefined, 'America/New_York'])
  const moved = await run('calendar.update', { externalId, changes: { calendarId: '/ada/team/' } })
  assert.ok(moved.externalId.startsWith('/ada/team/'))
  assert.deepEqual(await busy(['/ada/team/']), ['05-07T14:00/16:00'])
  await run('calendar.cancel', { externalId: moved.externalId })
  await run('calendar.cancel', { externalId: moved.externalId })
  assert.deepEqual(await busy(['/ada/team/', work]), [])
})

test('Radicale: a version that changed meanwhile is not overwritten', withRadicale, async () => {
  const { externalId } = await run('calendar.book', { ...inspection, idempotencyKey: 'call-2' })
  const { text, etag } = await read(externalId)
  await write(externalId, text.replace('1 Main Street', '2 Main Street'))

  const stale = await fetch(`${radicale.url}${externalId}`, {
    method: 'PUT',
    headers: { ...headers(), 'if-match': etag, 'content-type': 'text/calendar' },
    body: text,
  })
  const changed = await run('calendar.update', { externalId, changes: { title: 'Roof' } })

  assert.equal(stale.status, 412)
  assert.deepEqual([changed.title, changed.location], ['Roof', '2 Main Street'])
  await run('calendar.cancel', { externalId })
})

test('Radicale: a series takes its time, exceptions in their own place', withRadicale, async () => {
  await write(`${work}series.ics`, series)

  assert.deepEqual(await busy([work]), ['05-07T08:00/09:00', '05-15T12:00/13:00', '05-21T08:00/09:00'])
  await run('calendar.cancel', { externalId: `${work}series.ics` })
})

test(
  'Radicale: changes are those since the cursor, deletions among them; a cursor that is none begins anew',
  withRadicale,
  async () => {
    const kept = await run('calendar.book', { ...inspection, idempotencyKey: 'call-3' })
    const gone = await run('calendar.book', { ...inspection, idempotencyKey: 'call-4' })
    const first = await run('calendar.changes', { calendarId: work })
    await run('calendar.cancel', { externalId: gone.externalId })
    await run('calendar.update', { externalId: kept.externalId, changes: { title: 'Gutter' } })

    const second = await run('calendar.changes', { calendarId: work, cursor: first.cursor })
    const none = await run('calendar.changes', { calendarId: work, cursor: second.cursor })
    const anew = await run('calendar.changes', { calendarId: work, cursor: 'http://radicale.org/ns/sync/nonsense' })

    const told = ({ changes }: typeof first) =>
      changes
        .map((one) => (one.type === 'deleted' ? `-${one.externalId}` : `${one.record.externalId} ${one.record.title}`))
        .sort()
    assert.equal(first.changes.length, 2)
    assert.deepEqual(told(second), [`-${gone.externalId}`, `${kept.externalId} Gutter`].sort())
    assert.deepEqual(none.changes, [])
    assert.ok(told(anew).includes(`${kept.externalId} Gutter`))
  },
)

function open(other: Record<string, string> = {}): Connected {
  const { url, username, password } = radicale
  const settings = { server_url: url, calendar_id: work }
  return connect(calDav, { vendor: { url }, credentials: { username, password, ...other }, settings })
}

async function run<Name extends OperationName>(name: Name, input: OperationInput<Name>) {
  const result = await runOperation(calDav, context, name, input)
  assert.ok(result.success, `${name}: ${!result.success && result.error} ${JSON.stringify(context.recorded.at(-1))}`)
  return result.data
}

async function busy(calendarIds: string[]): Promise<string[]> {
  const [from, to] = [new Date('2030-05-01T00:00:00Z'), new Date('2030-06-01T00:00:00Z')]
  const spans = await run('calendar.busy', { from, to, calendarIds })
  return spans.map(
    ({ startsAt, endsAt }) => `${startsAt.toISOString().slice(5, 16)}/${endsAt.toISOString().slice(11, 16)}`,
  )
}

function headers() {
  return { authorization: `Basic ${Buffer.from(`${radicale.username}:${radicale.password}`).toString('base64')}` }
}

/** What a person does in another program. */
async function makeCalendar(path: string, name: string): Promise<void> {
  const displayName = `<D:displayname>${name.replace('&', '&amp;')}</D:displayname>`
  const body = `<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>${displayName}</D:prop></D:set></C:mkcalendar>`
  const answer = await fetch(`${radicale.url}/ada/${path}/`, { method: 'MKCALENDAR', headers: headers(), body })
  assert.equal(answer.status, 201)
}
async function read(href: string): Promise<{ text: string; etag: string }> {
  const answer = await fetch(`${radicale.url}${href}`, { headers: headers() })
  return { text: await answer.text(), etag: answer.headers.get('etag') ?? '' }
}
async function write(href: string, text: string): Promise<void> {
  const type = { 'content-type': 'text/calendar; charset=utf-8' }
  const answer = await fetch(`${radicale.url}${href}`, {
    method: 'PUT',
    headers: { ...headers(), ...type },
    body: text,
  })
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`)
}
