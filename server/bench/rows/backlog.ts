import type { Row } from '../row.ts'
import { type Stage, setStage } from '../stage.ts'

/**
 * The delivery rate of a hub with 1,000,000 scheduled retries and 10,000 endpoints in ten workspaces, against an empty hub's
 * beside it, and its memory before and after.
 */
export const backlog: Row = async ({ postgres, rounds, quick, report }) => {
  const events = quick ? 20_000 : 50_000
  await using empty = await setStage(postgres)
  await using full = await setStage(postgres)
  for (const stage of [empty, full]) {
    await stage.workspace.createEndpoint(`http://127.0.0.1:${stage.receiverPort}/`)
    await deliver(stage, events)
  }
  const before = (await memoryOf(full)) - (await memoryOf(empty))
  await fill(full, { endpoints: quick ? 1_000 : 10_000, scheduled: quick ? 100_000 : 1_000_000 })

  const measured: number[] = []
  const ceiling: number[] = []
  for (let round = 0; round < rounds; round++) {
    ceiling.push(await deliver(empty, events))
    measured.push(await deliver(full, events))
  }
  // Both have done the same work, so what the full one holds more is the backlog's.
  const growth = (await memoryOf(full)) - (await memoryOf(empty)) - before
  report({ name: 'backlog, against an empty hub', unit: 'a second', measured, ceiling, bar: { ratioAtLeast: 0.9 } })
  report({ name: 'backlog, memory beyond an empty hub', unit: 'MB', measured: [growth], bar: { atMost: 50 } })
}

async function deliver(stage: Stage, events: number): Promise<number> {
  await stage.receiver.call('reset')
  const arrived = stage.receiver.call<number>('arrived', events)
  const { began } = await stage.driver.call<{ began: number }>('batches', {
    ports: stage.hubs.map(({ port }) => port),
    key: stage.workspace.key,
    batches: events / 1_000,
    inFlight: 4,
  })
  const ended = Math.max(await arrived, await stage.drained())
  return (events / (ended - began)) * 1_000
}

const memoryOf = async (stage: Stage) => (await stage.hubs[0]!.child.call<number>('memory')) / 1_048_576

/** Endpoints through the API, a tenth of them in the workspace that is measured; retries of hours straight into the table. */
async function fill(stage: Stage, { endpoints, scheduled }: { endpoints: number; scheduled: number }): Promise<void> {
  const workspaces = [stage.workspace]
  while (workspaces.length < 10) workspaces.push(await stage.createWorkspace())
  for (const workspace of workspaces) {
    const url = `http://127.0.0.1:${stage.receiverPort}/other`
    for (let made = 0; made < endpoints / 10; made += 20) {
      // They subscribe to something else, so that the number of deliveries stays the same.
      const some = Array.from({ length: 20 }, () => workspace.createEndpoint(url, { events: ['booking.*'] }))
      await Promise.all(some)
    }
  }
  await stage.client.query(
    `insert into scheduled (workspace_id, id, lane, kind, attempt, due_at)
     select e.workspace_id, uuidv7(), e.id, 'webhook', 1, now() + interval '3 hours' + n * interval '10 ms'
     from generate_series(1, $1::integer / $2::integer) n cross join (select workspace_id, id from webhook_endpoints where events = '{booking.*}') e`,
    [scheduled, endpoints],
  )
  await stage.client.query('vacuum analyze scheduled')
}
