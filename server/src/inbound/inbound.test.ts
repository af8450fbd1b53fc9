import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { Type } from 'typebox'
import type { Event } from '../events/schema.ts'
import type { InboundEvent, InboundRequest } from '../kit/connector.ts'
import { bearer, defineConnector, encrypted, hmacWithTimestamp, keys } from '../kit/index.ts'
import { fakeVendor } from '../test/fake-vendor.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { until } from '../test/until.ts'
import type { InboundWebhook, InboundWebhookDetail } from './schema.ts'

type Body = { account: string; events: { id?: string; type: string; contact?: string; at?: string; size?: number }[] }

const read = (request: InboundRequest): Body => JSON.parse(request.rawBody.toString()) as Body

/** A vendor that signs like Stripe, names its account in the body, and tells which contact has changed. */
const belfry = defineConnector({
  id: 'belfry',
  name: 'Belfry',
  category: 'crm',
  description: 'Rings when something changes.',
  docs: 'https://example.com/docs',
  apiVersion: '1',
  settings: Type.Object({
    url: Type.String(),
    signingSecret: Type.Optional(encrypted(Type.String({ minLength: 8 }))),
  }),
  auth: [
    keys({ fields: Type.Object({ apiKey: Type.String({ minLength: 8 }) }), apply: ({ apiKey }) => bearer(apiKey) }),
  ],
  http: { baseUrl: ({ settings }) => settings.url, rateLimit: { requests: 10_000, perMs: 1_000 } },
  check: async ({ http }) => {
    const { account } = await http.get<{ account: string }>('/me')
    return { name: account, routingKey: account }
  },
  webhook: {
    verify: hmacWithTimestamp({
      header: 'Belfry-Signature',
      pairs: { timestamp: 't', signature: 'v1' },
      signed: (timestamp, { rawBody }) => [timestamp, '.', rawBody],
    }),
    secret: { setting: 'signingSecret' },
    handshake: ({ query }) => (query.challenge === undefined ? undefined : { status: 200, body: query.challenge }),
    route: (request) => read(request).account,
    parse: (request) =>
      read(request).events.map(
        ({ id, type, contact, at, size }): InboundEvent => ({
          type,
          ...(id === undefined ? {} : { eventId: id }),
          ...(contact === undefined ? {} : { externalId: contact }),
          ...(at === undefined ? {} : { occurredAt: new Date(at) }),
          data: { note: 'x'.repeat(size ?? 1) },
        }),
      ),
  },
  capabilities: {
    contacts: {
      get: async ({ http }, { externalId }) => {
        const { email } = await http.get<{ email: string }>(`/contacts/${externalId}`)
        return { externalId, email }
      },
    },
  },
})

const connectors = [
  { id: 'belfry', load: async () => belfry },
  { id: 'mute', load: async () => ({ ...belfry, id: 'mute', webhook: undefined as never }) },
]

const secret = 'the-secret-of-the-bells'
const clock = offsetClock()
const hub = await startHub({ connectors, clock })
const emails = new Map<string, string>()
let failures = 0
const vendor = await fakeVendor(({ path, headers }) => {
  if (path === '/me') return { account: headers.authorization!.replace('Bearer account-', '') }
  if (failures > 0) {
    failures -= 1
    return { status: 503, body: {} }
  }
  const email = emails.get(path.replace('/contacts/', ''))
  return email === undefined ? { status: 404, body: {} } : { email }
})
after(async () => {
  await hub[Symbol.asyncDispose]()
  await vendor[Symbol.asyncDispose]()
})

type Connected = { id: string; account: string; key: string }

/** Connects an account of its own, so that tests do not hear one another. */
async function connect(options: { account?: string; secret?: string; key?: string } = {}): Promise<Connected> {
  const { account = randomUUID().slice(0, 8), key = hub.apiKey } = options
  const { body, text } = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
    key,
    body: {
      templateId: 'belfry',
      config: { url: vendor.url, signingSecret: options.secret ?? secret },
      credentials: { apiKey: `account-${account}` },
    },
  })
  assert.equal(body.data?.status, 'active', text)
  return { id: body.data.id, account, key }
}

