import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acme } from '../test/acme.ts'
import { acmeEntry, acmeEnv, browser, registerAcme } from '../test/acme-crm.ts'
import { startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { startSandbox } from '../test/sandbox.ts'
import { smallCrmEntry } from '../test/small-crm.ts'

type Session = { id: string; url: string; status: string; integrationId: string | null; expiresAt: string }

async function start() {
  const clock = offsetClock()
  const sandbox = await startSandbox({ emulators: [acme()], clock })
  const hub = await startHub({
    clock,
    connectors: [acmeEntry(), smallCrmEntry],
    env: {
      ...acmeEnv(sandbox),
      TENON_RETURN_URLS: 'https://app.example.com/',
      TENON_EMBED_ORIGINS: 'https://portal.example.com',
    },
  })
  await registerAcme(hub)
  return {
    ...{ hub, sandbox, clock },
    session: async (body: object) => {
      const answer = await hub.request<Session>('POST', '/api/connect-sessions', { body })
      assert.equal(answer.status, 201, answer.text)
      return answer.body.data
    },
    state: async (id: string) => (await hub.request<Session>('GET', `/api/connect-sessions/${id}`)).body.data,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

const formOf = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams(fields).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
})
/** Where the page sends the browser by itself. */
const onward = (text: string): string =>
  /http-equiv="refresh" content="0;url=([^"]+)"/.exec(text)![1]!.replaceAll('&amp;', '&')

test('a person with a link signs in at the vendor, without an account here', async () => {
  await using world = await start()
  const { id, url } = await world.session({ templates: ['acme'], returnUrl: 'https://app.example.com/done?x=1' })
  const person = browser()

  const page = await person.visit(url)
  const leaving = await person.visit(url, formOf({ template: 'acme', auth: 'oauth2', 'config.label': 'Mine' }))
  const done = await person.visit(onward(leaving.text))

  assert.match(page.text, /Continue to Acme/)
  assert.match(page.text, /connected to Test/)
  assert.match(done.text, /Acme is connected/)
  assert.match(done.text, /"type":"tenon.connect","status":"connected"/)
  assert.match(done.text, /https:\/\/app\.example\.com\/done\?x=1&amp;status=connected/)
  const { status, integrationId } = await world.state(id)
  assert.equal(status, 'connected')
  const { body } = await world.hub.request<{ status: string; config: object }>(
    'GET',
    `/api/integrations/${integrationId}`,
  )
  assert.equal(body.data.status, 'active')
  assert.deepEqual(body.data.config, { label: 'Mine' })
  assert.match((await browser().visit(url)).text, /Acme is connected/)
})

test('a key that the vendor refuses is said so on the page, and the next try goes on with the same integration', async () => {
  await using world = await start()
  const { id, url } = await world.session({ templates: ['acme'] })
  const person = browser()
  const fields = { template: 'acme', auth: 'keys', 'config.label': 'Mine' }

  const empty = await person.visit(
    url,
    formOf({ ...fields, 'credentials.apiKey': 'short', 'config.label': '<i>'.repeat(10) }),
  )
  const wrong = await person.visit(url, formOf({ ...fields, 'credentials.apiKey': 'a-key-that-is-wrong' }))
  const right = await person.visit(url, formOf({ ...fields, 'credentials.apiKey': 'sandbox-acme-token' }))

  assert.equal(empty.status, 400)
  assert.match(empty.text, /aria-invalid="true"/)
  assert.match(empty.text, /id="credentials\.apiKey-fault"|id="config\.label-fault"/)
  assert.doesNotMatch(empty.text, /<i>/)
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /role="alert"/)
  assert.match(wrong.text, /value="Mine"/)
  assert.doesNotMatch(wrong.text, /a-key-that-is-wrong/)
  assert.match(right.text, /Acme is connected/)
  const { body } = await world.hub.request<unknown[]>('GET', '/api/integrations')
  assert.equal(body.data.length, 1)
  assert.equal((await world.state(id)).status, 'connected')
})

test('a person chooses among what the link allows, and nothing else', async () => {
  await using world = await start()
  const all = await world.session({})
  const one = await world.session({ templates: ['small_crm'] })

  const choice = await browser().visit(all.url)
  const forced = await browser().visit(
    one.url,
    formOf({ template: 'acme', auth: 'keys', 'credentials.apiKey': 'sandbox-acme-token' }),
  )
  const { body } = await world.hub.request<unknown[]>('GET', '/api/integrations')

  assert.match(choice.text, /\?template=acme/)
  assert.match(choice.text, /\?template=small_crm/)
  assert.match(forced.text, /Choose what to connect|Connect Small CRM/)
  assert.deepEqual(body.data, [])
})

