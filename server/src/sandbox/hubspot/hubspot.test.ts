import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@hubspot/api-client'
import { manualClock } from '../../lib/clock.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { hubspot } from './hubspot.ts'

const token = 'pat-sandbox-hubspot'
const contacts = '/crm/objects/2026-09/contacts'

test("HubSpot's own SDK makes, finds and changes contacts", async () => {
  await using sandbox = await startSandbox({ emulators: [hubspot] })
  const { crm } = new Client({ accessToken: token, basePath: `${sandbox.url}/hubspot` })

  const made = await crm.contacts.basicApi.create({
    properties: { email: 'ada@example.com', firstname: 'Ada' },
    associations: [],
  })
  await crm.contacts.basicApi.update(made.id, { properties: { lastname: 'Lovelace' } })
  const got = await crm.contacts.basicApi.getById(made.id, ['email', 'lastname', 'phone'])
  const found = await crm.contacts.searchApi.doSearch({
    filterGroups: [{ filters: [{ propertyName: 'email', operator: 'EQ' as never, value: 'ada@example.com' }] }],
    sorts: ['-createdate'],
    properties: ['lastname'],
    limit: 10,
    after: '0',
  })
  const upserted = await crm.contacts.batchApi.upsert({
    inputs: [{ id: 'ada@example.com', idProperty: 'email', properties: { city: 'London' } }],
  })
  const listed = await crm.contacts.basicApi.getPage(10, undefined, ['city'])
  await crm.contacts.basicApi.archive(made.id)

  assert.deepEqual(
    [got.properties.email, got.properties.lastname, got.properties.phone],
    ['ada@example.com', 'Lovelace', null],
  )
  assert.deepEqual([found.total, found.results[0]?.properties.lastname], [1, 'Lovelace'])
  assert.equal(upserted.results[0]?.id, made.id)
  assert.equal(listed.results[0]?.properties.city, 'London')
  assert.ok(listed.results[0]?.createdAt instanceof Date)
  await assert.rejects(crm.contacts.basicApi.getById(made.id), { code: 404 })
  await assert.rejects(crm.contacts.basicApi.create({ properties: { nickname: 'A' }, associations: [] }), { code: 400 })
  assert.deepEqual(sandbox.unknownRequests, [])
})

test('an unknown field, an unknown or read-only property, and a retired path are refused', async () => {
  await using sandbox = await startSandbox({ emulators: [hubspot] })
  const answers = [
    await call(sandbox, 'POST', contacts, { properties: {}, extra: 1 }),
    await call(sandbox, 'POST', contacts, { properties: { nickname: 'Ada' } }),
    await call(sandbox, 'POST', contacts, { properties: { createdate: '0' } }),
    await call(sandbox, 'POST', contacts, { properties: { lifecyclestage: 'friend' } }),
    await call(sandbox, 'POST', '/crm/objects/2026-09/notes', { properties: { hs_note_body: 'x' } }),
    await call(sandbox, 'POST', `${contacts}/search`, { limit: 201 }),
    await call(sandbox, 'POST', `${contacts}/search`, { limit: 200, after: '9900' }),
    await call(sandbox, 'GET', `${contacts}?limit=101`),
    await call(sandbox, 'POST', '/contacts/v1/contact', {}),
  ]

  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.category]),
    [...Array.from({ length: 8 }, () => [400, 'VALIDATION_ERROR']), [404, 'OBJECT_NOT_FOUND']],
  )
})

test('a batch fails as a whole unless its rows carry a trace id', async () => {
  await using sandbox = await startSandbox({ emulators: [hubspot] })
  const inputs = [
    { properties: { email: 'ada@example.com' }, objectWriteTraceId: '1' },
    { properties: { email: 'not an address' }, objectWriteTraceId: '2' },
  ]

  const partly = await call(sandbox, 'POST', `${contacts}/batch/create`, { inputs })
  const whole = await call(sandbox, 'POST', `${contacts}/batch/create`, {
    inputs: inputs.map(({ properties }) => ({ properties })),
  })

  assert.equal(partly.status, 207)
  assert.deepEqual(partly.body.errors?.[0]?.context, { objectWriteTraceId: ['2'] })
  assert.ok(whole.status >= 400)
})

test('five searches go in a second, and more are told to wait', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [hubspot], clock })
  const statuses: number[] = []
  for (let count = 0; count < 6; count += 1)
    statuses.push((await call(sandbox, 'POST', `${contacts}/search`, {})).status)
  clock.advance(1_000)
  const later = await call(sandbox, 'POST', `${contacts}/search`, {})
  const other = await call(sandbox, 'GET', contacts)

  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429])
  assert.equal(later.status, 200)
  assert.equal(later.headers.get('x-hubspot-ratelimit-remaining'), null)
  assert.equal(other.headers.get('x-hubspot-ratelimit-max'), '190')
})

test('a token sees its own account only, and what its scopes allow; the refresh token stays the same', async () => {
  await using sandbox = await startSandbox({ emulators: [hubspot] })
  const { world } = sandbox.emulator(hubspot)
  await call(sandbox, 'POST', contacts, { properties: { email: 'ada@example.com' } })
  const other = await world.oauth.grant({ account: 'other', scopes: ['oauth', 'crm.objects.contacts.read'] })

  const listed = await call(sandbox, 'GET', contacts, undefined, other.accessToken)
  const written = await call(sandbox, 'POST', contacts, { properties: {} }, other.accessToken)
  const form = {
    grant_type: 'refresh_token',
    refresh_token: other.refreshToken,
    client_id: 'sandbox-hubspot',
    client_secret: 'sandbox-hubspot-secret',
  }
  const answer = await fetch(`${sandbox.url}/hubspot/oauth/2026-09/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  const refreshed = (await answer.json()) as { refresh_token: string; hub_id: number }

  assert.deepEqual(listed.body.results, [])
  assert.deepEqual([written.status, written.body.category], [403, 'MISSING_SCOPES'])
  assert.equal(refreshed.refresh_token, other.refreshToken)
  assert.equal(refreshed.hub_id, other.answer.hub_id)
  assert.notEqual(refreshed.hub_id, 4610001)
})

test('a person allows access on the page of the application', async () => {
  await using sandbox = await startSandbox({ emulators: [hubspot] })
  const query = new URLSearchParams({
    client_id: 'sandbox-hubspot',
    redirect_uri: 'http://localhost/callback',
    response_type: 'code',
    scope: 'oauth crm.objects.contacts.read',
    optional_scope: 'automation.sequences.read',
    state: 'a-state',
  })

  const back = await authorize(`${sandbox.url}/hubspot/oauth/authorize?${query}`)

  assert.equal(back.searchParams.get('state'), 'a-state')
  assert.ok(back.searchParams.get('code'))
})

async function call(sandbox: Sandbox, method: string, path: string, body?: unknown, bearer = token) {
  const answer = await fetch(`${sandbox.url}/hubspot${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  type Body = { category?: string; results?: unknown[]; errors?: { context?: unknown }[] }
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body }
}