function signed(text: string, options: { secret?: string; at?: number } = {}): Record<string, string> {
  const timestamp = String(Math.floor((options.at ?? clock.now()) / 1_000))
  const signature = createHmac('sha256', options.secret ?? secret)
    .update(`${timestamp}.${text}`)
    .digest('hex')
  return { 'belfry-signature': `t=${timestamp},v1=${signature}`, 'content-type': 'application/json' }
}

const send = (text: string, options: { path?: string; headers?: Record<string, string>; to?: Hub } = {}) =>
  (options.to ?? hub).request('POST', options.path ?? '/webhooks/belfry', {
    key: null,
    body: text,
    headers: options.headers ?? signed(text),
  })

const bodyOf = (account: string, ...events: Body['events']): string => JSON.stringify({ account, events })

const listed = async ({ key }: Connected, query = '') =>
  (await hub.request<InboundWebhook[]>('GET', `/api/inbound-webhooks?limit=200${query}`, { key })).body.data

const webhooksOf = async (connected: Connected) => listed(connected, `&integrationId=${connected.id}`)

/** The webhooks of an integration once so many have come to an end, oldest first. */
const ended = (connected: Connected, count: number) =>
  until(`${count} webhooks to be processed`, async () => {
    const all = await webhooksOf(connected)
    return all.length >= count && all.every(({ status }) => status !== 'received') && all.toReversed()
  })

async function eventsOf({ id, key }: Connected): Promise<Event[]> {
  const { body } = await hub.request<Event[]>('GET', '/api/events?limit=200', { key })
  const own = body.data.filter(({ payload }) => (payload as { integrationId?: string }).integrationId === id)
  return own.filter(({ type }) => type !== 'integration.status_changed').toReversed()
}

test('a signed webhook becomes an event of the workspace, and is seen with what it became', async () => {
  const tower = await connect()
  const text = bodyOf(tower.account, { id: 'e-1', type: 'belfry.bell.rung', at: '2026-02-03T04:05:06Z' })

  const answer = await send(text)
  const [webhook] = await ended(tower, 1)
  const events = await eventsOf(tower)
  const { body } = await hub.request<InboundWebhookDetail>('GET', `/api/inbound-webhooks/${webhook!.id}`)

  assert.equal(answer.status, 200)
  assert.equal(webhook!.status, 'processed')
  assert.deepEqual(
    events.map(({ id, type, occurredAt }) => [id, type, occurredAt]),
    [[webhook!.eventIds![0], 'belfry.bell.rung', '2026-02-03T04:05:06.000Z']],
  )
  assert.deepEqual(events[0]!.payload, {
    integrationId: tower.id,
    connector: 'belfry',
    inboundWebhookId: webhook!.id,
    data: { note: 'x' },
  })
  assert.equal(body.data.body, text)
  assert.equal(body.data.headers['belfry-signature'], '[redacted]')

  const log = await until('an entry of the operation log', async () => {
    const { body } = await hub.request<{ operation: string; direction: string; eventId: string }[]>(
      'GET',
      `/api/integrations/${tower.id}/logs?operation=webhook.received`,
    )
    return body.data[0]
  })
  assert.deepEqual([log.direction, log.eventId], ['inbound', events[0]!.id])
})

test('the types of a vendor can be subscribed to before they are seen, and are listed afterwards', async () => {
  const tower = await connect()
  const subscribe = (events: string[]) =>
    hub.request('POST', '/api/integrations/webhooks', {
      body: { name: 'Ear', url: 'http://127.0.0.1:9/', events },
    })

  assert.equal((await subscribe(['belfry.*'])).status, 201)
  assert.equal((await subscribe(['belfry.bell.cracked'])).status, 201)
  assert.equal((await subscribe(['belfri.bell'])).status, 400)

  await send(bodyOf(tower.account, { id: 'e-1', type: 'bell.polished!' }))
  await ended(tower, 1)
  const types = await hub.request<{ name: string }[]>('GET', '/api/event-types')
  const found = await hub.request<Event[]>('GET', '/api/events?type=belfry.*&limit=200')

  assert.ok(types.body.data.some(({ name }) => name === 'belfry.bell.polished_'))
  assert.ok(found.body.data.some(({ type }) => type === 'belfry.bell.polished_'))
})

