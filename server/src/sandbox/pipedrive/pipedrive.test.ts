import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v1 from 'pipedrive/v1'
import * as v2 from 'pipedrive/v2'
import { manualClock } from '../../lib/clock.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { createPipedrive } from './pipedrive.ts'

const token = 'sandbox-pipedrive-token'
const pipedrive = createPipedrive()

test("Pipedrive's own SDK makes, finds, changes and deletes persons, deals, leads, activities and notes", async () => {
  await using sandbox = await startSandbox({ emulators: [createPipedrive({ burst: 1_000 })] })
  const modern = new v2.Configuration({ apiKey: token, basePath: `${sandbox.url}/pipedrive/api/v2` })
  const early = new v1.Configuration({ apiKey: token, basePath: `${sandbox.url}/pipedrive/v1` })
  const persons = new v2.PersonsApi(modern)

  const { data: made } = await persons.addPerson({
    AddPersonRequest: { name: 'Ada Lovelace', emails: [{ value: 'ada@example.com', primary: true, label: 'work' }] },
  })
  const id = Number(made?.id)
  await persons.updatePerson({ id, UpdatePersonRequest: { name: 'Ada Byron' } })
  const found = await persons.searchPersons({ term: 'ADA@example.com', fields: 'email', exact_match: true })
  const listed = await persons.getPersons({ limit: 10, sort_by: 'update_time', sort_direction: 'desc' })
  const { data: deal } = await new v2.DealsApi(modern).addDeal({ AddDealRequest: { title: 'Roof', person_id: id } })
  const { data: lead } = await new v1.LeadsApi(early).addLead({ AddLeadRequest: { title: 'Roof', person_id: id } })
  const { data: activity } = await new v2.ActivitiesApi(modern).addActivity({
    AddActivityRequest: { subject: 'Call', type: 'call', participants: [{ person_id: id, primary: true }] },
  })
  const { data: note } = await new v1.NotesApi(early).addNote({ AddNoteRequest: { content: 'Hello', person_id: id } })
  const { data: me } = await new v1.UsersApi(early).getCurrentUser()
  await persons.deletePerson({ id })
  const afterwards = await persons.getPersons()

  assert.equal(found.data?.items?.[0]?.item?.id, id)
  assert.deepEqual(
    listed.data?.map(({ name, first_name: first }) => [name, first]),
    [['Ada Byron', 'Ada']],
  )
  assert.deepEqual([deal?.pipeline_id, deal?.stage_id, deal?.status], [1, 1, 'open'])
  assert.equal(lead?.person_id, id)
  assert.equal(activity?.person_id, id)
  assert.equal(note?.content, 'Hello')
  assert.equal(me?.company_name, 'sandbox (Pipedrive)')
  assert.deepEqual(afterwards.data, [])
  assert.deepEqual(sandbox.unknownRequests, [])
})

test('an unknown field, an unknown custom field, a fraction of a second and a retired path are refused', async () => {
  await using sandbox = await startSandbox({ emulators: [pipedrive] })
  const answers = [
    await call(sandbox, 'POST', '/api/v2/persons', { name: 'Ada', nickname: 'A' }),
    await call(sandbox, 'POST', '/api/v2/persons', { name: '' }),
    await call(sandbox, 'POST', '/api/v2/persons', { name: 'Ada', custom_fields: { gone: 1 } }),
    await call(sandbox, 'POST', '/api/v2/deals', { title: 'Roof', stage_id: 11, pipeline_id: 1 }),
    await call(sandbox, 'POST', '/api/v2/activities', { subject: 'Call', person_id: 1 }),
    await call(sandbox, 'GET', '/api/v2/persons?updated_since=2026-01-01T00:00:00.000Z'),
    await call(sandbox, 'GET', '/api/v2/persons/search?term=a&fields=email'),
    await call(sandbox, 'POST', '/v1/leads', { title: 'Roof' }),
    await call(sandbox, 'POST', '/v1/persons', { name: 'Ada' }),
  ]

  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.success]),
    [...Array.from({ length: 8 }, () => [400, false]), [404, false]],
  )
})

test('twenty calls go in two seconds, and more are told to wait', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [pipedrive], clock })
  const statuses: number[] = []
  for (let count = 0; count < 21; count += 1) statuses.push((await call(sandbox, 'GET', '/v1/users/me')).status)
  const told = await call(sandbox, 'GET', '/v1/users/me')
  clock.advance(2_000)

  assert.deepEqual([statuses.filter((status) => status === 200).length, statuses.at(-1)], [20, 429])
  assert.equal(told.headers.get('x-ratelimit-reset'), '2')
  assert.equal((await call(sandbox, 'GET', '/v1/users/me')).status, 200)
})

test('a token sees its own account only, and what its scopes allow; its answer names the domain to call', async () => {
  await using sandbox = await startSandbox({ emulators: [pipedrive] })
  const { world } = sandbox.emulator(pipedrive)
  await call(sandbox, 'POST', '/api/v2/persons', { name: 'Ada' })
  const other = await world.oauth.grant({ account: 'other', scopes: ['base', 'contacts:full'] })
  const bearer = { authorization: `Bearer ${other.accessToken}` }

  const persons = await call(sandbox, 'GET', '/api/v2/persons', undefined, bearer)
  const deals = await call(sandbox, 'GET', '/api/v2/deals', undefined, bearer)
  const answer = await fetch(`${sandbox.url}/pipedrive/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('sandbox-pipedrive:sandbox-pipedrive-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: other.refreshToken }),
  })
  const refreshed = (await answer.json()) as { api_domain: string; access_token: string }

  assert.deepEqual(persons.body.data, [])
  assert.deepEqual([deals.status, deals.body.error], [403, 'Scope and URL mismatch'])
  assert.equal(refreshed.api_domain, 'https://sandbox.pipedrive.com')
  assert.notEqual(refreshed.access_token, other.accessToken)
})

test('a person allows access on the page of the application', async () => {
  await using sandbox = await startSandbox({ emulators: [pipedrive] })
  const query = new URLSearchParams({
    client_id: 'sandbox-pipedrive',
    redirect_uri: 'http://localhost/callback',
    response_type: 'code',
    scope: 'base contacts:full',
    state: 'a-state',
  })

  const back = await authorize(`${sandbox.url}/pipedrive/oauth/authorize?${query}`)

  assert.equal(back.searchParams.get('state'), 'a-state')
  assert.ok(back.searchParams.get('code'))
})

async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = { 'x-api-token': token },
) {
  const answer = await fetch(`${sandbox.url}/pipedrive${path}`, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  type Body = { success?: boolean; error?: string; data?: unknown }
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body }
}
