import { Pool } from 'undici'
import { webhook } from '../../src/connectors/webhook/webhook.ts'
import { createGate } from '../../src/kit/gate.ts'
import { openContext } from '../../src/kit/open.ts'
import { parseOperationInput } from '../../src/kit/operation-input.ts'
import { runOperation } from '../../src/kit/result.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { createSafeAgent, createSafeDial } from '../../src/lib/safe-fetch.ts'
import { startChild } from '../children.ts'
import type { Row } from '../row.ts'

const host = 'vendor.example'
// What the hub keeps from call to call.
const dial = createSafeDial({ allowLoopback: true })
const gate = createGate({ vendor: 'Webhook', clock: systemClock })

const input = { action: 'lead.captured', payload: { email: 'ada@example.com', name: 'Ada Lovelace', source: 'bench' } }

/**
 * What the kit adds to a call: an operation from its input as JSON to its result, with its input judged, the secrets sealed out of what is
 * recorded, breaker, deadline and address check, beside the bare client that posts the same bytes to the same vendor, turn about.
 */
export const operation: Row = async ({ rounds, quick, report }) => {
  await using vendor = await startChild(`${import.meta.dirname}/../receiver.ts`)
  const origin = `http://127.0.0.1:${await vendor.call<number>('port')}`
  const body = JSON.stringify({ ...input, timestamp: new Date().toISOString() })
  const pool = new Pool(origin)
  const agent = createSafeAgent({ allowLoopback: true })
  const bare = async () => {
    const answer = await pool.request({
      method: 'POST',
      path: '/',
      body,
      headers: { 'content-type': 'application/json' },
    })
    await answer.body.text()
  }
  const calls = quick ? 300 : 3_000
  const beyond: number[] = []
  const bareMs: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const [ours, theirs]: number[][] = [[], []]
    for (let call = 0; call < calls; call++) {
      theirs!.push(await timed(bare))
      ours!.push(await timed(() => throughKit(origin, agent)))
    }
    // The first round warms up both.
    if (round === 0) continue
    beyond.push(median(ours!) - median(theirs!))
    bareMs.push(median(theirs!))
  }
  report({
    ...{ name: 'an operation, p50 beyond the bare client', unit: 'ms', measured: beyond, bar: { atMost: 1 } },
    note: `the bare client takes ${median(bareMs).toFixed(2)} ms`,
  })
  await Promise.all([pool.close(), agent.destroy()])
}

async function throughKit(origin: string, agent: ReturnType<typeof createSafeAgent>): Promise<void> {
  const read = parseOperationInput('automation.send', input)
  if (!read.ok) throw new TypeError('the input does not fit')
  const context = openContext({
    connector: webhook,
    credentials: { webhookUrl: `https://${host}/`, secret: 'a secret of the bench' },
    settings: {},
    agent,
    overrides: { [host]: origin },
    overrideAgent: agent,
    ...{ dial, gate },
    pace: async () => {},
    refresh: async () => undefined,
    onCall: () => {},
    log: silentLog,
    clock: systemClock,
    signal: new AbortController().signal,
    workspaceId: '00000000-0000-7000-8000-000000000001',
    integrationId: '00000000-0000-7000-8000-000000000002',
  })
  const result = await runOperation(webhook, context, 'automation.send', read.input)
  if (!result.success) throw new Error(result.error)
}

async function timed(run: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await run()
  return performance.now() - began
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
