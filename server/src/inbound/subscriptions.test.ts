import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Type } from 'typebox'
import { basicAuth, bearer, defineConnector, hmac, keys, oauth2 } from '../kit/index.ts'
import { type FakeVendor, fakeVendor } from '../test/fake-vendor.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { until } from '../test/until.ts'
import type { InboundWebhook, InboundWebhookDetail, NewSecret, WebhookSettings } from './schema.ts'

const day = 86_400_000

/** A vendor that calls whom it is told to, with the password it is told, for a week. */
const campanile = defineConnector({
  id: 'campanile',
  name: 'Campanile',
  category: 'calendar',
  description: 'Rings for a week.',
  docs: 'https://example.com/docs',
  apiVersion: '1',
  settings: Type.Object({ url: Type.String() }),
  auth: [keys({ fields: Type.Object({ apiKey: Type.String() }), apply: ({ apiKey }) => bearer(apiKey) })],
  http: { baseUrl: ({ settings }) => settings.url, rateLimit: { requests: 10_000, perMs: 1_000 } },
  check: async () => ({ name: 'Campanile' }),
  webhook: {
    verify: basicAuth(),
    secret: 'generated',
    parse: ({ rawBody }) =>
      rawBody.includes('the last time')
        ? [{ type: 'campanile.ended', endsSubscription: true, data: null }]
        : [{ type: 'campanile.rung', data: null }],
    async subscribe({ http, now }, options) {
      const { id } = await http.post<{ id: string }>('/hooks', options)
      return { id, expiresAt: new Date(now().getTime() + 7 * day), data: { kind: 'all' } }
    },
    async renew({ http, now }, { id, data }) {
      await http.put(`/hooks/${id}`, data)
      return { id, expiresAt: new Date(now().getTime() + 7 * day), data }
    },
    unsubscribe: async ({ http }, { id }) => void (await http.delete(`/hooks/${id}`)),
  },
  capabilities: {},
})

const carillon = defineConnector({
  ...campanile,
  id: 'carillon',
  name: 'Carillon',
  auth: [
    ...campanile.auth,
    oauth2({
      provider: 'carillon',
      authorizeUrl: 'https://carillon.example/authorize',
      tokenUrl: 'https://carillon.example/token',
      scopes: [],
      pkce: false,
      clientAuth: 'body',
    }),
  ],
  webhook: {
    verify: hmac({ header: 'X-Signature' }),
    secret: 'application',
    route: ({ rawBody }) => (JSON.parse(rawBody.toString()) as { account: string }).account,
    parse: () => [{ type: 'carillon.rung', data: null }],
  },
})

const connectors = [
  { id: 'campanile', load: async () => campanile },
  { id: 'carillon', load: async () => carillon },
]

async function connect(hub: Hub, vendor: FakeVendor): Promise<string> {
  const { body, text } = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
    body: { templateId: 'campanile', config: { url: vendor.url }, credentials: { apiKey: 'the-key-of-the-tower' } },
  })
  assert.equal(body.data?.status, 'active', text)
  return body.data.id
}

const settingsOf = async (hub: Hub, id: string) =>
  (await hub.request<WebhookSettings>('GET', `/api/integrations/${id}/webhook`)).body.data

const subscribed = (hub: Hub, id: string) =>
  until('the subscription', async () => {
    const { subscription } = await settingsOf(hub, id)
    return subscription?.status === 'active' && subscription
  })

const webhooksCheck = async (hub: Hub, id: string) =>
  (
    await hub.request<{ checks: { webhooks: { state: string; message: string } } }>(
      'GET',
      `/api/integrations/${id}/health`,
    )
  ).body.data.checks.webhooks

/** A vendor that keeps its hooks. */
async function tower() {
  let count = 0
  const hooks = new Map<string, { url: string; secret: string; channelId: string }>()
  const vendor = await fakeVendor(({ method, path, body }) => {
    const id = path.replace('/hooks/', '')
    switch (method) {
      case 'POST':
        count += 1
        hooks.set(`hook-${count}`, body as { url: string; secret: string; channelId: string })
        return { status: 201, body: { id: `hook-${count}` } }
      case 'PUT':
        return hooks.has(id) ? {} : { status: 404, body: {} }
      default:
        hooks.delete(id)
        return { status: 204 }
    }
  })
  return Object.assign(vendor, { hooks })
}

const authorization = (secret: string) => `Basic ${Buffer.from(`tenon:${secret}`).toString('base64')}`

function ring(hub: Hub, url: string, secret: string, words: object = {}) {
  return hub.request('POST', new URL(url).pathname, {
    key: null,
    body: { at: Math.random(), ...words },
    headers: { authorization: authorization(secret) },
  })
}

test('a vendor is made to call the hub when the account is connected, and proves itself by the secret it was given', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await tower()
  const id = await connect(hub, vendor)

  await subscribed(hub, id)
  const settings = await settingsOf(hub, id)
  const { url, secret } = vendor.hooks.get('hook-1')!
  const good = await ring(hub, url, secret)
  const bad = await ring(hub, url, `${secret}x`)
  const [refused, taken] = await until('the webhook to be processed', async () => {
    const { body } = await hub.request<InboundWebhook[]>('GET', '/api/inbound-webhooks')
    return body.data.some(({ status }) => status === 'processed') && body.data
  })
  const shown = await hub.request<InboundWebhookDetail>('GET', `/api/inbound-webhooks/${taken!.id}`)
  const stored = await hub.database.pool.query<{ headers: object }>('select headers from inbound_webhooks')

  assert.equal(url, `${hub.url}/webhooks/campanile/i/${id}`)
  assert.equal(settings.url, url)
  assert.deepEqual([good.status, bad.status, taken!.status, refused!.status], [200, 401, 'processed', 'refused'])
  assert.equal(shown.body.data.headers.authorization, '[redacted]')
  for (const { headers } of stored.rows) {
    assert.ok(!JSON.stringify(headers).includes(Buffer.from(`tenon:${secret}`).toString('base64').slice(0, 20)))
  }
  assert.equal((await webhooksCheck(hub, id)).state, 'ok')
})

