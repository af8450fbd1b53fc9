import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import type { OAuth2 } from '../kit/connector.ts'
import type { Log } from '../lib/log.ts'
import type { OauthShape } from '../sandbox/emulator.ts'
import { acme } from '../test/acme.ts'
import { acmeEntry, acmeEnv, browser, connectAcme, registerAcme } from '../test/acme-crm.ts'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

const authorizePath = '/api/integrations/oauth/acme/authorize'
const asJson = { headers: { accept: 'application/json' } }
type Shown = {
  id: string
  name: string
  status: string
  accountName: string | null
  credentialsExpireAt: string | null
  config: object
}

async function start(
  options: { shape?: Partial<OauthShape>; auth?: Partial<OAuth2>; env?: Record<string, string>; log?: Log } = {},
) {
  const clock = offsetClock()
  const emulator = acme(options.shape)
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const hub = await startHub({
    clock,
    connectors: [acmeEntry(options.auth)],
    env: { ...acmeEnv(sandbox), TENON_RETURN_URLS: 'https://app.example.com/settings', ...options.env },
    ...(options.log ? { log: options.log } : {}),
  })
  if (options.auth?.provider === undefined) await registerAcme(hub)
  return {
    hub,
    sandbox,
    clock,
    show: async (id: string) => (await hub.request<Shown>('GET', `/api/integrations/${id}`)).body.data,
    begin: async (query = '') =>
      (await hub.request<{ url: string }>('GET', authorizePath + query, asJson)).body.data.url,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

test('a person who allows access connects an account, with PKCE, and the events say so', async () => {
  await using world = await start()

  const id = await connectAcme(world.hub, { query: '?name=Our%20Acme' })

  const shown = await world.show(id)
  assert.equal(shown.name, 'Our Acme')
  assert.equal(shown.status, 'active')
  assert.equal(shown.accountName, 'sandbox')
  assert.notEqual(shown.credentialsExpireAt, null)
  const authorized = world.sandbox.requests.find(({ path }) => path === '/oauth/authorize')
  assert.match(authorized?.query ?? '', /code_challenge=[\w-]{43}&code_challenge_method=S256/)
  const events = await world.hub.request<{ type: string; payload: object }[]>(
    'GET',
    '/api/events?type=integration.status_changed',
  )
  assert.match(events.text, /"status":"active"/)
})

test('what a sign-in asks for may depend on the settings of what is being connected', async () => {
  const within = ({ label }: Record<string, unknown>) => ({
    tokenUrl: 'https://auth.acme.test/oauth/token?of=settings',
    scopes: label === 'reader' ? ['things.read'] : ['things.read', 'things.write'],
  })
  await using world = await start({ auth: { within } })
  const { hub } = world
  const make = { templateId: 'acme', authType: 'oauth2', config: { label: 'reader' } }
  const { id } = (await hub.request<Shown>('POST', '/api/integrations', { body: make })).body.data

  await connectAcme(hub, { query: `?integrationId=${id}` })
  await connectAcme(hub, { query: '?name=Whole' })

  assert.equal((await world.show(id)).status, 'active')
  const queriesOf = (wanted: string) =>
    world.sandbox.requests.filter(({ path }) => path === wanted).map(({ query }) => new URLSearchParams(query))
  assert.deepEqual(
    queriesOf('/oauth/authorize').map((query) => query.get('scope')),
    ['things.read', 'things.read things.write'],
  )
  assert.deepEqual(
    queriesOf('/oauth/token').map((query) => query.get('of')),
    ['settings', 'settings'],
  )
})

test('an account signs in, refreshes and is given back at the server that the callback names', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'tenon-oauth-')), 'traffic.jsonl')
  await using world = await start({
    shape: { callbackParameters: () => ({ 'accounts-server': 'https://api.acme.test' }) },
    auth: { server: { hosts: ['api.acme.test'], parameter: 'accounts-server' } },
    env: { TENON_RECORD_TRAFFIC: file },
  })
  const id = await connectAcme(world.hub)
  world.clock.advance(24 * 3_600_000)
  const tested = await world.hub.request('POST', `/api/integrations/${id}/test`)
  await world.hub.request('POST', `/api/integrations/${id}/disconnect`)
  await until('the token to be given back', () => world.sandbox.requests.some(({ path }) => path === '/oauth/revoke'))

  const calls = (await readFile(file, 'utf8')).trim().split('\n')
  const urls = calls.map((line) => String(JSON.parse(line).url)).filter((url) => url.includes('/oauth/'))
  assert.equal(tested.status, 200, tested.text)
  assert.ok(urls.length >= 2)
  for (const url of urls) assert.match(url, /^https:\/\/api\.acme\.test\/oauth\//)
})

