import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readConfig } from '../config.ts'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { createAccess } from './access.ts'
import { consoleRoutes } from './console.ts'
import { createRateLimits } from './rate-limit.ts'
import { createServer } from './server.ts'

const folder = await mkdtemp(join(tmpdir(), 'tenon-console-'))
after(() => rm(folder, { recursive: true }))
await mkdir(join(folder, 'assets'))
await writeFile(join(folder, 'index.html'), '<!doctype html><title>Tenon</title>')
await writeFile(join(folder, 'assets/app-1a2b.js'), 'void 0')
const clock = systemClock
const config = readConfig({})
const guards = [createAccess({ authenticate: () => assert.fail(), limits: createRateLimits({ config, clock }) })]
const server = createServer({ config, log: silentLog, clock, guards })
server.post('/api/session', { config: { public: true } }, async () => null)
void server.register(consoleRoutes(folder)!)
const get = (url: string, accept = 'text/html') => server.inject({ url, headers: { accept } })

test('serves the page for every path that a person may open', async () => {
  for (const url of ['/', '/endpoints', '/events/0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71?tab=attempts']) {
    const answer = await get(url)
    assert.equal(answer.statusCode, 200)
    assert.match(answer.body, /<title>Tenon/)
    assert.equal(answer.headers['cache-control'], 'no-cache')
    assert.match(String(answer.headers['content-security-policy']), /script-src|default-src 'self'/)
  }
})

test('serves built files to be kept, since a change gives them another name', async () => {
  const answer = await get('/assets/app-1a2b.js', '*/*')

  assert.equal(answer.statusCode, 200)
  assert.match(String(answer.headers['content-type']), /javascript/)
  assert.match(String(answer.headers['cache-control']), /immutable/)
})

test('hides nothing of the API behind its page', async () => {
  assert.equal((await get('/api/nothing')).json().errorCode, 'NOT_FOUND')
  assert.equal((await get('/integrations/nothing')).json().errorCode, 'NOT_FOUND')
  assert.equal((await get('/api/session')).json().errorCode, 'METHOD_NOT_ALLOWED')
})

test('knows no files but those that were built', async () => {
  for (const url of [
    '/assets/missing.js',
    '/../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
  ]) {
    const answer = await get(url, '*/*')
    assert.ok(answer.statusCode === 404 || answer.body.includes('<title>Tenon'), `${url} ${answer.statusCode}`)
  }
})

test('is not there where it was not built', () => {
  assert.equal(consoleRoutes(join(folder, 'elsewhere')), undefined)
})