test('an unsigned, tampered, stale, future or wrongly signed webhook is refused, and publishes nothing', async () => {
  const tower = await connect()
  const text = bodyOf(tower.account, { id: 'e-1', type: 'belfry.bell.rung' })
  const minutes = 60_000

  const answers = [
    await send(text, { headers: { 'content-type': 'application/json' } }),
    await send(`${text} `, { headers: signed(text) }),
    await send(text, { headers: signed(text, { at: clock.now() - 6 * minutes }) }),
    await send(text, { headers: signed(text, { at: clock.now() + 6 * minutes }) }),
    await send(text, { headers: signed(text, { secret: 'another-secret' }) }),
  ]
  const webhooks = await webhooksOf(tower)

  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.errorCode]),
    Array(5).fill([401, 'WEBHOOK_SIGNATURE_INVALID']),
  )
  assert.deepEqual(
    webhooks.map(({ status }) => status),
    Array(5).fill('refused'),
  )
  assert.match(webhooks[0]!.reason!, /does not fit/)
  assert.deepEqual(await eventsOf(tower), [])
})

test('what strangers send is stored within bounds, and refused beyond them all the same', async () => {
  clock.advance(60_000)
  const tower = await connect()
  const text = bodyOf(tower.account)

  for (let count = 0; count < 25; count += 1) {
    const answer = await send(text, { headers: {} })
    assert.equal(answer.status, 401)
  }

  assert.equal((await webhooksOf(tower)).length, 20)
  assert.equal((await send(text)).status, 200)
})

test('a webhook that was refused is replayed once its secret is right', async () => {
  clock.advance(60_000)
  const tower = await connect({ secret: 'typed-by-mistake' })
  const text = bodyOf(tower.account, { id: 'e-1', type: 'belfry.bell.rung' })
  await send(text)
  const [refused] = await webhooksOf(tower)
  const replay = () => hub.request('POST', `/api/inbound-webhooks/${refused!.id}/replay`)

  const tooEarly = await replay()
  await hub.request('PATCH', `/api/integrations/${tower.id}`, { body: { config: { signingSecret: secret } } })
  clock.advance(3_600_000)
  const inTime = await replay()
  await ended(tower, 1)

  assert.deepEqual([tooEarly.status, inTime.status], [409, 202])
  assert.equal((await eventsOf(tower)).length, 1)
})

test('news that come twice, and all at once, are published once', async () => {
  const tower = await connect()
  const text = bodyOf(tower.account, { id: 'same', type: 'belfry.bell.rung' })
  const other = bodyOf(tower.account, { id: 'same', type: 'belfry.bell.rung' }, { id: 'new', type: 'belfry.bell.hung' })

  await Promise.all(Array.from({ length: 8 }, () => send(text)))
  await send(other)
  await send(text)
  const webhooks = await ended(tower, 10)

  assert.deepEqual((await eventsOf(tower)).map(({ type }) => type).sort(), ['belfry.bell.hung', 'belfry.bell.rung'])
  assert.equal(webhooks.filter(({ status }) => status === 'duplicate').length, 8)
})

test('news without ids are told by their bodies', async () => {
  const tower = await connect()
  const [one, other] = [
    bodyOf(tower.account, { type: 'belfry.a' }, { type: 'belfry.a' }),
    bodyOf(tower.account, { type: 'belfry.b' }),
  ]

  for (const text of [one, other, one]) await send(text)
  await ended(tower, 3)

  assert.deepEqual(
    (await eventsOf(tower)).map(({ type }) => type),
    ['belfry.a', 'belfry.a', 'belfry.b'],
  )
})

