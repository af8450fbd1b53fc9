import type { Row } from '../row.ts'
import { setStage } from '../stage.ts'
import { percentile } from '../table.ts'

/** From just before the post to the receiver's receipt, at 20 events a second: what a delivery takes when nothing else is going on. */
export const latency: Row = async ({ postgres, rounds, quick, report }) => {
  await using stage = await setStage(postgres)
  await stage.workspace.createEndpoint(`http://127.0.0.1:${stage.receiverPort}/timed`)
  const load = { port: stage.hubs[0]!.port, key: stage.workspace.key, perSecond: 20 }
  await stage.driver.call('paced', { ...load, seconds: 3 })
  await stage.drained()

  const p50: number[] = []
  const p99: number[] = []
  const seconds = quick ? 8 : 20
  for (let round = 0; round < rounds; round++) {
    await stage.receiver.call('reset')
    const arrived = stage.receiver.call('arrived', seconds * load.perSecond)
    await stage.driver.call('paced', { ...load, seconds })
    await arrived
    const delays = await stage.receiver.call<number[]>('delays')
    p50.push(percentile(delays, 0.5))
    p99.push(percentile(delays, 0.99))
  }
  report({ name: 'latency, p50', unit: 'ms', measured: p50, bar: { atMost: 8 } })
  report({ name: 'latency, p99', unit: 'ms', measured: p99, bar: { atMost: 25 } })
}
