import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { endpointOf, register } from '../test/webhook-actions.ts'

const path = '/api/integrations/webhooks'
const valid = { name: 'CRM', url: 'https://example.com/hook', events: ['lead.captured'] }

let hub: Hub
before(async () => {
  // As in production: no loopback.
  hub = await startHub({ env: { TENON_ALLOW_LOOPBACK: 'false' } })
})
after(() => hub[Symbol.asyncDispose]())

const post = (body: object) => hub.request<Record<string, unknown>>('POST', path, { body })

async function assertRefused(body: object, field: string, message: RegExp): Promise<void> {
  const { status, body: answer } = await post({ ...valid, ...body })
  assert.equal(status, 400, JSON.stringify(body))
  assert.equal(answer.errorCode, 'VALIDATION_FAILED')
  const detail = answer.details?.find((one) => one.field === field)
  assert.ok(detail, `${JSON.stringify(body)}: ${JSON.stringify(answer.details)}`)
  assert.match(detail.message, message)
}

test('an endpoint is made with defaults, and its secret is shown this once', async () => {
  const { status, body } = await post(valid)
  const { secret, ...created } = body.data

  assert.equal(status, 201)
  assert.match(String(secret), /^whsec_/)
  const { id, createdAt, updatedAt, ...rest } = created
  assert.deepEqual(rest, {
    ...valid,
    channels: null,
    filter: null,
    headers: {},
    retryAttempts: 8,
    retryDelay: 5_000,
    retrySchedule: null,
    rateLimit: null,
    concurrency: null,
    ordered: false,
    timeout: 15_000,
    signatureAlgorithms: ['hmac-sha256'],
    signingPublicKey: null,
    isActive: true,
    disabledReason: null,
    disabledAt: null,
    totalCalls: 0,
    successfulCalls: 0,
    failedCalls: 0,
    lastSuccessAt: null,
    lastFailureAt: null,
    lastError: null,
    health: 'unused',
    circuit: { state: 'closed', pausedUntil: null },
  })
  assert.equal(createdAt, updatedAt)
  assert.deepEqual(await endpointOf(hub, String(id)), created)
  const { text } = await hub.request('GET', path)
  assert.ok(!text.includes(String(secret)))
})

test('an endpoint is made at the path that older programs use, and at the root', async () => {
  for (const alias of [
    '/api/integrations/webhooks/endpoints',
    '/integrations/webhooks',
    '/integrations/webhooks/endpoints',
  ]) {
    assert.equal((await hub.request('POST', alias, { body: valid })).status, 201, alias)
  }
})

test('settings can be changed one by one and set back', async () => {
  const { id } = await register(hub, valid)
  const change = async (body: object) => (await hub.request('PATCH', `${path}/${id}`, { body })).body.data
  const settings = {
    name: 'ERP',
    events: ['booking.*', 'lead_captured'],
    channels: ['a'],
    filter: { score: { $gt: 1 } },
    headers: { 'X-A': 'b' },
    retrySchedule: [1_000, 2_000],
    rateLimit: 5,
    concurrency: 2,
    ordered: true,
    timeout: 2_000,
    signatureAlgorithms: ['hmac-sha256', 'ed25519'],
  }

  const changed = await change(settings)
  const back = await change({
    channels: null,
    filter: null,
    headers: {},
    retrySchedule: null,
    rateLimit: null,
    concurrency: null,
    signatureAlgorithms: ['hmac-sha256'],
  })

  for (const [key, value] of Object.entries(settings)) assert.deepEqual(changed[key], value, key)
  assert.equal(changed.retryAttempts, 2)
  assert.match(String(changed.signingPublicKey), /^whpk_/)
  for (const key of ['channels', 'filter', 'retrySchedule', 'rateLimit', 'concurrency', 'signingPublicKey'])
    assert.equal(back[key], null, key)
  assert.equal(back.name, 'ERP')
  assert.deepEqual(await change({}), { ...back, updatedAt: (await endpointOf(hub, id)).updatedAt })
})