test('webhooks are processed in the order in which they came, and a bundle in the order in which it happened', async () => {
  const tower = await connect()

  await send(
    bodyOf(
      tower.account,
      { id: '2', type: 'belfry.second', at: '2026-01-02T00:00:00Z' },
      { id: '1', type: 'belfry.first', at: '2026-01-01T00:00:00Z' },
    ),
  )
  for (const number of [3, 4, 5]) await send(bodyOf(tower.account, { id: `${number}`, type: `belfry.number${number}` }))
  await ended(tower, 4)

  assert.deepEqual(
    (await eventsOf(tower)).map(({ type }) => type),
    ['belfry.first', 'belfry.second', 'belfry.number3', 'belfry.number4', 'belfry.number5'],
  )
})

test('a contact that changed is read again, so that an old webhook tells what is true now', async () => {
  const tower = await connect()
  emails.set('7', 'ada@example.com')

  await send(bodyOf(tower.account, { id: 'e', type: 'contact.updated', contact: '7' }))
  await ended(tower, 1)
  const [event] = await eventsOf(tower)

  assert.equal(event!.type, 'contact.updated')
  assert.partialDeepStrictEqual(event!.payload, { contactId: '7', externalId: '7', email: 'ada@example.com' })
})

test('a contact that is gone, and one whose vendor is away for long, are told as the webhook has them', async () => {
  const tower = await connect()
  await send(bodyOf(tower.account, { id: 'gone', type: 'contact.updated', contact: 'nobody' }))
  await ended(tower, 1)
  failures = 1_000
  await send(bodyOf(tower.account, { id: 'away', type: 'contact.updated', contact: '7' }))

  await until('the vendor to be given up', async () => {
    clock.advance(10_000)
    hub.app.engine.wake()
    return (await webhooksOf(tower)).every(({ status }) => status === 'processed')
  })
  failures = 0

  assert.deepEqual(
    (await eventsOf(tower)).map(({ type, payload }) => [type, (payload as { email?: string }).email]),
    [
      ['contact.updated', undefined],
      ['contact.updated', undefined],
    ],
  )
})

test('a payload that does not fit the type of the catalogue is published under the name of its vendor', async () => {
  const tower = await connect()

  await send(
    bodyOf(tower.account, { id: 'e', type: 'email.engagement' }, { id: 'f', type: 'form.submitted', size: 300_000 }),
  )
  const [webhook] = await ended(tower, 1)
  const events = await eventsOf(tower)

  assert.equal(webhook!.status, 'processed')
  assert.deepEqual(
    events.map(({ type }) => type),
    ['belfry.email.engagement', 'belfry.form.submitted'],
  )
  assert.equal((events[1]!.payload as { data?: unknown }).data, undefined)
})

test('a body that cannot be read is kept as failed, does not hold up others, and is tried again and by hand', async () => {
  const tower = await connect()
  const path = `/webhooks/belfry/i/${tower.id}`

  const broken = await send('{"account":', { path })
  const whole = await send(bodyOf(tower.account, { id: 'e', type: 'belfry.bell.rung' }), { path })
  const webhooks = await ended(tower, 2)
  const replay = await hub.request('POST', `/api/inbound-webhooks/${webhooks[0]!.id}/replay`)
  await ended(tower, 2)

  assert.deepEqual([broken.status, whole.status, replay.status], [200, 200, 202])
  assert.deepEqual(
    webhooks.map(({ status }) => status),
    ['failed', 'processed'],
  )
  assert.match(webhooks[0]!.reason!, /could not be read/)
})

test('a webhook that was processed is replayed with events of its own', async () => {
  const tower = await connect()
  await send(bodyOf(tower.account, { id: 'e', type: 'belfry.bell.rung' }))
  const [webhook] = await ended(tower, 1)

  await hub.request('POST', `/api/inbound-webhooks/${webhook!.id}/replay`)
  await ended(tower, 1)

  const ids = (await eventsOf(tower)).map(({ id }) => id)
  assert.equal(new Set(ids).size, 2)
})