test('a callback that names a server of strangers connects nothing, and nobody is told the secret', async () => {
  await using world = await start({
    shape: { callbackParameters: () => ({ 'accounts-server': 'https://accounts.evil.test' }) },
    auth: { server: { hosts: ['api.acme.test'], parameter: 'accounts-server' } },
  })

  const page = await browser().visit(await world.begin())

  assert.match(page.text, /does not sign in at/)
  assert.ok(!world.sandbox.requests.some(({ path }) => path === '/oauth/token'))
})

test('a browser is sent on at once, and back to where it came from', async () => {
  await using world = await start()
  const person = browser()
  const url = `${world.hub.url}${authorizePath}?returnUrl=${encodeURIComponent('https://app.example.com/settings/crm?tab=2')}`

  const back = await person.visit(url, { headers: { authorization: `Bearer ${world.hub.apiKey}` } })

  assert.equal(back.url.origin + back.url.pathname, 'https://app.example.com/settings/crm')
  assert.equal(back.url.searchParams.get('tab'), '2')
  assert.equal(back.url.searchParams.get('status'), 'connected')
  assert.equal((await world.show(back.url.searchParams.get('integrationId')!)).status, 'active')
})

test('what a person denies is said in words, on a page or where they came from', async () => {
  await using world = await start()
  const states = [await world.begin(), await world.begin('?returnUrl=https%3A%2F%2Fapp.example.com%2Fsettings')]

  const [page, back] = await Promise.all(
    states.map(async (url) => {
      const person = browser()
      const callback = await callbackOf(person, url)
      callback.searchParams.delete('code')
      callback.searchParams.set('error', 'access_denied')
      return person.visit(callback.href)
    }),
  )

  assert.match(page!.text, /Acme was not connected/)
  assert.match(page!.text, /access was not allowed/)
  assert.equal(back!.url.searchParams.get('status'), 'failed')
  assert.equal(back!.url.searchParams.get('errorCode'), 'access_denied')
  const { body } = await world.hub.request<unknown[]>('GET', '/api/integrations')
  assert.deepEqual(body.data, [])
})

test('a sign-in ends once, in its own browser, in time, at its own provider', async () => {
  await using world = await start()
  const person = browser()
  const callback = await callbackOf(person, await world.begin())
  const forged = new URL(callback)
  forged.searchParams.set('state', `${forged.searchParams.get('state')!.slice(0, -4)}AAAA`)

  const stranger = await browser().visit(callback.href)
  const tampered = await person.visit(forged.href)
  const connected = await person.visit(callback.href)
  const replayed = await person.visit(callback.href)

  assert.equal(stranger.status, 400)
  assert.match(stranger.text, /another browser/)
  assert.match(tampered.text, /not begun here/)
  assert.match(connected.text, /Acme is connected/)
  assert.equal(replayed.status, 400)
  assert.match(replayed.text, /completed already/)

  const late = browser()
  const expired = await callbackOf(late, await world.begin())
  world.clock.advance(601_000)
  assert.match((await late.visit(expired.href)).text, /longer than ten minutes/)
})

test('a link that one browser has opened works in no other', async () => {
  await using world = await start()
  const url = await world.begin()

  await callbackOf(browser(), url)
  const second = await browser().visit(url)

  assert.equal(second.status, 400)
  assert.match(second.text, /another browser/)
})

test('a foreign integration cannot be connected again, and a foreign return URL is refused', async () => {
  await using world = await start()
  const id = await connectAcme(world.hub)
  const other = await world.hub.addWorkspace()

  const foreign = await world.hub.request('GET', `${authorizePath}?integrationId=${id}`, {
    ...asJson,
    key: other.apiKey,
  })
  const phish = await world.hub.request(
    'GET',
    `${authorizePath}?returnUrl=https%3A%2F%2Fapp.example.com.evil.test%2F`,
    asJson,
  )
  const sibling = await world.hub.request(
    'GET',
    `${authorizePath}?returnUrl=https%3A%2F%2Fapp.example.com%2Fsettingsx`,
    asJson,
  )
  const unknown = await world.hub.request('GET', '/api/integrations/oauth/nobody/authorize', asJson)
  const template = await world.hub.request('GET', `${authorizePath}?template=hubspot`, asJson)

  assert.equal(foreign.status, 404)
  assert.equal(phish.status, 400)
  assert.equal(sibling.status, 400)
  assert.equal(unknown.status, 404)
  assert.match(unknown.body.error, /those of this hub are: acme/)
  assert.equal(template.status, 400)
})

test('connecting again keeps the integration, also after it was disconnected', async () => {
  await using world = await start()
  const id = await connectAcme(world.hub, { query: '?name=Ours' })
  await world.hub.request('POST', `/api/integrations/${id}/disconnect`, { body: {} })

  const again = await connectAcme(world.hub, { query: `?integrationId=${id}` })

  assert.equal(again, id)
  const shown = await world.show(id)
  assert.deepEqual([shown.name, shown.status], ['Ours', 'active'])
  const { body } = await world.hub.request<unknown[]>('GET', '/api/integrations')
  assert.equal(body.data.length, 1)
})

