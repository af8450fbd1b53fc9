import type { Row } from '../row.ts'
import { type Stage, setStage } from '../stage.ts'

/**
 * What one hanging endpoint costs the others: events to 1,000 endpoints, each a host of its own, first with all of them well and
 * then with one that keeps every request for 30 s. What counts is when the other 999 have received everything.
 */
export const isolation: Row = async ({ postgres, rounds, quick, report }) => {
  const endpoints = quick ? 200 : 1_000
  const events = quick ? 100 : 60
  await using well = await setStage(postgres)
  await using ill = await setStage(postgres)
  for (const stage of [well, ill]) {
    const create = (i: number) => {
      // All of 127.0.0.0/8 is this machine, so each endpoint gets an address, and thus connections, of its own.
      const origin = `http://127.0.${1 + Math.floor(i / 250)}.${1 + (i % 250)}:${stage.receiverPort}`
      // What goes to the first one is not counted, whether it hangs or not.
      const path = i > 0 ? i : stage === ill ? 'hang/30000' : 'hang/0'
      return stage.workspace.createEndpoint(`${origin}/${path}`, { timeout: 60_000 })
    }
    for (let i = 0; i < endpoints; i += 20) await Promise.all(Array.from({ length: 20 }, (_, more) => create(i + more)))
  }
  const measured: number[] = []
  const ceiling: number[] = []
  const count = (endpoints - 1) * events
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = [await deliver(well, events, count), await deliver(ill, events, count)]
    // The first round opens the connections.
    if (round === 0) continue
    ceiling.push(a)
    measured.push(b)
  }
  report({ name: 'one hanging endpoint of many', unit: 'a second', measured, ceiling, bar: { ratioAtLeast: 0.95 } })
}

/** How many a second arrive of the deliveries that well endpoints get of so many events. */
export async function deliver(stage: Stage, events: number, count: number): Promise<number> {
  await stage.receiver.call('reset')
  const arrived = stage.receiver.call<number>('arrived', count)
  const began = performance.timeOrigin + performance.now()
  const [hub] = stage.hubs
  await stage.driver.call('batches', {
    ports: [hub!.port],
    key: stage.workspace.key,
    batches: events / 10,
    inFlight: 1,
    size: 10,
  })
  return (count / ((await arrived) - began)) * 1_000
}
