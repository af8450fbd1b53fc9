import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auth, calendar } from '@googleapis/calendar'
import { manualClock } from '../../lib/clock.ts'
import { startReceiver } from '../../test/receiver.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import { googleCalendar } from './google-calendar.ts'

const start = { dateTime: '2030-05-07T10:00:00', timeZone: 'America/New_York' }
const end = { dateTime: '2030-05-07T11:00:00', timeZone: 'America/New_York' }

test("Google's own client books, finds, changes, lists and deletes", async () => {
  await using google = await open()
  const { events, freebusy, calendarList } = google.client
  const { here } = google

  const made = await events.insert(
    {
      calendarId: 'primary',
      sendUpdates: 'all',
      requestBody: { id: 'call0001', summary: 'Roof', start, end, attendees: [{ email: 'ada@example.com' }] },
    },
    here,
  )
  assert.equal(made.data.start?.dateTime, '2030-05-07T10:00:00-04:00')
  assert.equal(made.data.attendees?.[0]?.responseStatus, 'needsAction')

  const changed = await events.patch(
    { calendarId: 'primary', eventId: 'call0001', requestBody: { summary: 'Gutter' } },
    here,
  )
  assert.equal(changed.data.summary, 'Gutter')
  const found = await events.list(
    { calendarId: 'primary', q: 'gutter', singleEvents: true, orderBy: 'startTime' },
    here,
  )
  assert.deepEqual(
    found.data.items?.map(({ id }) => id),
    ['call0001'],
  )
  const busy = await freebusy.query(
    {
      requestBody: { timeMin: '2030-05-07T00:00:00Z', timeMax: '2030-05-08T00:00:00Z', items: [{ id: 'primary' }] },
    },
    here,
  )
  assert.deepEqual(busy.data.calendars?.primary?.busy, [{ start: '2030-05-07T14:00:00Z', end: '2030-05-07T15:00:00Z' }])
  assert.equal((await calendarList.list({ minAccessRole: 'owner' }, here)).data.items?.[0]?.primary, true)

  await events.delete({ calendarId: 'primary', eventId: 'call0001' }, here)
  assert.equal((await events.get({ calendarId: 'primary', eventId: 'call0001' }, here)).data.status, 'cancelled')
})

test("Google's own client watches a calendar and stops", async () => {
  await using google = await open()
  await using receiver = await startReceiver()
  const { events, channels } = google.client
  const { here } = google

  const { data: channel } = await events.watch(
    {
      calendarId: 'primary',
      requestBody: { id: 'channel-1', type: 'web_hook', address: receiver.url, token: 'a-token' },
    },
    here,
  )
  assert.equal((await receiver.next()).headers['x-goog-resource-state'], 'sync')
  await events.insert({ calendarId: 'primary', requestBody: { start, end } }, here)
  const news = await receiver.next()
  assert.deepEqual(
    [
      news.headers['x-goog-resource-state'],
      news.headers['x-goog-channel-token'],
      news.headers['x-goog-message-number'],
      news.text,
    ],
    ['exists', 'a-token', '2', ''],
  )

  await channels.stop({ requestBody: { id: channel.id!, resourceId: channel.resourceId! } }, here)
  await events.insert({ calendarId: 'primary', requestBody: { start, end } }, here)
  await google.sandbox.idle()
  assert.equal(receiver.requests.length, 2)
})

test('a channel that has run out says nothing more', async () => {
  const clock = manualClock()
  await using google = await open({ clock })
  await using receiver = await startReceiver()
  const channel = { id: 'channel-1', type: 'web_hook', address: receiver.url, expiration: String(clock.now() + 60_000) }
  await google.call('POST', 'calendars/primary/events/watch', channel)

  clock.advance(61_000)
  await google.call('POST', 'calendars/primary/events', { start, end })

  await google.sandbox.idle()
  assert.equal(receiver.requests.length, 1)
})

for (const [what, body, message] of [
  ['an unknown field', { start, end, sumary: 'Roof' }, /Unknown name "sumary"/],
  ['no end', { start }, /Missing end time/],
  ['an end before its start', { start: end, end: start }, /time range is empty/],
  ['a day and a time', { start: { date: '2030-05-07' }, end }, /either both be date/],
  ['no time zone', { start: { dateTime: '2030-05-07T10:00:00' }, end }, /Missing time zone definition/],
  ['an odd time zone', { start: { ...start, timeZone: 'Mars/Olympus' }, end }, /Invalid time zone/],
  ['an id of other letters', { id: 'XYZ-1', start, end }, /Invalid resource id/],
  ['an attendee without address', { start, end, attendees: [{ displayName: 'Ada' }] }, /Invalid attendee email/],
  [
    'reminders of both kinds',
    { start, end, reminders: { useDefault: true, overrides: [{ method: 'popup', minutes: 5 }] } },
    /both default reminders and overrides/,
  ],
] as const) {
  test(`an event with ${what} is refused in Google's words`, async () => {
    await using google = await open()

    const { status, body: answer } = await google.call('POST', 'calendars/primary/events', body)

    assert.equal(status, 400)
    assert.match(answer.error?.message ?? '', message)
    assert.equal(answer.error?.errors[0]?.message, answer.error?.message)
  })
}