test('disconnecting gives the tokens back to the vendor', async () => {
  await using world = await start()
  const id = await connectAcme(world.hub)

  await world.hub.request('DELETE', `/api/integrations/${id}`)

  await until('the revocation', () =>
    world.sandbox.requests.some(({ path, status }) => path === '/oauth/revoke' && status === 200),
  )
})

test('the vendor that refuses the code fails the sign-in, and nothing is made', async () => {
  await using world = await start()
  const person = browser()
  const callback = await callbackOf(person, await world.begin())
  callback.searchParams.set('code', 'made-up')

  const page = await person.visit(callback.href)

  assert.match(page.text, /Acme does not accept this sign-in any more \(invalid_grant\)/)
  assert.deepEqual((await world.hub.request<unknown[]>('GET', '/api/integrations')).body.data, [])
})

test("the operator's application comes from the console, never with its secret, and without it nobody can begin", async () => {
  await using world = await start()
  const path = '/api/integrations/oauth/applications/acme'
  const admin = { key: world.hub.adminKey }

  const shown = await world.hub.request<object>('GET', path, admin)
  const list = await world.hub.request<object[]>('GET', '/api/integrations/oauth/applications', admin)
  const tenant = await world.hub.request('GET', path)
  await world.hub.request('DELETE', path, admin)
  const none = await world.hub.request('GET', authorizePath, asJson)

  assert.deepEqual(
    { ...shown.body.data, updatedAt: null },
    {
      provider: 'acme',
      templates: ['acme'],
      source: 'console',
      clientId: 'sandbox-acme',
      hasClientSecret: true,
      hasWebhookSecret: false,
      redirectUri: `${world.hub.url}/api/integrations/oauth/acme/callback`,
      variables: ['ACME_CLIENT_ID', 'ACME_CLIENT_SECRET'],
      updatedAt: null,
    },
  )
  assert.equal(list.body.data.length, 1)
  assert.doesNotMatch(shown.text + list.text, /sandbox-acme-secret/)
  assert.equal(tenant.status, 403)
  assert.equal(none.status, 400)
  assert.match(none.body.error, /ACME_CLIENT_ID/)
})

test('client ids in the environment are used as well', async () => {
  await using world = await start({
    auth: { provider: 'google' },
    env: { GOOGLE_CLIENT_ID: 'sandbox-acme', GOOGLE_CLIENT_SECRET: 'sandbox-acme-secret' },
  })

  const { body } = await world.hub.request<{ url: string }>('GET', '/api/integrations/oauth/google/authorize', asJson)
  const page = await browser().visit(body.data.url)

  assert.match(page.text, /Acme is connected/)
})

test('the callback works under the short path too', async () => {
  await using world = await start()
  const person = browser()
  const callback = await callbackOf(person, await world.begin())

  const page = await person.visit(`${world.hub.url}/integrations/acme/callback${callback.search}`)

  assert.match(page.text, /Acme is connected/)
})

test('neither tokens nor secrets nor codes reach the log, the answers or the operation log', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  await using world = await start({ log })
  const person = browser()
  const callback = await callbackOf(person, await world.begin())
  await person.visit(callback.href)
  const { body, text } = await world.hub.request<Shown[]>('GET', '/api/integrations')
  const logs = await world.hub.request('GET', `/api/integrations/${body.data[0]!.id}/logs`)

  const { rows } = await world.hub.database.pool.query<{ one: string }>(
    'select i::text as one from integrations i union all select o::text from oauth_states o union all select a::text from oauth_applications a',
  )
  const kept = [...lines, text, logs.text, ...rows.map(({ one }) => one)].join('\n')
  const tokens = Object.keys(world.sandbox.state().vendors.acme!.oauth.AccessToken ?? {})
  const refreshTokens = Object.keys(world.sandbox.state().vendors.acme!.oauth.RefreshToken ?? {})
  const secrets = ['sandbox-acme-secret', callback.searchParams.get('code')!, ...tokens, ...refreshTokens]
  assert.ok(secrets.length >= 4)
  for (const secret of secrets) assert.ok(!kept.includes(secret), `found ${secret}`)
})

/** Goes through the vendor's pages up to, but not into, the hub's callback. */
async function callbackOf(person: ReturnType<typeof browser>, url: string): Promise<URL> {
  const hub = new URL(url).origin
  let next = url
  for (let step = 0; step < 12; step++) {
    const { origin } = new URL(next)
    const jar = person.cookies(origin)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(next, { redirect: 'manual', headers: { accept: 'text/html', cookie } })
    for (const one of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(one) ?? []
      person.remember(origin, name, value)
    }
    const location = answer.headers.get('location')
    if (!location) throw new Error(`No way on: ${answer.status} ${await answer.text()}`)
    await answer.text()
    const to = new URL(location, next)
    if (to.origin === hub && to.pathname.endsWith('/callback')) return to
    next = to.href
  }
  throw new Error('The redirects go round in circles.')
}
