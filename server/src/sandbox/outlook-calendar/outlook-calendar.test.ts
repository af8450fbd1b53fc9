import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, type GraphError } from '@microsoft/microsoft-graph-client'
import { manualClock } from '../../lib/clock.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { outlookCalendar } from './outlook-calendar.ts'

const start = { dateTime: '2030-05-07T10:00:00', timeZone: 'Eastern Standard Time' }
const end = { dateTime: '2030-05-07T11:00:00', timeZone: 'Eastern Standard Time' }
const range = 'startDateTime=2030-05-01T00:00:00Z&endDateTime=2030-06-01T00:00:00Z'

test("Microsoft's own client books, finds, changes, lists, asks who is free and deletes", async () => {
  await using graph = await open()
  const { client } = graph

  const made = await client.api('/me/events').post({
    subject: 'Roof',
    start,
    end,
    attendees: [{ emailAddress: { address: 'ada@example.com' }, type: 'required' }],
  })
  assert.equal(made.start.dateTime, '2030-05-07T14:00:00.0000000')
  const changed = await client.api(`/me/events/${made.id}`).patch({ subject: 'Gutter' })
  assert.equal(changed.subject, 'Gutter')
  const view = await client
    .api('/me/calendarView')
    .query(range)
    .header('Prefer', 'outlook.timezone="Europe/Berlin"')
    .select('subject,start')
    .top(5)
    .get()
  assert.deepEqual(
    view.value.map((event: { subject: string; start: unknown }) => [event.subject, event.start]),
    [['Gutter', { dateTime: '2030-05-07T16:00:00.0000000', timeZone: 'Europe/Berlin' }]],
  )
  const free = await client.api('/me/calendar/getSchedule').post({
    schedules: ['sandbox@example.com'],
    startTime: { dateTime: '2030-05-07T09:00:00', timeZone: 'Eastern Standard Time' },
    endTime: { dateTime: '2030-05-07T12:00:00', timeZone: 'Eastern Standard Time' },
    availabilityViewInterval: 60,
  })
  assert.equal(free.value[0].availabilityView, '020')
  assert.equal((await client.api('/me').select('mail').get()).mail, 'sandbox@example.com')
  await client.api(`/me/events/${made.id}`).delete()
  await assert.rejects(client.api(`/me/events/${made.id}`).get(), { statusCode: 404, code: 'ErrorItemNotFound' })
})

test("Microsoft's own client follows pages and changes", async () => {
  await using graph = await open()
  const { client } = graph
  const hours = Array.from({ length: 12 }, (_, hour) => String(hour + 8).padStart(2, '0'))
  for (const hour of hours) {
    const at = (minute: string) => ({ dateTime: `2030-05-07T${hour}:${minute}:00`, timeZone: 'UTC' })
    await client.api('/me/events').post({ subject: hour, start: at('00'), end: at('30') })
  }
  const here = (link: string) => link.replace('https://graph.microsoft.com/v1.0', '')

  const first = await client.api('/me/events').get()
  const rest = await client.api(here(first['@odata.nextLink'])).get()
  assert.deepEqual([first.value.length, rest.value.length, rest['@odata.nextLink']], [10, 2, undefined])

  const begin = await client.api(`/me/calendarView/delta?${range}`).header('Prefer', 'odata.maxpagesize=20').get()
  assert.equal(begin.value.length, 12)
  await client.api(`/me/events/${first.value[0].id}`).delete()
  const { value } = await client.api(here(begin['@odata.deltaLink'])).get()
  assert.deepEqual(value, [{ id: first.value[0].id, '@removed': { reason: 'deleted' } }])
})

test('an id that stays is given to whoever asks for it, and either names the event', async () => {
  await using graph = await open()
  const { id } = await graph.client.api('/me/events').post({ subject: 'Roof', start, end })

  const stays = await graph.client.api(`/me/events/${id}`).header('Prefer', 'IdType="ImmutableId"').get()

  assert.notEqual(stays.id, id)
  assert.equal((await graph.client.api(`/me/events/${stays.id}`).get()).id, id)
})