test('two workspaces with one account of a vendor both hear it, and each sees its own only', async () => {
  const account = randomUUID().slice(0, 8)
  const other = await hub.addWorkspace('other')
  const [one, two] = [await connect({ account }), await connect({ account, key: other.apiKey })]

  await send(bodyOf(account, { id: 'e', type: 'belfry.bell.rung' }))
  const [ofOne] = await ended(one, 1)
  const [ofTwo] = await ended(two, 1)
  const foreign = await hub.request('GET', `/api/inbound-webhooks/${ofTwo!.id}`, { key: one.key })
  const foreignReplay = await hub.request('POST', `/api/inbound-webhooks/${ofTwo!.id}/replay`, { key: one.key })

  assert.equal((await eventsOf(one)).length, 1)
  assert.equal((await eventsOf(two)).length, 1)
  assert.notEqual(ofOne!.id, ofTwo!.id)
  assert.deepEqual([foreign.status, foreignReplay.status], [404, 404])
})

test('only the workspace whose secret signed it hears a webhook', async () => {
  const account = randomUUID().slice(0, 8)
  const other = await hub.addWorkspace('other')
  const [one, two] = [
    await connect({ account }),
    await connect({ account, key: other.apiKey, secret: 'a-secret-of-two' }),
  ]

  await send(bodyOf(account, { id: 'e', type: 'belfry.bell.rung' }))
  await ended(one, 1)

  assert.deepEqual(await webhooksOf(two), [])
})

test('what comes before its account is connected waits, is verified then, and is processed in order', async () => {
  clock.advance(60_000)
  const account = randomUUID().slice(0, 8)
  const forged = bodyOf(account, { id: 'forged', type: 'belfry.forged' })
  const answers = [
    await send(bodyOf(account, { id: '1', type: 'belfry.first' })),
    await send(forged, { headers: signed(forged, { secret: 'of-a-stranger' }) }),
    await send(bodyOf(account, { id: '2', type: 'belfry.second' })),
  ]
  const unmatched = () =>
    hub.request<InboundWebhook[]>('GET', '/api/inbound-webhooks/unmatched?status=unmatched&connector=belfry', {
      key: hub.adminKey,
    })
  const before = (await unmatched()).body.data.filter(({ routingKey }) => routingKey === account)
  const shown = await hub.request<InboundWebhookDetail>('GET', `/api/inbound-webhooks/unmatched/${before[0]!.id}`, {
    key: hub.adminKey,
  })
  const asTenant = await hub.request('GET', '/api/inbound-webhooks/unmatched')

  clock.advance(3_600_000)
  const tower = await connect({ account })
  await ended(tower, 2)
  const left = (await unmatched()).body.data.filter(({ routingKey }) => routingKey === account)

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal(before.length, 3)
  assert.equal(shown.status, 200)
  assert.doesNotMatch(shown.text, /v1=/)
  assert.equal(asTenant.status, 403)
  assert.deepEqual(
    (await eventsOf(tower)).map(({ type }) => type),
    ['belfry.first', 'belfry.second'],
  )
  assert.equal(left.length, 1)
})

test('a test of the URL is answered, and other requests than webhooks are not', async () => {
  const get = (path: string) => hub.request('GET', path, { key: null })

  const challenge = await get('/webhooks/belfry?challenge=%3Cb%3Ehello')
  const below = await get('/api/webhooks/belfry/any/path?challenge=1')
  const probe = await get('/webhooks/belfry')
  const unknown = await get('/webhooks/nobody?challenge=1')
  const mute = await hub.request('POST', '/webhooks/mute', { key: null, body: {} })
  const ghl = await hub.request('POST', '/webhooks/ghl/contact.created', { key: null, body: {} })
  const calendly = await hub.request('POST', '/api/integrations/calendar/webhooks/calendly', { key: null, body: {} })
  const nowhere = await send('{}', { path: `/webhooks/belfry/i/${randomUUID()}` })
  const nameless = await send('{}')

  assert.deepEqual([challenge.status, challenge.text], [200, '<b>hello'])
  assert.match(challenge.headers.get('content-type')!, /^text\/plain/)
  assert.deepEqual([below.status, below.text], [200, '1'])
  assert.equal(probe.status, 405)
  for (const answer of [unknown, mute, ghl, calendly, nowhere, nameless]) {
    assert.equal(answer.status, 404)
    assert.equal(answer.body.errorCode, 'NOT_FOUND')
  }
})

