import type { Row } from '../row.ts'
import { setStage } from '../stage.ts'
import { median, percentile } from '../table.ts'

type Singles = { perSecond: number; ms: number[] }

/**
 * Single durable posts at 50 connections, against the same posts to the same server, guards and schemas over an engine that
 * stores nothing. First nobody subscribes, then one endpoint does, so that the hub also delivers.
 */
export const accept: Row = async ({ postgres, rounds, quick, report }) => {
  const count = quick ? 10_000 : 50_000
  await using stage = await setStage(postgres)
  const [hub] = stage.hubs
  const ceilingPort = await hub!.child.call<number>('portWithoutDatabase')
  const post = (port: number, posts: number) =>
    stage.driver.call<Singles>('singles', { port, key: stage.workspace.key, connections: 50, count: posts })
  await post(ceilingPort, 5_000)
  await post(hub!.port, 5_000)

  for (const subscribed of [false, true]) {
    if (subscribed) await stage.workspace.createEndpoint(`http://127.0.0.1:${stage.receiverPort}/`)
    const measured: number[] = []
    const ceiling: number[] = []
    const p50: number[] = []
    const p99: number[] = []
    const bareP99: number[] = []
    for (let round = 0; round < rounds; round++) {
      const bare = await post(ceilingPort, count)
      ceiling.push(bare.perSecond)
      bareP99.push(percentile(bare.ms, 0.99))
      const { perSecond, ms } = await post(hub!.port, count)
      measured.push(perSecond)
      p50.push(percentile(ms, 0.5))
      p99.push(percentile(ms, 0.99))
      await stage.drained()
    }
    const who = subscribed ? 'one endpoint' : 'no subscriber'
    report({ name: `accept, ${who}`, unit: 'a second', measured, ceiling, bar: { ratioAtLeast: 0.3 } })
    const note = `p50 ${median(p50).toFixed(1)} ms; without the database p99 ${median(bareP99).toFixed(1)} ms`
    report({ name: `accept, ${who}, p99`, unit: 'ms', measured: p99, bar: { atMost: 15 }, note })
  }
}
