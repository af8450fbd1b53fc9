import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../lib/clock.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { zoho } from './zoho.ts'

type Answer = { status: number; body: { code?: string; data?: Record<string, unknown>[]; details?: { id?: string } } }

/** Calls as a client does that knows the vendor's documentation. */
async function call(
  sandbox: Sandbox,
  method: string,
  path: string,
  given: { body?: object; headers?: Record<string, string>; token?: string } = {},
): Promise<Answer> {
  const { body, headers, token = 'Zoho-oauthtoken sandbox-zoho-token' } = given
  const answer = await fetch(`${sandbox.url}/zoho${path}`, {
    method,
    headers: { authorization: token, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
}
const add = (sandbox: Sandbox, module: string, ...data: object[]) =>
  call(sandbox, 'POST', `/crm/v8/${module}`, { body: { data } })
const codesOf = ({ body }: Answer) => (body.data ?? [body]).map(({ code }) => code)

test('rows are written one by one, and the status says how many were refused', async () => {
  await using sandbox = await startSandbox({ emulators: [zoho] })
  const good = { Last_Name: 'Lovelace', Email: 'ada@example.com' }

  const all = await add(sandbox, 'Contacts', good)
  const some = await add(
    sandbox,
    'Contacts',
    good,
    { First_Name: 'No' },
    { Last_Name: 'L', Email: 'no' },
    { Last_Name: 'L', Nonsense: 1 },
  )
  const none = await add(sandbox, 'Contacts', { First_Name: 'No' }, { Last_Name: null })
  const upsert = (checks: string[]) =>
    call(sandbox, 'POST', '/crm/v8/Contacts/upsert', { body: { data: [good], duplicate_check_fields: checks } })

  assert.deepEqual([all.status, some.status, none.status], [201, 207, 202])
  assert.deepEqual(codesOf(some), ['SUCCESS', 'MANDATORY_NOT_FOUND', 'INVALID_DATA', 'INVALID_DATA'])
  assert.equal((await upsert(['Email'])).body.data?.[0]?.action, 'update')
  assert.equal((await upsert(['Phone'])).status, 400)
  assert.equal((await add(sandbox, 'Contacts', ...Array.from({ length: 101 }, () => good))).status, 400)
  assert.equal(
    (await add(sandbox, 'Notes', { Note_Content: 'x', Parent_Id: { module: { api_name: 'Contacts' }, id: '1' } }))
      .status,
    400,
  )
})

test('lists want their fields, go on by a token, and are empty without content', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [zoho], clock })
  await add(sandbox, 'Leads', ...[1, 2, 3].map((at) => ({ Last_Name: `L${at}`, Company: 'C' })))
  const list = (query: string, headers = {}) => call(sandbox, 'GET', `/crm/v8/Leads${query}`, { headers })

  const first = await list('?fields=Last_Name&per_page=2')
  const { next_page_token: next, more_records: more } = (first.body as { info?: Record<string, unknown> }).info ?? {}
  const second = await list(`?fields=Last_Name&per_page=2&page_token=${next}`)
  const since = { 'if-modified-since': new Date(clock.now() + 60_000).toISOString().replace('.000Z', '+00:00') }

  assert.deepEqual([first.body.data?.length, more, second.body.data?.length], [2, true, 1])
  assert.deepEqual(Object.keys(first.body.data?.[0] ?? {}), ['Last_Name', 'id'])
  assert.equal((await list('?fields=Last_Name', since)).status, 304)
  assert.equal((await list('/deleted?type=all')).status, 204)
  assert.equal((await list('?per_page=2')).body.code, 'REQUIRED_PARAM_MISSING')
  assert.equal((await list('?fields=Nonsense')).status, 400)
  assert.equal((await list('?fields=Last_Name', { 'if-modified-since': '2026-01-01T00:00:00.000Z' })).status, 400)
  assert.equal((await call(sandbox, 'GET', '/crm/v2/Leads?fields=Last_Name')).status, 404)
  assert.equal((await call(sandbox, 'GET', '/crm/v8/Nonsense?fields=id')).body.code, 'INVALID_MODULE')
})