test('a body that is too large, and an account that nobody could be called, are refused and leave nothing', async () => {
  const tower = await connect()
  const path = `/webhooks/belfry/i/${tower.id}`
  const large = 'x'.repeat(1_048_577)

  const tooLarge = await send(large, { path })
  const odd = await send(JSON.stringify({ account: 'a\0b', events: [] }))
  const webhooks = await webhooksOf(tower)

  assert.deepEqual([tooLarge.status, tooLarge.body.errorCode], [413, 'PAYLOAD_TOO_LARGE'])
  assert.equal(odd.status, 404)
  assert.deepEqual(webhooks, [])
})

test('bytes of any content type are verified as they came', async () => {
  const tower = await connect()
  const path = `/webhooks/belfry/i/${tower.id}`
  const text = bodyOf(tower.account, { id: 'e', type: 'belfry.bell.rung' })

  const answers = []
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=iso-8859-1']) {
    answers.push(await send(text, { path, headers: { ...signed(text), 'content-type': type } }))
  }
  await ended(tower, 3)

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
})

test('an integration that is switched off publishes nothing, and its webhooks can be replayed when it is on', async () => {
  const tower = await connect()
  await hub.request('POST', `/api/integrations/${tower.id}/disable`)

  const answer = await send(bodyOf(tower.account, { id: 'e', type: 'belfry.bell.rung' }))
  const [webhook] = await ended(tower, 1)
  const replay = () => hub.request('POST', `/api/inbound-webhooks/${webhook!.id}/replay`)
  const tooEarly = await replay()
  await hub.request('POST', `/api/integrations/${tower.id}/enable`)
  const inTime = await replay()
  await until('the replay', async () => (await webhooksOf(tower)).every(({ status }) => status === 'processed'))

  assert.equal(answer.status, 200)
  assert.equal(webhook!.status, 'failed')
  assert.deepEqual([tooEarly.status, inTime.status], [409, 202])
  assert.equal((await eventsOf(tower)).length, 1)
})

test('what was refused is forgotten after a day, and the ids of news after a week', async () => {
  clock.advance(60_000)
  const tower = await connect()
  const text = bodyOf(tower.account, { id: 'e', type: 'belfry.bell.rung' })
  await send(text, { headers: {} })
  await send(text)
  await ended(tower, 2)
  const idsKept = async () =>
    (await hub.database.pool.query('select from inbound_event_ids where integration_id = $1', [tower.id])).rows.length

  clock.advance(86_400_000 + 3_600_000)
  hub.app.engine.wake()
  const left = await until('the refused one to be forgotten', async () => {
    const all = await webhooksOf(tower)
    return all.length === 1 && all
  })
  const afterADay = await idsKept()
  clock.advance(7 * 86_400_000)
  hub.app.engine.wake()
  await until('the ids to be forgotten', async () => (await idsKept()) === 0)

  assert.equal(left[0]!.status, 'processed')
  assert.equal(afterADay, 1)
})

test('nothing that was answered is lost when the process ends before it is processed', async () => {
  // This process takes webhooks in and processes none, as one does that is killed in between.
  await using front = await startHub({ connectors, clock, role: 'api' })
  const { body } = await front.request<{ id: string }>('POST', '/api/integrations', {
    body: {
      templateId: 'belfry',
      config: { url: vendor.url, signingSecret: secret },
      credentials: { apiKey: 'account-lost' },
    },
  })
  const text = bodyOf('lost', { id: 'e', type: 'belfry.bell.rung' })
  const answer = await send(text, { to: front })
  const waiting = await front.request<InboundWebhook[]>('GET', `/api/inbound-webhooks?integrationId=${body.data.id}`)

  await using _worker = await startHub({ connectors, clock, role: 'worker', databaseUrl: front.databaseUrl })
  const processed = await until('the other process to process it', async () => {
    const { body } = await front.request<InboundWebhook[]>('GET', '/api/inbound-webhooks?status=processed')
    return body.data[0]
  })

  assert.equal(answer.status, 200)
  assert.deepEqual(
    waiting.body.data.map(({ status }) => status),
    ['received'],
  )
  assert.equal(processed.eventIds!.length, 1)
})