for (const [what, change, code] of [
  ['an unknown field', { summary: 'Roof' }, 'RequestBodyRead'],
  ['an end before its start', { end: start, start: end }, 'ErrorPropertyValidationFailure'],
  ['no end', { end: undefined }, 'ErrorPropertyValidationFailure'],
  ['an odd time zone', { start: { ...start, timeZone: 'Mars/Olympus' } }, 'TimeZoneNotSupportedException'],
  ['a time that is none', { start: { ...start, dateTime: 'noon' } }, 'RequestBodyRead'],
  ['an attendee without address', { attendees: [{ emailAddress: { name: 'Ada' } }] }, 'ErrorInvalidRecipients'],
  ['whole days that begin at ten', { isAllDay: true }, 'ErrorPropertyValidationFailure'],
  ['a property of no form', { singleValueExtendedProperties: [{ id: 'x', value: '1' }] }, 'ErrorInvalidPropertyId'],
] as const) {
  test(`an event with ${what} is refused in Graph's words`, async () => {
    await using graph = await open()

    const error = await failing(graph.client.api('/me/events').post({ subject: 'Roof', start, end, ...change }))

    assert.deepEqual([error.statusCode, error.code], [400, code])
  })
}

test('what cannot be asked is refused, and so is a version that changed', async () => {
  await using graph = await open()
  const { client } = graph
  const { id } = await client.api('/me/events').post({ subject: 'Roof', start, end })
  const codeOf = async (call: Promise<unknown>) => (await failing(call)).code

  assert.equal(await codeOf(client.api('/me/calendarView').get()), 'BadRequest')
  const wide = 'startDateTime=2020-01-01T00:00:00Z&endDateTime=2030-01-01T00:00:00Z'
  assert.equal(await codeOf(client.api('/me/calendarView').query(wide).get()), 'ErrorCalendarViewRangeTooBig')
  assert.equal(await codeOf(client.api('/me/events').filter('nonsense').get()), 'ErrorInvalidUrlQueryFilter')
  assert.equal(await codeOf(client.api('/me/events').select('nonsense').get()), 'RequestBroker--ParseUri')
  assert.equal(
    await codeOf(client.api('/me/calendarView/delta').query('$deltatoken=x').get()),
    'ErrorInvalidSyncStateData',
  )
  const stale = client.api(`/me/events/${id}`).header('If-Match', 'W/"old"').patch({ subject: 'Gutter' })
  assert.equal(await codeOf(stale), 'ErrorIrresolvableConflict')
  assert.equal(await codeOf(client.api(`/me/events/${id}/cancel`).post({ comment: 'no' })), 'ErrorInvalidRequest')
})

test('a subscription needs a URL that gives the token back, and ends within a week', async () => {
  const clock = manualClock()
  await using graph = await open({ clock })
  await using receiver = await startReceiver()
  const wanted = (minutes: number, more: object = {}) => ({
    changeType: 'created',
    resource: '/me/events',
    notificationUrl: receiver.url,
    expirationDateTime: new Date(clock.now() + minutes * 60_000).toISOString(),
    ...more,
  })
  const messageOf = async (body: object) => (await failing(graph.client.api('/subscriptions').post(body))).message

  assert.match(await messageOf(wanted(60)), /must exactly match validationToken/)
  assert.match(await messageOf(wanted(10_081)), /10080 minutes/)
  assert.match(await messageOf(wanted(-1)), /in the future/)
  assert.match(await messageOf(wanted(60, { resource: '/me/drive' })), /Unsupported resource/)
  assert.match(await messageOf(wanted(60, { changeType: 'moved' })), /change type/)
  assert.match(await messageOf(wanted(60, { notificationUrl: 'http://hub.example/' })), /https/)
})

test('a token that lacks the permission, or is none, is refused', async () => {
  await using graph = await open()
  const { accessToken } = await graph.world.oauth.grant({ scopes: ['offline_access'] })

  const narrow = await failing(graph.clientOf(accessToken).api('/me/calendars').get())
  const none = await failing(graph.clientOf('nonsense').api('/me/calendars').get())

  assert.deepEqual([narrow.statusCode, narrow.code], [403, 'ErrorAccessDenied'])
  assert.deepEqual([none.statusCode, none.code], [401, 'InvalidAuthenticationToken'])
})

async function failing(call: Promise<unknown>): Promise<GraphError> {
  return await call.then(
    () => assert.fail('it succeeded'),
    (error: GraphError) => error,
  )
}

/** The sandbox's Graph with Microsoft's client, signed in. */
async function open(options: { clock?: ReturnType<typeof manualClock> } = {}) {
  const sandbox = await startSandbox({ emulators: [outlookCalendar], ...options })
  const { world } = sandbox.emulator(outlookCalendar)
  const { accessToken } = await world.oauth.grant()
  const clientOf = (token: string) =>
    Client.init({
      baseUrl: `${world.url}/`,
      authProvider: (done) => done(null, token),
      // To an address without https the client gives no token by itself.
      fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    })
  return { world, clientOf, client: clientOf(accessToken), [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose]() }
}
