import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { routesOf } from '../test/routes.ts'

type Operation = {
  operationId: string
  tags: string[]
  summary: string
  security: object[]
  responses: Record<string, unknown>
  parameters?: { name: string; in: string }[]
}
type Description = { openapi: string; paths: Record<string, Record<string, Operation>> }

const hub = await startHub({ role: 'api' })
after(() => hub[Symbol.asyncDispose]())
const description = (await hub.request('GET', '/api/openapi.json', { key: null })).body as unknown as Description
const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation })),
)

test('describes every route of the API once, with a summary, a tag and what may go wrong', () => {
  assert.equal(description.openapi, '3.1.0')
  const routes = routesOf(hub.app).filter(({ url, schema }) => url.startsWith('/api/') && !('hide' in schema))
  assert.equal(operations.filter(({ name }) => name.includes('/api/')).length, routes.length)
  for (const { name, operation } of operations) {
    assert.ok(operation.summary, name)
    assert.ok(operation.tags.length > 0, name)
    if (!/openapi|health|ready/.test(name))
      assert.ok('4XX' in operation.responses && '5XX' in operation.responses, name)
  }
})

test('gives each operation a name of its own, though some are served at two places', () => {
  const ids = operations.map(({ operation }) => operation.operationId)

  assert.deepEqual([...new Set(ids)].sort(), ids.sort())
  for (const id of ids) assert.match(id, /^[a-z][A-Za-z0-9]+$/)
})

test('says how to sign in, and where nobody needs to', () => {
  const { '/api/session': session, '/api/events': events } = description.paths

  assert.deepEqual(session!.post!.security, [])
  assert.deepEqual(session!.get!.security, [{ session: [] }])
  assert.deepEqual(events!.post!.security, [{ bearer: [] }, { apiKey: [] }, { session: [] }])
  assert.ok(events!.post!.parameters!.some(({ name }) => name === 'Idempotency-Key'))
})

test('shows the reference with nothing from elsewhere', async () => {
  const page = await hub.request('GET', '/api/docs', { key: null })
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)

  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-security-policy')!, /default-src 'none'; script-src 'self'/)
  for (const link of links.filter((one) => !one.startsWith('data:'))) {
    assert.match(link, /^\/api\/docs\//)
    assert.equal((await hub.request('GET', link, { key: null })).status, 200, link)
  }
  assert.equal((await hub.request('GET', '/api/docs/package.json', { key: null })).status, 404)
})