test('queries want brackets around each pair, a limit of two thousand, and fields that can be compared', async () => {
  await using sandbox = await startSandbox({ emulators: [zoho] })
  await add(sandbox, 'Contacts', { Last_Name: 'A' }, { Last_Name: 'B' }, { Last_Name: "C'" })
  const query = (select_query: string) => call(sandbox, 'POST', '/crm/v8/coql', { body: { select_query } })
  const names = async (where: string) =>
    (await query(`select Last_Name from Contacts where ${where} order by Last_Name desc limit 10`)).body.data?.map(
      (one) => one.Last_Name,
    )

  assert.deepEqual(await names("Last_Name in ('a', 'c\\'')"), ["C'", 'A'])
  assert.deepEqual(await names("((Last_Name = 'A' or Last_Name = 'B') and id > '1')"), ['B', 'A'])
  assert.equal((await query("select id from Contacts where Last_Name = 'Z'")).status, 204)
  for (const wrong of [
    "select id from Contacts where Last_Name = 'A' or Last_Name = 'B' or Last_Name = 'C'",
    'select id from Contacts',
    "select id from Contacts where Description = 'x'",
    "select Tag from Contacts where Last_Name = 'A'",
    "select id from Contacts where Modified_Time > 'yesterday'",
    "select id from Contacts where Last_Name = 'A' limit 2001",
  ])
    assert.equal((await query(wrong)).status, 400, wrong)
})

test('tokens come in Zoho’s own scheme, a missing scope is told, and so is a channel that lives too long', async () => {
  await using sandbox = await startSandbox({ emulators: [zoho] })
  const { world } = sandbox.emulator(zoho)
  const { accessToken } = await world.oauth.grant({ scopes: ['ZohoCRM.org.READ'] })
  const channel = {
    ...{ channel_id: '1', events: ['Contacts.create'], notify_url: 'https://hub.example/hook', token: 't' },
    channel_expiry: new Date(world.now() + 8 * 86_400_000).toISOString().replace(/\.\d+Z$/, '+00:00'),
  }

  const bearer = await call(sandbox, 'GET', '/crm/v8/org', { token: 'Bearer sandbox-zoho-token' })
  const narrow = await call(sandbox, 'GET', '/crm/v8/Contacts?fields=id', { token: `Zoho-oauthtoken ${accessToken}` })
  const dead = await call(sandbox, 'GET', '/crm/v8/org', { token: 'Zoho-oauthtoken nonsense' })
  const long = await call(sandbox, 'POST', '/crm/v8/actions/watch', { body: { watch: [channel] } })

  assert.deepEqual([bearer.status, bearer.body.code], [401, 'AUTHENTICATION_FAILURE'])
  assert.deepEqual([narrow.status, narrow.body.code], [401, 'OAUTH_SCOPE_MISMATCH'])
  assert.deepEqual([dead.status, dead.body.code], [401, 'INVALID_TOKEN'])
  assert.equal(long.status, 202)
})

test('a European account is told with the code, and a code that was used is refused with a 200', async () => {
  await using sandbox = await startSandbox({ emulators: [zoho] })
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: 'sandbox-zoho', redirect_uri: 'http://127.0.0.1:1/callback', state: 's' },
    ...{ scope: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ', access_type: 'offline', prompt: 'consent' },
  })
  const back = await authorize(`${sandbox.url}/zoho/oauth/v2/auth?${query}`, { account: 'eu-globex' })
  const exchange = async () => {
    const answer = await fetch(`${sandbox.url}/zoho/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '' },
        ...{
          client_id: 'sandbox-zoho',
          client_secret: 'sandbox-zoho-secret',
          redirect_uri: 'http://127.0.0.1:1/callback',
        },
      }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  const first = await exchange()
  const second = await exchange()

  const { location, 'accounts-server': server } = Object.fromEntries(back.searchParams)
  assert.deepEqual([location, server], ['eu', 'https://accounts.zoho.eu'])
  assert.equal(first.body.api_domain, 'https://www.zohoapis.eu')
  assert.ok(first.body.refresh_token)
  assert.deepEqual(second, { status: 200, body: { error: 'invalid_code' } })
})