test('a subscription is renewed before it ends, and made anew where the vendor has forgotten it', async () => {
  const clock = offsetClock()
  await using hub = await startHub({ connectors, clock })
  await using vendor = await tower()
  const id = await connect(hub, vendor)
  const first = await subscribed(hub, id)

  clock.advance(6.5 * day)
  hub.app.engine.wake()
  const renewed = await until('the renewal', async () => {
    const now = await subscribed(hub, id)
    return now.expiresAt !== first.expiresAt && now
  })
  vendor.hooks.clear()
  clock.advance(6.5 * day)
  hub.app.engine.wake()
  await until('another subscription', () => vendor.hooks.size === 1)

  assert.ok(Date.parse(renewed.expiresAt!) - Date.parse(first.expiresAt!) > 6 * day)
  assert.deepEqual([...vendor.hooks.keys()], ['hook-2'])
  assert.equal(vendor.calls.filter(({ method }) => method === 'PUT').length, 2)
})

test('a vendor that says it will call no more is made to call anew', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await tower()
  const id = await connect(hub, vendor)
  await subscribed(hub, id)
  const { url, secret } = vendor.hooks.get('hook-1')!

  await ring(hub, url, secret, { says: 'this is the last time' })

  await until('another subscription', () => vendor.hooks.has('hook-2') && !vendor.hooks.has('hook-1'))
  assert.equal((await webhooksCheck(hub, id)).state, 'ok')
})

test('a vendor that will not call the hub is seen in the health, and asked again by a test of the account', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await tower()
  vendor.next({ status: 403, body: { message: 'webhooks cost extra' } })
  const id = await connect(hub, vendor)

  const failed = await until('the failure', async () => {
    const check = await webhooksCheck(hub, id)
    return check.state === 'failed' && check
  })
  await hub.request('POST', `/api/integrations/${id}/test`)
  await subscribed(hub, id)

  assert.match(failed.message, /could not be made to call the hub/)
  assert.equal((await webhooksCheck(hub, id)).state, 'ok')
})

test('a new secret is shown once; the vendor is told it, and may go on with the one before', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await tower()
  const id = await connect(hub, vendor)
  await subscribed(hub, id)
  const old = vendor.hooks.get('hook-1')!.secret

  const { body } = await hub.request<NewSecret>('POST', `/api/integrations/${id}/webhook/rotate-secret`)
  const { url, secret } = body.data
  await until('the vendor to be told', () => vendor.hooks.get('hook-2')?.secret === secret)
  await until('the old subscription to be taken back', () => !vendor.hooks.has('hook-1'))
  const between = [await ring(hub, url, secret), await ring(hub, url, old)]
  await hub.request('POST', `/api/integrations/${id}/webhook/rotate-secret`)
  const after = [await ring(hub, url, secret), await ring(hub, url, old)]
  const shown = await hub.request('GET', `/api/integrations/${id}`)

  assert.deepEqual(
    [...between, ...after].map(({ status }) => status),
    [200, 200, 200, 401],
  )
  assert.ok(!shown.text.includes(secret))
})

test('a vendor is told when the account is disconnected', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await tower()
  const id = await connect(hub, vendor)
  await subscribed(hub, id)

  await hub.request('POST', `/api/integrations/${id}/disconnect`)
  await until('the subscription to be taken back', () => vendor.hooks.size === 0)
})

test('what the secret of the application signs is kept for accounts that are not connected yet; nothing else is', async () => {
  await using hub = await startHub({ connectors })
  const post = (text: string, secret: string) =>
    hub.request('POST', '/webhooks/carillon', {
      key: null,
      body: text,
      headers: { 'x-signature': createHmac('sha256', secret).update(text).digest('hex') },
    })

  const unknown = await post('{"account":"a"}', 'of-the-application')
  const put = await hub.request('PUT', '/api/integrations/oauth/applications/carillon', {
    key: hub.adminKey,
    body: { clientId: 'client', clientSecret: 'of-the-client', webhookSecret: 'of-the-application' },
  })
  const answers = [
    await post('{"account":"a"}', 'of-the-application'),
    await post('{"account":"a"}', 'of-the-client'),
    await post('{"account":', 'of-the-application'),
    await post('{"account":"a"}', 'of-a-stranger'),
  ]
  const { body } = await hub.request<InboundWebhook[]>('GET', '/api/inbound-webhooks/unmatched', { key: hub.adminKey })

  assert.equal(put.status, 200, put.text)
  assert.deepEqual(
    [unknown, ...answers].map(({ status }) => status),
    [401, 200, 200, 200, 401],
  )
  assert.deepEqual(
    body.data.toReversed().map(({ status, isVerified, routingKey }) => [status, isVerified, routingKey]),
    [
      ['refused', false, 'a'],
      ['unmatched', true, 'a'],
      ['unmatched', true, 'a'],
      ['unmatched', true, null],
      ['refused', false, 'a'],
    ],
  )
})
