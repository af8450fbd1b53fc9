import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HighLevel } from '@gohighlevel/api-client'
import { manualClock } from '../../lib/clock.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { sandboxCalendar } from './calendars.ts'
import { goHighLevel } from './gohighlevel.ts'
import { sandboxLocation } from './location.ts'
import { sandboxPipeline } from './opportunities.ts'

const token = 'pit-sandbox-gohighlevel'
const locationId = sandboxLocation

test("GoHighLevel's own SDK makes contacts, appointments and opportunities", async () => {
  await using sandbox = await startSandbox({ emulators: [goHighLevel] })
  // The package has no setting for where it calls.
  Reflect.set(HighLevel, 'BASE_URL', `${sandbox.url}/gohighlevel`)
  const client = new HighLevel({ privateIntegrationToken: token })

  const { contact } = await client.contacts.createContact({ locationId, email: 'ada@example.com', firstName: 'Ada' })
  const contactId = contact?.id ?? ''
  await client.contacts.createNote({ contactId }, { body: 'She called.' })
  const { contact: found } = await client.contacts.getDuplicateContact({ locationId, email: 'ada@example.com' })
  const { calendars = [] } = await client.calendars.getCalendars({ locationId })
  const startDate = Date.UTC(2030, 4, 7)
  const slots = await client.calendars.getSlots({
    calendarId: sandboxCalendar,
    startDate,
    endDate: startDate + 86_400_000,
    timezone: 'UTC',
  })
  const booked = await client.calendars.createAppointment({
    ...{ calendarId: sandboxCalendar, locationId, contactId, startTime: '2030-05-07T10:00:00-04:00' },
  })
  const { pipelines = [] } = await client.opportunities.getPipelines({ locationId })
  const { opportunity } = await client.opportunities.createOpportunity({
    ...{ pipelineId: sandboxPipeline.id, locationId, name: 'Roof', status: 'open', contactId },
  })

  assert.equal(found?.id, contactId)
  assert.deepEqual(
    calendars.map(({ id }) => id),
    [sandboxCalendar],
  )
  assert.ok(JSON.stringify(slots).includes('2030-05-07T14:00:00'))
  assert.equal(booked.contactId, contactId)
  assert.equal(pipelines[0]?.id, opportunity?.pipelineId)
  assert.deepEqual(sandbox.unknownRequests, [])
})

test('an unknown field, a missing version, another location and a retired path are refused', async () => {
  await using sandbox = await startSandbox({ emulators: [goHighLevel] })
  const answers = [
    await call(sandbox, 'POST', '/contacts/', { locationId, nickname: 'Ada' }),
    await call(sandbox, 'POST', '/contacts/', { locationId, email: 'no address' }),
    await call(sandbox, 'POST', '/contacts/', { locationId, country: 'Germany' }),
    await call(sandbox, 'GET', `/workflows/?locationId=${locationId}`, undefined, { version: '' }),
    await call(sandbox, 'GET', '/locations/another'),
    await call(sandbox, 'GET', '/v1/contacts/'),
    await call(sandbox, 'GET', `/calendars/?locationId=${locationId}`, undefined, { version: '2021-07-28' }),
    await call(sandbox, 'GET', '/locations/another', undefined, { authorization: 'Bearer pit-unknown' }),
  ]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [422, 422, 422, 401, 403, 404, 401, 401],
  )
  assert.deepEqual(answers[0]?.body.message, ['property nickname should not exist'])
})

test('a hundred calls go in ten seconds, and more are told to wait', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [goHighLevel], clock })
  for (let count = 0; count < 100; count += 1) await call(sandbox, 'GET', `/locations/${locationId}`)

  const over = await call(sandbox, 'GET', `/locations/${locationId}`)
  clock.advance(10_000)
  const later = await call(sandbox, 'GET', `/locations/${locationId}`)

  assert.deepEqual([over.status, over.headers.get('x-ratelimit-remaining')], [429, '0'])
  assert.deepEqual([later.status, later.headers.get('x-ratelimit-daily-remaining')], [200, '199899'])
})

test('a person chooses a location, and the refresh token is a new one each time', async () => {
  await using sandbox = await startSandbox({ emulators: [goHighLevel] })
  const query = new URLSearchParams({
    client_id: 'sandbox-gohighlevel',
    redirect_uri: 'http://localhost/callback',
    response_type: 'code',
    scope: 'contacts.readonly locations.readonly',
    state: 'a-state',
  })
  const back = await authorize(`${sandbox.url}/gohighlevel/oauth/chooselocation?${query}`)
  const client = { client_id: 'sandbox-gohighlevel', client_secret: 'sandbox-gohighlevel-secret' }
  const first = await tokens(sandbox, {
    ...{ ...client, grant_type: 'authorization_code', user_type: 'Location' },
    ...{ code: back.searchParams.get('code') ?? '', redirect_uri: 'http://localhost/callback' },
  })

  const second = await tokens(sandbox, { ...client, grant_type: 'refresh_token', refresh_token: first.refresh_token })

  assert.deepEqual([first.locationId, first.userType], [locationId, 'Location'])
  assert.notEqual(second.refresh_token, first.refresh_token)
})

async function tokens(sandbox: Sandbox, form: Record<string, string>) {
  const body = new URLSearchParams(form)
  const answer = await fetch(`${sandbox.url}/gohighlevel/oauth/token`, { method: 'POST', body })
  return (await answer.json()) as { refresh_token: string; locationId: string; userType: string }
}

async function call(sandbox: Sandbox, method: string, path: string, body?: unknown, headers: object = {}) {
  const version = path.startsWith('/calendars') ? '2021-04-15' : '2021-07-28'
  const answer = await fetch(`${sandbox.url}/gohighlevel${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, version, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as { message?: unknown } }
}
