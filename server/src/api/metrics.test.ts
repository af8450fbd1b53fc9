import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'

test('counts requests by route and status, not by path', async () => {
  await using hub = await startHub({ role: 'api' })
  await hub.request('GET', `/api/workspaces/${hub.workspace.id}`)
  await hub.request('GET', '/api/nothing')

  const { status, text } = await hub.request('GET', '/metrics', { key: null })

  assert.equal(status, 200)
  assert.match(
    text,
    /tenon_http_request_duration_seconds_count\{method="GET",route="\/api\/workspaces\/:id",status="200"\} 1/,
  )
  assert.ok(!text.includes(hub.workspace.id))
  assert.match(text, /process_cpu_seconds_total/)
})

test('shows metrics to this machine and the platform admin, unless a token is asked for', async () => {
  await using open = await startHub({ role: 'api' })
  const forwarded = { 'x-forwarded-for': '203.0.113.7' }
  assert.equal((await open.request('GET', '/metrics', { key: null, headers: forwarded })).status, 401)
  assert.equal((await open.request('GET', '/metrics', { headers: forwarded })).status, 403)
  assert.equal((await open.request('GET', '/metrics', { key: open.adminKey, headers: forwarded })).status, 200)

  await using guarded = await startHub({ role: 'api', env: { TENON_METRICS_TOKEN: 'scrape' } })
  assert.equal((await guarded.request('GET', '/metrics', { key: null })).status, 401)
  assert.equal((await guarded.request('GET', '/metrics', { key: 'scrape' })).status, 200)
})

test('a worker answers probes and nothing else', async () => {
  await using worker = await startHub({ role: 'worker' })

  assert.equal((await worker.request('GET', '/health', { key: null })).status, 200)
  assert.equal((await worker.request('GET', '/ready', { key: null })).status, 200)
  assert.equal((await worker.request('GET', '/api/events', { key: worker.adminKey })).status, 404)
})
