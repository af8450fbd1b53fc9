import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { startTracing, tracer } from './tracing.ts'

test('traces nothing, and loads nothing for it, unless a collector is configured', async () => {
  await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined }, '1.0.0')

  assert.equal(tracer(), undefined)
})

test("sends a span for each request, which continues the caller's trace", async () => {
  const bodies: string[] = []
  const collector = createServer(async (request, reply) => {
    bodies.push(Buffer.concat(await Array.fromAsync(request)).toString())
    reply.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
  const stop = await startTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, '1.0.0')
  const traceId = '0af7651916cd43dd8448eb211c80319c'
  try {
    await using hub = await startHub({ role: 'api' })
    await hub.request('GET', '/health', { headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } })
  } finally {
    await stop()
    collector.close()
  }

  const spans = bodies.flatMap((body) =>
    (JSON.parse(body) as Export).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  )
  const span = spans.find(({ name }) => name === 'GET /health')
  assert.equal(span?.traceId, traceId)
  assert.equal(span?.parentSpanId, 'b7ad6b7169203331')
})

type Export = {
  resourceSpans: { scopeSpans: { spans: { name: string; traceId: string; parentSpanId?: string }[] }[] }[]
}