test('switching an endpoint off and on says why it is off', async () => {
  const { id } = await register(hub, valid)
  const change = async (isActive: boolean) =>
    (await hub.request('PATCH', `${path}/${id}`, { body: { isActive } })).body.data

  const off = await change(false)
  const on = await change(true)

  assert.deepEqual([off.isActive, off.disabledReason, off.health], [false, 'manual', 'disabled'])
  assert.ok(off.disabledAt)
  assert.deepEqual([on.isActive, on.disabledReason, on.disabledAt, on.health], [true, null, null, 'unused'])
})

const hostile = [
  ...[
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://0/',
    'http://0.0.0.0:80/',
  ],
  ...[
    'http://localhost/',
    'http://LOCALHOST./',
    'http://a.localhost/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]:8080/',
  ],
  ...[
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::ffff:10.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b::10.0.0.1]/',
  ],
  ...[
    'http://10.0.0.1/',
    'http://172.16.0.1/',
    'http://192.168.1.1/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
  ],
  ...[
    'http://[fd00::1]/',
    'http://[fe80::1]/',
    'http://[2002:7f00:1::]/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://192.0.2.1/',
  ],
  ...[
    'http://metadata.google.internal/',
    'http://printer.local/',
    'http://①②⑦.⓪.⓪.①/',
    'http://%31%32%37.0.0.1/',
    'http://127.0.0.1.:80/',
  ],
]
for (const url of hostile) {
  test(`an endpoint cannot be at ${url}`, () => assertRefused({ url }, 'body.url', /refused/))
}
for (const url of [
  'ftp://example.com/',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'example.com',
  '//example.com',
  'http://',
  'https://user:pass@example.com/',
  `https://example.com/${'x'.repeat(2_050)}`,
  'https://exa mple.com/',
  'https://example.com:99999/',
]) {
  test(`${url.slice(0, 40)} is not the URL of an endpoint`, () => assertRefused({ url }, 'body.url', /./))
}

test('an endpoint cannot be moved to a private address either', async () => {
  const { id } = await register(hub, valid)

  const { status } = await hub.request('PATCH', `${path}/${id}`, { body: { url: 'http://169.254.169.254/' } })

  assert.equal(status, 400)
  assert.equal((await endpointOf(hub, id)).url, valid.url)
})

const wrong: [string, object, string, RegExp][] = [
  ['a missing name', { name: undefined }, 'body.name', /missing/],
  ['a blank name', { name: '  ' }, 'body.name', /one line/],
  ['no events', { events: [] }, 'body.events', /at least 1|1 to/],
  [
    'an event type that is not known',
    { events: ['lead.captured', 'lead.capture'] },
    'body.events[1]',
    /did you mean lead\.captured\?/,
  ],
  ['a family that is not known', { events: ['bookings.*'] }, 'body.events[0]', /did you mean booking\.\*\?/],
  ['a pattern that is none', { events: ['*.created'] }, 'body.events[0]', /name of an event type/],
  ['an empty list of channels', { channels: [] }, 'body.channels', /./],
  ['a channel with a space', { channels: ['a b'] }, 'body.channels[0]', /channel/],
  ['a filter that is a text', { filter: 'score > 1' }, 'body.filter', /./],
  [
    'an unknown operator',
    { filter: { $or: [{ score: { $near: 1 } }] } },
    'body.filter.$or[0].score.$near',
    /operators are/,
  ],
  ['an empty filter', { filter: {} }, 'body.filter', /empty/],
  ['a secret that is too short', { secret: 'short' }, 'body.secret', /12 to 128/],
  ['a secret that claims to be base64', { secret: 'whsec_not base64!' }, 'body.secret', /base64/],
  ['too many retries', { retryAttempts: 51 }, 'body.retryAttempts', /0 to 50/],
  ['a delay that is too short', { retryDelay: 99 }, 'body.retryDelay', /100 to/],
  ['a schedule with a wait that is too long', { retrySchedule: [1_000, 604_800_001] }, 'body.retrySchedule[1]', /./],
  ['a schedule that is too long', { retrySchedule: Array(51).fill(1_000) }, 'body.retrySchedule', /./],
  ['a timeout that is too long', { timeout: 60_001 }, 'body.timeout', /1000 to 60000/],
  ['a rate of nothing', { rateLimit: 0 }, 'body.rateLimit', /./],
  ['ed25519 alone', { signatureAlgorithms: ['ed25519'] }, 'body.signatureAlgorithms', /hmac-sha256/],
  [
    'an algorithm that does not exist',
    { signatureAlgorithms: ['hmac-sha256', 'md5'] },
    'body.signatureAlgorithms[1]',
    /./,
  ],
  ['a header that is ours', { headers: { 'Webhook-Id': 'x' } }, 'body.headers.Webhook-Id', /set by the hub/],
  ['the Host header', { headers: { host: 'internal' } }, 'body.headers.host', /set by the hub/],
  [
    'a hop-by-hop header',
    { headers: { 'Transfer-Encoding': 'chunked' } },
    'body.headers.Transfer-Encoding',
    /set by the hub/,
  ],
  ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }, 'body.headers.X-A', /one line/],
  ['a header name that is none', { headers: { 'X A': 'a' } }, 'body.headers.X A', /header name/],
  ['a header twice', { headers: { 'X-A': 'a', 'x-a': 'b' } }, 'body.headers.x-a', /twice/],
  ['a header value that is not ASCII', { headers: { 'X-A': 'é' } }, 'body.headers.X-A', /ASCII/],
  ['a hidden value that hides nothing', { headers: { 'X-Token': '••••••••' } }, 'body.headers.X-Token', /ASCII/],
  ['a header that is a number', { headers: { 'X-A': 1 } }, 'body.headers.X-A', /text/],
  ['a field that does not exist', { webhookUrl: 'x' }, 'body.webhookUrl', /not known/],
]
for (const [what, body, field, message] of wrong) {
  test(`${what} is refused by name`, () => assertRefused(body, field, message))
}

