import { startChild } from '../children.ts'
import type { Row } from '../row.ts'
import { setStage } from '../stage.ts'

/**
 * Events accepted over HTTP in batches, signed in both families, received and recorded, against bare signed requests to the
 * same receiver. Each round measures the ceiling and then the hub.
 */
export const deliveries: Row = async ({ postgres, rounds, quick, report }) => {
  const events = quick ? 20_000 : 100_000
  for (const hubs of [1, 2]) {
    const measured: number[] = []
    const ceilings: number[] = []
    await using stage = await setStage(postgres, { hubs })
    await using bare = await startChild(`${import.meta.dirname}/../driver.ts`)
    await stage.workspace.createEndpoint(`http://127.0.0.1:${stage.receiverPort}/`)
    // The first round warms up code, connections and plans, and does not count.
    for (let round = 0; round <= rounds; round++) {
      await stage.receiver.call('reset')
      const input = { port: stage.receiverPort, count: round === 0 ? 10_000 : events }
      const ceiling = await bare.call<number>('ceiling', input)
      if (round > 0) ceilings.push(ceiling)
      await stage.receiver.call('reset')
      await stage.client.query('truncate attempts')
      const count = round === 0 ? 10_000 : events
      const arrived = stage.receiver.call<number>('arrived', count)
      const { began } = await stage.driver.call<{ began: number }>('batches', {
        ports: stage.hubs.map(({ port }) => port),
        key: stage.workspace.key,
        batches: count / 1_000,
        inFlight: 4,
      })
      const ended = Math.max(await arrived, await stage.drained())
      const { rows } = await stage.client.query('select count(*)::integer as count from attempts')
      if (rows[0].count < count)
        throw new Error(`${count} events were accepted and only ${rows[0].count} attempts recorded`)
      if (round > 0) measured.push((count / (ended - began)) * 1_000)
    }
    report({
      name: hubs === 1 ? 'deliveries, one process' : 'deliveries, two processes',
      unit: 'a second',
      measured,
      ceiling: ceilings,
      bar: { ratioAtLeast: 0.35, goal: 0.5 },
    })
  }
}
