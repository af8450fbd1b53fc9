import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { builtInTypes } from './catalogue.ts'

type Event = {
  id: string
  type: string
  payload: unknown
  occurredAt: string
  createdAt: string
  channels: string[] | null
}

let hub: Hub
before(async () => {
  hub = await startHub()
})
after(() => hub[Symbol.asyncDispose]())

const post = (body: unknown, headers: Record<string, string> = {}) =>
  hub.request<Event>('POST', '/api/events', { body, headers })
const postBatch = (events: unknown[], key = hub.apiKey) =>
  hub.request<{ events: Event[] }>('POST', '/api/events/batch', { body: { events }, key })
const list = (query: string, key = hub.apiKey) => hub.request<Event[]>('GET', `/api/events?${query}`, { key })
const count = async () => Number((await hub.database.pool.query('select count(*) from events')).rows[0].count)

test('an event is accepted and found again as it was', async () => {
  const payload = { email: 'ada@example.com', deep: [{ 'a.b': null }], text: 'Zoë 😀' }

  const { status, body } = await post({
    type: 'lead.captured',
    payload,
    occurredAt: '2026-02-03T04:05:06.789+02:00',
    channels: ['a', 'b'],
  })
  const found = await hub.request<Event & { deliveries: unknown[] }>('GET', `/api/events/${body.data.id}`)

  assert.equal(status, 202)
  assert.deepEqual(Object.keys(body.data).sort(), ['createdAt', 'id', 'occurredAt', 'type'])
  assert.equal(body.data.occurredAt, '2026-02-03T02:05:06.789Z')
  assert.ok(Math.abs(Date.parse(body.data.createdAt) - Date.now()) < 60_000)
  assert.deepEqual(found.body.data, { ...body.data, payload, channels: ['a', 'b'], deliveries: [] })
})

test('without a time an event happened when it was accepted', async () => {
  const { body } = await post({ type: 'contact.created', payload: {} })

  assert.ok(Math.abs(Date.parse(body.data.occurredAt) - Date.parse(body.data.createdAt)) < 1_000)
})

test('an older name is understood, and the event bears the canonical one', async () => {
  assert.equal((await post({ type: 'assessment_completed', payload: {} })).body.data.type, 'assessment.completed')
})

const wrong: [string, unknown, string, RegExp][] = [
  [
    'a type that is not known',
    { type: 'lead.capture', payload: {} },
    'body.type',
    /did you mean lead\.captured\?.*POST \/api\/event-types/,
  ],
  ['a type that is no name', { type: 'lead captured', payload: {} }, 'body.type', /name of an event type/],
  ['a type that objects inherit', { type: 'constructor', payload: {} }, 'body.type', /not a known event type/],
  ['a missing type', { payload: {} }, 'body.type', /missing/],
  ['a missing payload', { type: 'lead.captured' }, 'body.payload', /missing/],
  ['a payload that is no object', { type: 'lead.captured', payload: 'ada' }, 'body.payload', /object/],
  ['a field of the wrong type', { type: 'lead.captured', payload: { score: 'high' } }, 'body.payload.score', /number/],
  [
    'a field of the wrong format',
    { type: 'lead.captured', payload: { email: 'ada' } },
    'body.payload.email',
    /e-mail address/,
  ],
  [
    'a missing field that the event needs',
    { type: 'lead.status_updated', payload: {} },
    'body.payload.status',
    /missing/,
  ],
  [
    'a value that is not among those known',
    { type: 'email.engagement', payload: { action: 'read' } },
    'body.payload.action',
    /opened/,
  ],
  ['a time that is none', { type: 'lead.captured', payload: {}, occurredAt: 'today' }, 'body.occurredAt', /time/],
  [
    'a time before all times',
    { type: 'lead.captured', payload: {}, occurredAt: '0000-01-01T00:00:00Z' },
    'body.occurredAt',
    /1970/,
  ],
  ['channels that are no list', { type: 'lead.captured', payload: {}, channels: 'a' }, 'body.channels', /list/],
  ['a channel that is empty', { type: 'lead.captured', payload: {}, channels: [''] }, 'body.channels[0]', /channel/],
  ['a field that does not exist', { type: 'lead.captured', payload: {}, data: {} }, 'body.data', /not known/],
]
for (const [what, body, field, message] of wrong) {
  test(`${what} is refused by name`, async () => {
    const { status, body: answer } = await post(body)

    assert.equal(status, 400)
    assert.equal(answer.errorCode, 'VALIDATION_FAILED')
    const detail = answer.details?.find((one) => one.field === field)
    assert.ok(detail, JSON.stringify(answer.details))
    assert.match(detail.message, message)
  })
}

