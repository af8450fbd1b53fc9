import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { startReceiver } from '../test/receiver.ts'
import { until } from '../test/until.ts'
import { deliveryOf, endpointOf, publish, register, settled } from '../test/webhook-actions.ts'

type Statistics = {
  totals: Record<string, number | null>
  series: { at: string; delivered: number; failed: number; retried: number | null; accepted: number }[]
  endpoints?: Record<string, number>
}
const path = '/api/integrations/webhooks'
const read = async (hub: Hub, url: string) => {
  const { status, body, text } = await hub.request<Statistics>('GET', `${path}${url}`)
  assert.equal(status, 200, text)
  return body.data
}
const sum = (series: Statistics['series'], key: 'delivered' | 'failed' | 'retried' | 'accepted') =>
  series.reduce((total, point) => total + (point[key] ?? 0), 0)

test('statistics of nothing are zeros and nulls, without gaps', async () => {
  await using hub = await startHub()
  const { id } = await register(hub, { url: 'http://127.0.0.1:9/' })
  const nothing = {
    accepted: 0,
    delivered: 0,
    failed: 0,
    retried: 0,
    exhausted: 0,
    successRate: null,
    p50Ms: null,
    p95Ms: null,
  }

  for (const [window, points, ofEndpoint] of [
    ['1h', 60, 2],
    ['24h', 24, 24],
    ['7d', 168, 168],
    ['30d', 30, 30],
  ] as const) {
    const workspace = await read(hub, `/stats?window=${window}`)
    const endpoint = await read(hub, `/stats/${id}?window=${window}`)

    assert.deepEqual(workspace.totals, nothing)
    assert.deepEqual(endpoint.totals, nothing)
    assert.equal(workspace.series.length, points)
    assert.equal(endpoint.series.length, ofEndpoint)
    assert.ok(Date.parse(workspace.series.at(-1)!.at) <= Date.now())
    const steps = workspace.series
      .slice(1)
      .map(({ at }, index) => Date.parse(at) - Date.parse(workspace.series[index]!.at))
    assert.equal(new Set(steps).size, 1)
  }
  assert.deepEqual((await read(hub, '/stats')).endpoints, { total: 1, active: 1, disabled: 0, failing: 0, paused: 0 })
  assert.equal((await read(hub, '/stats')).series.length, 24)
  assert.equal((await hub.request('GET', `${path}/stats?window=2h`)).body.details?.[0]?.field, 'query.window')
})

test('what was accepted, delivered, failed, retried and given up is counted for the endpoint and the workspace', async () => {
  await using hub = await startHub()
  await using good = await startReceiver()
  await using bad = await startReceiver()
  bad.answer(500)
  const { id } = await register(hub, { url: good.url })
  const { id: failing } = await register(hub, {
    url: bad.url,
    events: ['booking.created'],
    retryAttempts: 1,
    retryDelay: 100,
  })
  const { id: off } = await register(hub, { url: good.url, isActive: false })
  for (let count = 0; count < 3; count++) await settled(hub, (await publish(hub)).id, 'delivered')
  const dead = await publish(hub, { type: 'booking.created', payload: {} })
  await deliveryOf(hub, dead.id, ({ status }) => status === 'dead')

  // Counts of accepted events are written a moment later than the events.
  const workspace = await until('the counts', async () => {
    const found = await read(hub, '/stats?window=1h')
    return found.totals.accepted === 5 && found
  })
  const ofGood = await read(hub, `/${id}/stats?window=24h`)
  const ofBad = await read(hub, `/stats/${failing}`)

  // Four posts, and the hub's own delivery.exhausted.
  const { p50Ms, p95Ms, ...totals } = workspace.totals
  assert.deepEqual(totals, { accepted: 5, delivered: 3, failed: 2, retried: 1, exhausted: 1, successRate: 0.6 })
  assert.ok(p50Ms! > 0 && p95Ms! >= p50Ms!)
  assert.deepEqual(
    [sum(workspace.series, 'accepted'), sum(workspace.series, 'delivered'), sum(workspace.series, 'failed')],
    [5, 3, 2],
  )
  assert.deepEqual(workspace.endpoints, { total: 3, active: 2, disabled: 1, failing: 1, paused: 0 })
  assert.deepEqual(
    [ofGood.totals.accepted, ofGood.totals.delivered, ofGood.totals.successRate, ofGood.endpoints],
    [3, 3, 1, undefined],
  )
  assert.deepEqual(
    [
      ofBad.totals.accepted,
      ofBad.totals.failed,
      ofBad.totals.retried,
      ofBad.totals.exhausted,
      ofBad.totals.successRate,
    ],
    [1, 2, 1, 1, 0],
  )
  assert.deepEqual([sum(ofBad.series, 'failed'), sum(ofBad.series, 'retried')], [2, 1])
  const endpoint = await endpointOf(hub, id)
  assert.deepEqual(
    [endpoint.totalCalls, endpoint.successfulCalls, endpoint.failedCalls, endpoint.health],
    [3, 3, 0, 'healthy'],
  )
  assert.match(String((await endpointOf(hub, failing)).lastError), /answered 500/)
  assert.equal((await endpointOf(hub, off)).health, 'disabled')
})
