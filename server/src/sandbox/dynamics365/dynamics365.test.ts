import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DynamicsWebApi } from 'dynamics-web-api'
import { manualClock } from '../../lib/clock.ts'
import { authorize, startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { createDynamics365, dynamics365 } from './dynamics365.ts'

const token = 'sandbox-dynamics-token'
const nobody = '0198c5f0-0000-7000-8000-000000000999'

test('dynamics-web-api makes, finds, changes, upserts and deletes records, alone and in batches', async () => {
  await using sandbox = await startSandbox({ emulators: [dynamics365] })
  const { addKey } = sandbox.emulator(dynamics365)
  addKey('contact', 'emailaddress1')
  const api = new DynamicsWebApi({
    serverUrl: sandbox.url,
    // It takes the host alone of the server's URL.
    dataApi: { path: '../dynamics365/api/data', version: '9.2' },
    onTokenRefresh: async () => token,
  })
  type Contact = { contactid: string; firstname: string; lastname: string; emailaddress1: string; fullname: string }

  const who = await api.callFunction<{ UserId: string }>('WhoAmI')
  const made = (await api.create({
    collection: 'contacts',
    data: { firstname: 'Ada', lastname: "O'Hara", emailaddress1: 'ada@example.com' },
    returnRepresentation: true,
  })) as Contact
  const key = made.contactid
  await api.update({ collection: 'contacts', key, data: { lastname: 'Lovelace' } })
  await api.upsert({ collection: 'contacts', key: "emailaddress1='alan@example.com'", data: { lastname: 'Turing' } })
  const found = await api.retrieve<Contact>({ collection: 'contacts', key, select: ['fullname'] })
  api.startBatch()
  for (const lastname of ['Hopper', 'x'.repeat(51), 'Noether'])
    api.create({ collection: 'contacts', data: { lastname }, inChangeSet: false }).catch(() => {})
  const answers = await api.executeBatch({ continueOnError: true })
  const all = await api.retrieveAll<Contact>({
    collection: 'contacts',
    select: ['lastname'],
    filter: "contains(lastname,'r') or emailaddress1 eq 'ADA@example.com'",
    orderBy: ['lastname asc'],
  })
  await api.deleteRecord({ collection: 'contacts', key })

  assert.equal(who.UserId, '00000001-0000-4000-8000-000000000001')
  assert.equal(found.fullname, 'Ada Lovelace')
  assert.match(String(answers[1]?.error?.message), /maximum allowed length/)
  assert.deepEqual(
    all.value.map(({ lastname }) => lastname),
    ['Hopper', 'Lovelace', 'Noether', 'Turing'],
  )
  await assert.rejects(api.retrieve({ collection: 'contacts', key, select: ['fullname'] }), { status: 404 })
  assert.deepEqual(sandbox.unknownRequests, [])
})

test('what Dataverse does not take is refused in its words', async () => {
  await using sandbox = await startSandbox({ emulators: [dynamics365] })
  const contact = await call(sandbox, 'POST', '/contacts', { lastname: 'A', contactid: nobody })
  const lead = nobody.replace('999', '998')
  await call(sandbox, 'POST', '/leads', { subject: 'Roof', leadid: lead })
  const etag = { 'if-match': 'W/"1000"' }
  const answers = [
    await call(sandbox, 'POST', '/contacts', { lastname: 'A', nickname: 'B' }),
    await call(sandbox, 'POST', '/contacts', { lastname: 'A', contactid: nobody }),
    await call(sandbox, 'POST', '/contacts', { lastname: 'A', statecode: 1 }),
    await call(sandbox, 'POST', '/contacts', { lastname: 7 }),
    await call(sandbox, 'POST', '/leads', { leadsourcecode: 99 }),
    await call(sandbox, 'POST', '/leads', { 'parentcontactid@odata.bind': `/leads(${lead})` }),
    await call(sandbox, 'POST', '/tasks', { 'regardingobjectid_contact@odata.bind': `/contacts(${nobody})` }),
    await call(sandbox, 'PATCH', `/contacts(${nobody})`, { lastname: 'B' }, etag),
    await call(sandbox, 'PATCH', `/contacts(${lead})`, { lastname: 'B' }, { 'if-match': '*' }),
    await call(sandbox, 'PATCH', `/contacts(${nobody})`, { lastname: 'B' }, { 'if-none-match': '*' }),
    await call(sandbox, 'PATCH', `/leads(${lead})`, { statecode: 1, statuscode: 3 }),
    await call(sandbox, 'PATCH', "/contacts(emailaddress1='a')", { lastname: 'B' }),
    await call(sandbox, 'GET', '/contacts(7)'),
    await call(sandbox, 'GET', '/contacts?$select=nickname'),
    await call(sandbox, 'GET', '/contacts?$filter=lastname'),
    await call(sandbox, 'GET', "/contacts?$filter=createdon gt '2026-01-01'"),
    await call(sandbox, 'GET', '/contacts?$filter=statecode eq 0', undefined, { prefer: 'odata.track-changes' }),
    await call(sandbox, 'GET', '/nothing'),
    await call(sandbox, 'POST', `/leads(${lead})/QualifyLead`, {}),
    await call(sandbox, 'GET', '/WhoAmI', undefined, { 'odata-version': '3.0' }),
    await call(sandbox, 'GET', '/WhoAmI', undefined, { prefer: 'everything' }),
    await call(sandbox, 'POST', '/$batch', {}),
    await call(sandbox, 'GET', '/WhoAmI', undefined, { authorization: 'Bearer another' }),
  ]

  assert.equal(contact.status, 204)
  assert.deepEqual(
    answers.map(({ status, code }) => `${status} ${code}`),
    [
      '400 0x80048d19',
      '412 0x80040237',
      '400 0x80060888',
      '400 0x80048d19',
      '400 0x80044331',
      '400 0x80048d19',
      '400 0x80060888',
      '412 0x80060882',
      '404 0x80040217',
      '412 0x80060882',
      '400 0x80048d21',
      '400 0x80060888',
      '400 0x80060888',
      '400 0x0',
      '400 0x80060888',
      '400 0x80060888',
      '400 0x80060888',
      '404 0x8006088a',
      '404 0x8006088a',
      '400 0x80060888',
      '400 0x80060888',
      '400 0x80060888',
      '401 undefined',
    ],
  )
})

test('a user who asks too often is told how long to wait', async () => {
  const clock = manualClock()
  await using sandbox = await startSandbox({ emulators: [createDynamics365({ requests: 2 })], clock })
  await call(sandbox, 'GET', '/WhoAmI')
  const last = await call(sandbox, 'GET', '/WhoAmI')
  const refused = await call(sandbox, 'GET', '/WhoAmI')
  clock.advance(300_000)
  const again = await call(sandbox, 'GET', '/WhoAmI')

  assert.equal(last.headers.get('x-ms-ratelimit-burst-remaining-xrm-requests'), '0')
  assert.deepEqual([refused.status, refused.code, refused.headers.get('retry-after')], [429, '0x80072322', '300'])
  assert.equal(again.status, 200)
})

test('a person of an organization signs in for the environment, and old refresh tokens end the grant', async () => {
  await using sandbox = await startSandbox({ emulators: [dynamics365] })
  const place = sandbox.overrides()['login.microsoftonline.com/organizations']
  const redirectUri = 'http://127.0.0.1:9/callback'
  const scope = 'https://sandbox.crm.dynamics.com/user_impersonation offline_access'
  const client = { client_id: 'sandbox-dynamics365', client_secret: 'sandbox-dynamics365-secret' }
  const verifier = 'v'.repeat(43)
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url')
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.client_id, redirect_uri: redirectUri, scope, state: 's' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', prompt: 'select_account' },
  })
  const ask = async (fields: Record<string, string>) => {
    const answer = await fetch(`${place}/organizations/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...client, ...fields }),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, string> }
  }

  const back = await authorize(`${place}/organizations/oauth2/v2.0/authorize?${query}`)
  const code = back.searchParams.get('code') ?? ''
  const first = await ask({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  })
  const { access_token: access = '', refresh_token: refresh = '' } = first.body
  const bearer = { authorization: `Bearer ${access}` }
  const second = await ask({ grant_type: 'refresh_token', refresh_token: refresh })
  const replayed = await ask({ grant_type: 'refresh_token', refresh_token: refresh })

  assert.equal((await call(sandbox, 'GET', '/contacts', undefined, bearer)).status, 401)
  assert.deepEqual([first.status, second.status, replayed.status], [200, 200, 400])
  assert.equal(replayed.body.error, 'invalid_grant')
})

async function call(sandbox: Sandbox, method: string, path: string, body?: unknown, headers = {}) {
  const answer = await fetch(`${sandbox.url}/dynamics365/api/data/v9.2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      'odata-version': '4.0',
      'odata-maxversion': '4.0',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const { error } = (text === '' ? {} : JSON.parse(text)) as { error?: { code: string } }
  return { status: answer.status, code: error?.code, headers: answer.headers }
}