test('a payload may have 256 KiB and not a byte more', async () => {
  const ofSize = (bytes: number) => ({
    type: 'form.submitted',
    payload: { text: 'x'.repeat(bytes - '{"text":""}'.length) },
  })

  const fits = await post(ofSize(262_144))
  const tooLarge = await post(ofSize(262_145))
  // Short as it came, long as it is stored: numbers are written out.
  const grows = await post(
    `{"type":"form.submitted","payload":{"fields":{"n":[${Array(14_000).fill('1e20').join(',')}]}}}`,
  )

  assert.equal(fits.status, 202)
  assert.deepEqual(
    [tooLarge.status, tooLarge.body.errorCode, tooLarge.body.details?.[0]?.field],
    [413, 'PAYLOAD_TOO_LARGE', 'body.payload'],
  )
  assert.equal(grows.status, 413)
})

test('a batch is accepted as a whole, in its order', async () => {
  const events = Array.from({ length: 1_000 }, (_, number) => ({ type: 'lead.captured', payload: { score: number } }))

  const { status, body } = await postBatch(events)

  assert.equal(status, 202)
  const ids = body.data.events.map(({ id }) => id)
  assert.equal(new Set(ids).size, 1_000)
  assert.deepEqual(ids, [...ids].sort())
})

test('one bad event refuses the whole batch and is named by its place', async () => {
  const good = { type: 'lead.captured', payload: {} }
  const before = await count()

  const unknown = await postBatch([good, good, good, { type: 'lead.lost', payload: {} }])
  const several = await postBatch([
    { ...good, payload: { email: 'x' } },
    good,
    { ...good, occurredAt: '1969-01-01T00:00:00Z' },
  ])
  const misshapen = await postBatch([good, { payload: {} }])
  const tooLarge = await postBatch([good, { type: 'form.submitted', payload: { text: 'x'.repeat(262_144) } }])

  assert.deepEqual([unknown.status, unknown.body.details?.map(({ field }) => field)], [400, ['body.events[3].type']])
  assert.deepEqual(
    several.body.details?.map(({ field }) => field),
    ['body.events[0].payload.email', 'body.events[2].occurredAt'],
  )
  assert.deepEqual(
    misshapen.body.details?.map(({ field }) => field),
    ['body.events[1].type'],
  )
  assert.deepEqual(
    [tooLarge.status, tooLarge.body.details?.map(({ field }) => field)],
    [413, ['body.events[1].payload']],
  )
  assert.equal(await count(), before)
})

test('a batch has at least one event and at most a thousand', async () => {
  assert.equal((await postBatch([])).body.details?.[0]?.field, 'body.events')
  assert.equal(
    (await postBatch(Array(1_001).fill({ type: 'lead.captured', payload: {} }))).body.details?.[0]?.field,
    'body.events',
  )
})

test('the same Idempotency-Key and body make one event; another body is a conflict', async () => {
  const key = { 'idempotency-key': 'lead-1' }
  const body = { type: 'lead.captured', payload: { email: 'ada@example.com' } }

  const [first, second] = [await post(body, key), await post(body, key)]
  const other = await post({ ...body, payload: {} }, key)

  assert.equal(first.status, 202)
  assert.equal(second.status, 202)
  assert.deepEqual(second.body.data, first.body.data)
  assert.deepEqual([other.status, other.body.errorCode], [409, 'IDEMPOTENCY_CONFLICT'])
})

test('events are found by type, family, channel and time, newest first, page by page', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  const sent = [
    { type: 'booking.created', payload: {}, channels: ['paris'] },
    { type: 'lead.captured', payload: {} },
    { type: 'booking.cancelled', payload: { bookingId: '1' } },
    { type: 'lead.captured', payload: {}, channels: ['paris', 'rome'] },
    { type: 'booking.created', payload: {} },
  ]
  const ids = (await postBatch(sent, key)).body.data.events.map(({ id }) => id)
  const found = async (query: string) => (await list(query, key)).body.data.map(({ id }) => ids.indexOf(id))

  assert.deepEqual(await found(''), [4, 3, 2, 1, 0])
  assert.deepEqual(await found('type=lead.captured'), [3, 1])
  assert.deepEqual(await found('type=lead_captured'), [3, 1])
  assert.deepEqual(await found('type=booking.*'), [4, 2, 0])
  assert.deepEqual(await found('type=*'), [4, 3, 2, 1, 0])
  assert.deepEqual(await found('type=nothing.*'), [])
  assert.deepEqual(await found('channel=paris'), [3, 0])
  assert.deepEqual(await found('channel=paris&type=booking.*'), [0])
  assert.deepEqual(await found('before=2020-01-01T00:00:00Z'), [])
  assert.deepEqual(await found('after=2020-01-01T00:00:00Z&limit=2'), [4, 3])
  for (const query of ['', 'type=booking.*&', 'after=2020-01-01T00:00:00Z&before=2999-01-01T00:00:00Z&']) {
    const pieces: number[] = []
    for (let cursor: string | null | undefined = ''; cursor !== null; ) {
      const { body } = await list(`${query}limit=2${cursor ? `&cursor=${cursor}` : ''}`, key)
      pieces.push(...body.data.map(({ id }) => ids.indexOf(id)))
      cursor = body.nextCursor ?? null
    }
    assert.deepEqual(pieces, await found(query))
  }
})