test('endpoints are listed newest first, page by page, and by whether they are active', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  const ids: string[] = []
  for (let number = 0; number < 5; number++)
    ids.unshift((await register(hub, { ...valid, isActive: number % 2 === 0 }, key)).id)
  const list = async (query: string) => (await hub.request<{ id: string }[]>('GET', `${path}?${query}`, { key })).body

  const first = await list('limit=3')
  const second = await list(`limit=3&cursor=${first.nextCursor}`)
  const active = await list('isActive=true')

  assert.deepEqual(
    [...first.data, ...second.data].map(({ id }) => id),
    ids,
  )
  assert.equal(second.nextCursor, null)
  assert.equal(active.data.length, 3)
})

test("another workspace's endpoint is not there, whatever is asked of it", async () => {
  const { id } = await register(hub, valid)
  const { apiKey: key } = await hub.addWorkspace()
  const asks: [string, string, object?][] = [
    ['GET', `${path}/${id}`],
    ['PATCH', `${path}/${id}`, { name: 'mine' }],
    ['DELETE', `${path}/${id}`],
    ['POST', `${path}/${id}/rotate-secret`, {}],
    ['POST', `${path}/${id}/test`, {}],
    ['POST', `${path}/test/${id}`],
    ['GET', `${path}/${id}/stats`],
    ['GET', `${path}/stats/${id}`],
  ]

  for (const [method, url, body] of asks) {
    const { status, text } = await hub.request(method, url, { key, ...(body ? { body } : {}) })
    assert.equal(status, 404, `${method} ${url}: ${text}`)
  }
  assert.deepEqual((await hub.request('GET', path, { key })).body.data, [])
  assert.equal((await endpointOf(hub, id)).name, 'CRM')
})

test('two changes at the same moment both hold', async () => {
  const { id } = await register(hub, valid)
  const changes = [
    { name: 'B' },
    { timeout: 9_000 },
    { ordered: true },
    { isActive: false },
    { retryDelay: 200 },
    { concurrency: 3 },
  ]

  const answers = await Promise.all(changes.map((body) => hub.request('PATCH', `${path}/${id}`, { body })))

  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(6).fill(200),
  )
  const { name, timeout, ordered, isActive, retryDelay, concurrency } = await endpointOf(hub, id)
  assert.deepEqual(
    { name, timeout, ordered, isActive, retryDelay, concurrency },
    { name: 'B', timeout: 9_000, ordered: true, isActive: false, retryDelay: 200, concurrency: 3 },
  )
})

test('an Idempotency-Key makes one endpoint of two requests', async () => {
  const headers = { 'idempotency-key': 'one-endpoint' }
  const first = await hub.request('POST', path, { body: valid, headers })
  const second = await hub.request('POST', path, { body: valid, headers })

  assert.equal(first.body.data.id, second.body.data.id)
})