test('conflicts, gone events and stale versions have their own answers', async () => {
  await using google = await open()
  const place = 'calendars/primary/events'
  const made = await google.call('POST', place, { id: 'call0001', start, end })
  const again = await google.call('POST', place, { id: 'call0001', start, end })
  const stale = await google.call('PATCH', `${place}/call0001`, { summary: 'Roof' }, { 'if-match': '"old"' })
  const fresh = await google.call('PATCH', `${place}/call0001`, { summary: 'Roof' }, { 'if-match': made.body.etag! })
  const removed = await google.call('DELETE', `${place}/call0001`)
  const twice = await google.call('DELETE', `${place}/call0001`)
  const missing = await google.call('GET', `${place}/call0002`)
  const elsewhere = await google.call('GET', 'calendars/nobody@example.com/events')

  const outcomes = [again, stale, fresh, removed, twice, missing, elsewhere].map(({ status, body }) => [
    status,
    body.error?.errors[0]?.reason,
  ])
  assert.deepEqual(outcomes, [
    [409, 'duplicate'],
    [412, 'conditionNotMet'],
    [200, undefined],
    [204, undefined],
    [410, 'deleted'],
    [404, 'notFound'],
    [404, 'notFound'],
  ])
})

test('what Google has forgotten is answered 410, and what cannot be asked together 400', async () => {
  const clock = manualClock()
  await using google = await open({ clock })
  const list = async (query: string) => {
    const { status, body } = await google.call('GET', `calendars/primary/events?${query}`)
    return { status, reason: body.error?.errors[0]?.reason, token: body.nextSyncToken, page: body.nextPageToken }
  }
  const { token } = await list('')
  const long = new Date(clock.now() - 60 * 86_400_000).toISOString()

  assert.equal((await list(`syncToken=${token}`)).status, 200)
  assert.equal((await list(`syncToken=${token}&q=roof`)).status, 400)
  assert.equal((await list(`syncToken=${token}&singleEvents=true`)).status, 400)
  assert.equal((await list('orderBy=startTime')).status, 400)
  assert.equal((await list('timeMin=2030-05-07')).status, 400)
  assert.equal((await list('pageToken=none')).status, 400)
  assert.deepEqual((await list(`updatedMin=${long}`)).reason, 'updatedMinTooLongAgo')
  google.emulator.forgetSyncTokens()
  const forgotten = await list(`syncToken=${token}`)
  assert.deepEqual([forgotten.status, forgotten.reason], [410, 'fullSyncRequired'])
})

test('a quota that is used up is answered 403', async () => {
  await using google = await open({ clock: manualClock() })
  for (let call = 0; call < 600; call++) await google.call('GET', 'users/me/calendarList')

  const { status, body } = await google.call('GET', 'users/me/calendarList')

  assert.deepEqual([status, body.error?.errors[0]?.reason], [403, 'rateLimitExceeded'])
})

test('a token that lacks a scope, or is none, is refused', async () => {
  await using google = await open()
  const { accessToken } = await google.world.oauth.grant({
    scopes: ['https://www.googleapis.com/auth/calendar.freebusy'],
  })

  const narrow = await google.call('GET', 'calendars/primary/events', undefined, {
    authorization: `Bearer ${accessToken}`,
  })
  const none = await google.call('GET', 'calendars/primary/events', undefined, { authorization: 'Bearer nonsense' })

  assert.deepEqual([narrow.status, narrow.body.error?.errors[0]?.reason], [403, 'insufficientPermissions'])
  assert.deepEqual([none.status, none.body.error?.errors[0]?.reason], [401, 'authError'])
})

test('a sign-in gives a refresh token only where access is asked for offline, and a refresh gives no new one', async () => {
  await using google = await open()
  const { client, url } = { client: google.world.oauth.client, url: google.world.url }
  const signIn = async (more: Record<string, string>) => {
    const asked = new URLSearchParams({
      client_id: client.clientId,
      redirect_uri: 'http://127.0.0.1/callback',
      response_type: 'code',
      scope: 'https://www.googleapis.com/auth/calendar.events',
      state: 'a-state',
      ...more,
    })
    const back = await authorize(`${url}/o/oauth2/v2/auth?${asked}`)
    return await token({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: 'http://127.0.0.1/callback',
    })
  }
  const token = async (fields: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: client.clientId, client_secret: client.clientSecret, ...fields })
    const answer = await fetch(`${url}/token`, { method: 'POST', body })
    return (await answer.json()) as { access_token?: string; refresh_token?: string }
  }

  const online = await signIn({})
  const offline = await signIn({ access_type: 'offline', prompt: 'consent' })
  const refreshed = await token({ grant_type: 'refresh_token', refresh_token: offline.refresh_token ?? '' })

  assert.ok(online.access_token && !online.refresh_token)
  assert.ok(offline.refresh_token)
  assert.ok(refreshed.access_token && !refreshed.refresh_token)
})

type Reply = {
  etag?: string
  nextSyncToken?: string
  nextPageToken?: string
  error?: { message: string; errors: { reason: string; message: string }[] }
}

/** The sandbox's Google with a client that is signed in. */
async function open(options: { clock?: ReturnType<typeof manualClock> } = {}) {
  const sandbox = await startSandbox({ emulators: [googleCalendar], ...options })
  const { world, ...emulator } = sandbox.emulator(googleCalendar)
  const { accessToken } = await world.oauth.grant()
  const signedIn = new auth.OAuth2()
  signedIn.setCredentials({ access_token: accessToken })
  return {
    sandbox,
    world,
    emulator,
    client: calendar({ version: 'v3', auth: signedIn }),
    // Given with each call, since the client's own setting would drop the path.
    here: { rootUrl: `${sandbox.url}/google-calendar/` },
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const answer = await fetch(`${sandbox.url}/google-calendar/calendar/v3/${path}`, {
        method,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Reply }
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