test('a workspace sees its own events only', async () => {
  const { body } = await post({ type: 'lead.captured', payload: {} })
  const { apiKey: key } = await hub.addWorkspace()

  assert.deepEqual((await list('', key)).body.data, [])
  assert.equal((await hub.request('GET', `/api/events/${body.data.id}`, { key })).status, 404)
})

test('a workspace adds types of its own, and then their payloads are checked', async () => {
  const schema = {
    type: 'object',
    required: ['orderId'],
    properties: { orderId: { type: 'string' }, total: { type: 'number', minimum: 0 } },
  }
  const publishOrder = (payload: unknown) => post({ type: 'order.shipped', payload })
  assert.equal((await publishOrder({})).status, 400)

  const made = await hub.request('POST', '/api/event-types', {
    body: { name: 'order.shipped', description: 'An order left.', schema, example: { orderId: '1' } },
  })
  const good = await publishOrder({ orderId: '1', total: 2 })
  const bad = await publishOrder({ orderId: '1', total: -2 })
  const widened = await hub.request('PATCH', '/api/event-types/order.shipped', { body: { schema: null } })
  const anything = await publishOrder(['whatever'])
  const removed = await hub.request('DELETE', '/api/event-types/order.shipped')
  const unknown = await publishOrder({ orderId: '1' })

  assert.deepEqual(
    [made.status, made.body.data],
    [
      201,
      {
        name: 'order.shipped',
        description: 'An order left.',
        schema,
        example: { orderId: '1' },
        builtIn: false,
        aliases: [],
      },
    ],
  )
  assert.equal(good.status, 202)
  assert.deepEqual([bad.status, bad.body.details?.[0]?.field], [400, 'body.payload.total'])
  assert.equal(widened.body.data.schema, null)
  assert.equal(anything.status, 202)
  assert.equal(removed.status, 204)
  assert.deepEqual([unknown.status, unknown.body.details?.[0]?.field], [400, 'body.type'])
})

test('types of another workspace are not known here', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  await hub.request('POST', '/api/event-types', { body: { name: 'secret.thing' }, key })

  assert.equal((await post({ type: 'secret.thing', payload: {} })).status, 400)
  assert.equal((await hub.request('GET', '/api/event-types/secret.thing')).status, 404)
  assert.equal((await hub.request('DELETE', '/api/event-types/secret.thing')).status, 404)
  assert.equal(
    (await hub.request('POST', '/api/events', { body: { type: 'secret.thing', payload: 7 }, key })).status,
    202,
  )
})

test('the catalogue lists built-in types with schema, example and aliases, then those of the workspace', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  await hub.request('POST', '/api/event-types', { body: { name: 'order.shipped' }, key })

  const { body } = await hub.request<{ name: string; builtIn: boolean; aliases: string[]; schema: unknown }[]>(
    'GET',
    '/api/event-types',
    { key },
  )

  assert.equal(body.data.length, builtInTypes.size + 1)
  const lead = body.data.find(({ name }) => name === 'lead.captured')!
  assert.deepEqual([lead.builtIn, lead.aliases], [true, ['lead_captured']])
  assert.ok(lead.schema)
  assert.deepEqual(body.data.at(-1), {
    name: 'order.shipped',
    description: '',
    schema: null,
    example: null,
    builtIn: false,
    aliases: [],
  })
})

for (const [what, body, field, status] of [
  ['a schema that is none', { name: 'a.b', schema: { type: 'text' } }, 'body.schema.type', 400],
  ['a schema that is a list', { name: 'a.b', schema: [] }, 'body.schema', 400],
  ['an example that the schema refuses', { name: 'a.b', schema: { type: 'object' }, example: 7 }, 'body.example', 400],
  ['a name with a space', { name: 'a b' }, 'body.name', 400],
  ['the name of a built-in type', { name: 'lead.captured' }, undefined, 409],
  ['an alias as a name', { name: 'lead_captured' }, undefined, 409],
] as const) {
  test(`${what} is refused for a type`, async () => {
    const { status: answered, body: answer } = await hub.request('POST', '/api/event-types', { body })

    assert.equal(answered, status)
    assert.equal(answer.details?.[0]?.field, field)
  })
}

test('built-in types cannot be changed or removed, and no name can be taken twice', async () => {
  const body = { name: 'taken.twice' }

  assert.equal(
    (await hub.request('PATCH', '/api/event-types/lead.captured', { body: { description: 'mine' } })).status,
    409,
  )
  assert.equal((await hub.request('DELETE', '/api/event-types/lead.captured')).status, 409)
  assert.equal((await hub.request('POST', '/api/event-types', { body })).status, 201)
  assert.equal((await hub.request('POST', '/api/event-types', { body })).status, 409)
  assert.equal((await hub.request('PATCH', '/api/event-types/never.made', { body: { description: '' } })).status, 404)
})