test('a denied sign-in offers another try', async () => {
  await using world = await start()
  const { id, url } = await world.session({ templates: ['acme'] })
  const person = browser()
  const leaving = await person.visit(url, formOf({ template: 'acme', auth: 'oauth2' }))
  const state = new URL(onward(leaving.text)).searchParams.get('state')!

  const denied = await person.visit(
    `${world.hub.url}/api/integrations/oauth/acme/callback?error=access_denied&state=${state}`,
  )

  assert.match(denied.text, /Acme was not connected/)
  assert.ok(denied.text.includes(`href="${new URL(url).pathname}"`))
  assert.equal((await world.state(id)).status, 'open')
})

test('a link ends, is of its workspace, and its page may be embedded where the operator says', async () => {
  await using world = await start()
  const { id, url } = await world.session({ expiresInSeconds: 60, returnUrl: 'https://app.example.com/' })
  const other = await world.hub.addWorkspace()

  const page = await browser().visit(url)
  const foreign = await world.hub.request('GET', `/api/connect-sessions/${id}`, { key: other.apiKey })
  const phish = await world.hub.request('POST', '/api/connect-sessions', { body: { returnUrl: 'https://evil.test/' } })
  const unknown = await world.hub.request('POST', '/api/connect-sessions', { body: { templates: ['nothing'] } })
  const shown = await world.hub.request('GET', `/api/connect-sessions/${id}`)
  world.clock.advance(61_000)
  const late = await browser().visit(url)

  const policy = page.headers.get('content-security-policy') ?? ''
  assert.match(policy, /frame-ancestors 'self' https:\/\/portal\.example\.com https:\/\/app\.example\.com$/)
  assert.match(policy, /default-src 'none'; style-src 'nonce-[^']+'; script-src 'nonce-[^']+'/)
  assert.equal(foreign.status, 404)
  assert.equal(phish.status, 400)
  assert.equal(unknown.status, 400)
  assert.ok(!shown.text.includes(new URL(url).pathname.split('/').at(-1)!))
  assert.equal(late.status, 404)
  assert.match(late.text, /not valid/)
  assert.equal((await world.state(id)).status, 'expired')
})

test('a link can connect an integration again that is there', async () => {
  await using world = await start()
  const made = await world.hub.request<{ id: string }>('POST', '/api/integrations', {
    body: {
      templateId: 'acme',
      authType: 'keys',
      credentials: { apiKey: 'sandbox-acme-token' },
      config: { label: 'Old' },
    },
  })
  const { url } = await world.session({ integrationId: made.body.data.id })
  const person = browser()

  const page = await person.visit(url)
  const leaving = await person.visit(url, formOf({ template: 'acme', auth: 'oauth2', 'config.label': 'New' }))
  const done = await person.visit(onward(leaving.text))

  assert.match(page.text, /value="Old"/)
  assert.ok(done.text.includes(made.body.data.id))
  const { body } = await world.hub.request<{ authType: string; config: object }[]>('GET', '/api/integrations')
  assert.deepEqual(
    body.data.map(({ authType, config }) => [authType, config]),
    [['oauth2', { label: 'New' }]],
  )
})

test('open links are listed without what lets people in, and one that is revoked lets nobody in any more', async () => {
  await using world = await start()
  const other = await world.hub.addWorkspace()
  const [first, second] = [await world.session({}), await world.session({ templates: ['acme'] })]
  const list = (query = '', key = world.hub.apiKey) =>
    world.hub.request<{ id: string }[]>('GET', `/api/connect-sessions${query}`, { key })
  const revoke = (key = world.hub.apiKey) => world.hub.request('DELETE', `/api/connect-sessions/${second.id}`, { key })
  const person = browser()
  const leaving = await person.visit(second.url, formOf({ template: 'acme', auth: 'oauth2', 'config.label': 'Mine' }))

  const latest = await list('?limit=1')
  const older = await list(`?limit=1&cursor=${latest.body.nextCursor}`)
  const foreign = await revoke(other.apiKey)
  const revoked = await revoke()
  const again = await revoke()
  const back = await person.visit(onward(leaving.text))

  assert.deepEqual(
    [latest, older].flatMap(({ body }) => body.data.map(({ id }) => id)),
    [second.id, first.id],
  )
  assert.ok(!latest.text.includes(new URL(second.url).pathname.split('/').at(-1)!))
  assert.deepEqual([foreign.status, revoked.status, again.status], [404, 204, 204])
  assert.equal((await browser().visit(second.url)).status, 404)
  assert.ok(back.status >= 400, back.text)
  assert.deepEqual((await world.hub.request<unknown[]>('GET', '/api/integrations')).body.data, [])
  assert.equal((await world.state(second.id)).status, 'expired')
  assert.deepEqual(
    (await list()).body.data.map(({ id }) => id),
    [first.id],
  )
  assert.deepEqual((await list('', other.apiKey)).body.data, [])
})
