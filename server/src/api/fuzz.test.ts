import assert from 'node:assert/strict'
import { Agent, request as httpRequest } from 'node:http'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { hostile, spoilt, valuesOf } from '../test/arbitrary.ts'
import { startHub } from '../test/hub.ts'
import { pathOf, type Route, routesOf } from '../test/routes.ts'

/** Requests to each route; more find more: `FUZZ_RUNS=5000`. A number and not a time, so that a slow machine tries as much. */
const numRuns = Number(process.env.FUZZ_RUNS ?? 50)

const hub = await startHub({ env: { TENON_RATE_LIMIT: '1000000' } })
const agent = new Agent({ keepAlive: true, maxSockets: 4 })
after(async () => {
  agent.destroy()
  await hub[Symbol.asyncDispose]()
})

const person = { email: 'fuzz@example.com', password: 'correct horse battery' }
const { data: member } = (
  await hub.request<{ personId: string }>('POST', `/api/workspaces/${hub.workspace.id}/members`, {
    body: { ...person, role: 'admin' },
  })
).body
const session = await hub.request('POST', '/api/session', { body: person, key: null })
const cookie = session.headers.get('set-cookie')!.split(';')[0]!
const ids = [hub.workspace.id, member.personId, '01890000-0000-7000-8000-000000000000']

// What deletes comes last, so that the others have something to work on.
const routes = routesOf(hub.app).sort(
  (left, right) => Number(left.method === 'DELETE') - Number(right.method === 'DELETE'),
)

for (const route of routes) {
  test(`answers whatever is sent to ${route.method} ${route.url} in the envelope, and never with 5xx`, async () => {
    await fc.assert(
      fc.asyncProperty(requestsTo(route), async (sent) => {
        const { status, headers, text } = await send(sent)

        assert.ok(status < 500, `${status} ${text.slice(0, 300)}`)
        const type = String(headers['content-type'])
        const isPage = route.config.page === true && type.startsWith('text/html')
        if (status >= 400 && !isPage) mustBeFailure(text, type)
      }),
      { numRuns },
    )
  })
}

test('is alive and ready after all that', async () => {
  const ready = await hub.request('GET', '/ready')

  assert.equal(ready.status, 200)
})

type Sent = { method: string; path: string; headers: Record<string, string>; body: string | Buffer | undefined }

function requestsTo({ method, url, params, schema }: Route): fc.Arbitrary<Sent> {
  const isRead = method === 'GET' || method === 'DELETE'
  return fc.record({
    method: fc.constant(method),
    path: fc
      .tuple(fc.record(Object.fromEntries(params.map((name) => [name, paramValues]))), queriesOf(schema.querystring))
      .map(([values, query]) => pathOf(url, values) + query),
    headers: headersOf(),
    body: isRead ? fc.constant(undefined) : bodiesOf(schema.body),
  })
}

const paramValues = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...ids, `${ids[0]}.${ids[1]}`, 'lead.captured') },
  { weight: 1, arbitrary: hostile.map((value) => asText(value).slice(0, 500)) },
)

function bodiesOf(schema: object | undefined): fc.Arbitrary<string | Buffer | undefined> {
  const good = valuesOf(schema, ids)
  return fc.oneof(
    { weight: 4, arbitrary: good.map((value) => JSON.stringify(value)) },
    { weight: 5, arbitrary: spoilt(good).map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: spoilt(spoilt(good)).map((value) => JSON.stringify(value)?.slice(0, -3)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '[',
        '{"a":',
        'null',
        '"',
        '[[[[',
        '{"__proto__":{}}',
        '{"a":1e999}',
        '[1,]',
        '\ufeff{}',
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)) },
  )
}

function queriesOf(schema: object | undefined): fc.Arbitrary<string> {
  const good = valuesOf(schema ?? { type: 'object', properties: { limit: { type: 'string' } } }, ids)
  const encode = (value: unknown) =>
    typeof value !== 'object' || value === null
      ? ''
      : `?${Object.entries(value)
          .map(
            ([name, one]) =>
              `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(asText(one).slice(0, 2_000))}`,
          )
          .join('&')}`
  return fc.oneof(
    good.map(encode),
    spoilt(good).map(encode),
    fc.constantFrom(
      '',
      '?',
      '?limit=1&limit=2',
      '?limit=%00',
      '?limit=%ff',
      '?cursor=AAAA',
      '?cursor=WyJhIl0',
      '?__proto__[a]=1',
      '?a[]=1&%',
    ),
  )
}

/** Objects may have a `toString` that is no function. */
const asText = (value: unknown): string =>
  (typeof value === 'object' ? JSON.stringify(value) : String(value)).toWellFormed()

function headersOf(): fc.Arbitrary<Record<string, string>> {
  const visible = fc.string({ unit: fc.constantFrom(...'abcXYZ019 ,;="\'%{}\t'), maxLength: 300 })
  const odd = <Value>(...usual: Value[]) =>
    fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: visible })
  return fc
    .record({
      authorization: odd(
        `Bearer ${hub.apiKey}`,
        `Bearer ${hub.apiKey}`,
        `Bearer ${hub.adminKey}`,
        'Bearer a.b.c',
        undefined,
      ),
      'x-workspace-id': odd(undefined, undefined, hub.workspace.id),
      'content-type': odd(
        'application/json',
        'application/json; charset=utf-8',
        undefined,
        'text/plain',
        'application/json; charset=utf-16',
      ),
      'idempotency-key': odd(undefined, undefined, 'again'),
      'x-request-id': odd(undefined, 'mine'),
      'x-tenon-console': odd('1', undefined),
      cookie: odd(undefined, cookie, 'tenon_session=%ff', 'tenon_session=tns_x'),
      accept: odd(undefined, 'application/json'),
    })
    .map((headers) =>
      Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined)),
    )
}

function send({
  method,
  path,
  headers,
  body,
}: Sent): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof send>>>()
  const outgoing = httpRequest(hub.url, { method, path, headers, agent }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('error', reject)
    answer.on('end', () => {
      resolve({ status: answer.statusCode!, headers: answer.headers, text: Buffer.concat(chunks).toString() })
    })
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

function mustBeFailure(text: string, type: string): void {
  assert.match(type, /^application\/json/)
  const failure = JSON.parse(text) as Record<string, unknown>
  assert.equal(failure.success, false)
  assert.equal(typeof failure.gracefulFail, 'boolean')
  assert.match(String(failure.errorCode), /^[A-Z_]+$/)
  assert.ok(String(failure.error).length > 0)
  assert.ok(String(failure.requestId).length > 0)
}
