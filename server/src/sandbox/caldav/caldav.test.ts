import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createDAVClient } from 'tsdav'
import { startSandbox } from '../../test/sandbox.ts'
import { calDav } from './caldav.ts'

const home = '/dav/calendars/sandbox/home/'

test('a client of somebody else finds the calendars, writes, reads a range, changes and deletes', async () => {
  await using dav = await open()
  const client = await createDAVClient({
    serverUrl: 'https://caldav.sandbox.example/',
    credentials: { username: 'sandbox', password: 'sandbox-password' },
    authMethod: 'Basic',
    defaultAccountType: 'caldav',
    // The sandbox stands in for the host.
    fetch: (input, init) => fetch(String(input).replace('https://caldav.sandbox.example', dav.url), init),
  })

  const calendars = await client.fetchCalendars()
  assert.deepEqual(
    calendars.map(({ displayName }) => displayName),
    ['Home', 'Team', 'Tasks', 'Holidays'],
  )
  const [calendar] = calendars
  const made = await client.createCalendarObject({ calendar: calendar!, filename: 'a.ics', iCalString: object('a') })
  const timeRange = { start: '2030-05-01T00:00:00Z', end: '2030-06-01T00:00:00Z' }
  const [found] = await client.fetchCalendarObjects({ calendar: calendar!, timeRange })
  const later = { start: '2030-06-01T00:00:00Z', end: '2030-07-01T00:00:00Z' }
  assert.equal(made.status, 201)
  assert.match(String(found?.data), /^UID:a\r?$/m)
  assert.deepEqual(await client.fetchCalendarObjects({ calendar: calendar!, timeRange: later }), [])

  const data = String(found?.data).replace('Roof', 'Gutter')
  assert.equal((await client.updateCalendarObject({ calendarObject: { ...found!, data } })).status, 204)
  assert.equal((await client.updateCalendarObject({ calendarObject: { ...found!, data } })).status, 412)
  const [fresh] = await client.fetchCalendarObjects({ calendar: calendar!, timeRange })
  assert.equal((await client.deleteCalendarObject({ calendarObject: fresh! })).status, 204)
})

test('objects that are none are refused by the precondition that they miss', async () => {
  await using dav = await open()
  const put = async (name: string, text: string, headers = {}) => {
    const answer = await dav.call('PUT', name, text, { 'content-type': 'text/calendar', ...headers })
    return [answer.status, /<(C:)?([\w-]+)\/>/.exec(answer.text)?.[2]]
  }

  assert.deepEqual(await put(`${home}a.ics`, 'nonsense'), [403, 'valid-calendar-data'])
  const invalid = [403, 'valid-calendar-object-resource']
  assert.deepEqual(await put(`${home}a.ics`, object('a').replace('VERSION:2.0\r\n', '')), invalid)
  assert.deepEqual(await put(`${home}a.ics`, object('a').replace('UID:a\r\n', '')), invalid)
  assert.deepEqual(await put(`${home}a.ics`, object('a').replace('VERSION', 'METHOD:REQUEST\r\nVERSION')), invalid)
  assert.deepEqual(await put(`${home}a.ics`, object('a').replace('DTSTART:', 'DTSTART;TZID=Europe/Berlin:')), invalid)
  assert.deepEqual(await put(`${home}a.ics`, object('a').replace('DTEND:2030', 'DTEND:2029')), invalid)
  const task = object('a').replaceAll('VEVENT', 'VTODO')
  assert.deepEqual(await put(`${home}a.ics`, task), [403, 'supported-calendar-component'])
  assert.deepEqual(await put(`${home}a.ics`, object('a'), { 'content-type': 'text/plain' }), [
    403,
    'supported-calendar-data',
  ])
  assert.deepEqual(await put(`${home}a.ics`, object('a'), { 'if-none-match': '*' }), [201, undefined])
  assert.deepEqual(await put(`${home}a.ics`, object('a'), { 'if-none-match': '*' }), [412, undefined])
  assert.deepEqual(await put(`${home}b.ics`, object('a')), [403, 'no-uid-conflict'])
  assert.deepEqual(await put('/dav/calendars/sandbox/holidays/a.ics', object('a')), [403, 'need-privileges'])
})

test('requests that say too little are refused, and so is whoever is not let in', async () => {
  await using dav = await open()
  const xml = { 'content-type': 'application/xml', depth: '1' }
  const range = '<C:time-range start="20300501T000000Z" end="20300601T000000Z"/>'
  const query = (names: string, inner = range) => `<C:free-busy-query ${names}>${inner}</C:free-busy-query>`
  const named = 'xmlns:C="urn:ietf:params:xml:ns:caldav"'
  const report = async (body: string, headers: object = xml) => (await dav.call('REPORT', home, body, headers)).status

  assert.equal(await report(query(named)), 200)
  assert.equal(await report(query('')), 400)
  assert.equal(await report(query('xmlns:C="urn:another"')), 403)
  assert.equal(await report(query(named, '')), 400)
  assert.equal(await report('no xml'), 400)
  assert.equal(await report(query(named), { 'content-type': 'application/xml' }), 400)
  assert.equal(await report(query(named), { 'content-type': 'application/json', depth: '1' }), 415)
  assert.equal(await report(`<C:unknown-report ${named}/>`), 403)
  assert.equal((await dav.call('REPORT', home, query(named), { ...xml, authorization: 'Basic eDp5' })).status, 401)
  assert.equal((await dav.call('GET', '/dav/calendars/another/home/a.ics')).status, 404)
})

async function open() {
  const sandbox = await startSandbox({ emulators: [calDav] })
  const url = `${sandbox.url}/caldav`
  const authorization = `Basic ${Buffer.from('sandbox:sandbox-password').toString('base64')}`
  return {
    url,
    async call(method: string, path: string, body?: string, headers: object = {}) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization, ...headers },
        ...(body === undefined ? {} : { body }),
      })
      return { status: answer.status, text: await answer.text() }
    },
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}

const object = (uid: string) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Another//EN',
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20300101T000000Z',
    'DTSTART:20300507T140000Z',
    'DTEND:20300507T150000Z',
    'SUMMARY:Roof',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
