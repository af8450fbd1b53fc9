import type { Row } from '../row.ts'
import { type Stage, setStage } from '../stage.ts'
import { percentile } from '../table.ts'

const hosts = 5
const busyEvents = 10_000
const days = 30
const dayMs = 86_400_000
const workday = [{ from: '08:00', to: '18:00' }]
const weekly = Object.fromEntries(
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, workday]),
)

/**
 * 30 days of slots of five hosts with 10,000 events between them, which leave the afternoons: worked out anew because something changed, and found again. Then
 * 1,000 requests at the same moment, through two processes, for one slot.
 */
export const slots: Row = async ({ postgres, rounds, quick, report }) => {
  await using stage = await setStage(postgres, { hubs: 2 })
  const [hub, other] = stage.hubs
  const ids = await Promise.all(Array.from({ length: hosts }, () => addHost(stage, hub!.port)))
  await stage.client.query(
    `insert into calendar_claims (workspace_id, host_id, owner_id, starts_at, ends_at, blocked_from, blocked_to, exclusive)
     select $1, ($2::uuid[])[1 + n % ${hosts}], gen_random_uuid(), at, at + interval '7 minutes', at, at + interval '7 minutes', false
     from generate_series(1, ${busyEvents}) n, lateral (
       select date_trunc('day', now()) + make_interval(days => 1 + n % ${days}, hours => 6) + interval '7 hours' * ((n / ${days}) * ${days} / ${busyEvents}.0)
     ) t(at)`,
    [stage.workspace.id, ids],
  )
  await stage.client.query('analyze calendar_claims')
  const from = new Date(Date.now() + dayMs)
  const query = `from=${from.toISOString()}&to=${new Date(from.getTime() + days * dayMs).toISOString()}&hostIds=${ids}`
  const changed = () => stage.client.query('update calendar_hosts set revision = revision + 1')
  const times = async (count: number, isCached: boolean) => {
    const ms: number[] = []
    for (let index = 0; index < count; index += 1) {
      if (!isCached) await changed()
      const startedAt = performance.now()
      const { status } = await get(stage, hub!.port, `/api/integrations/calendar/available-slots?${query}`)
      ms.push(performance.now() - startedAt)
      if (status !== 200) throw new Error(`The slots answered ${status}.`)
    }
    return ms
  }
  const count = quick ? 50 : 200
  await times(20, false)
  const anew: number[] = []
  const cached: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    anew.push(percentile(await times(count, false), 0.95))
    cached.push(percentile(await times(count, true), 0.95))
  }
  const what = `slots, ${days} days of ${hosts} hosts, ${busyEvents} events`
  report({ name: `${what}, p95`, unit: 'ms', measured: anew, bar: { atMost: 50 } })
  report({ name: `${what}, nothing changed, p95`, unit: 'ms', measured: cached, bar: { atMost: 10 } })

  const rush: number[] = []
  for (let round = 0; round < rounds; round += 1) rush.push(await rushFor(stage, [hub!.port, other!.port]))
  report({ name: '1000 at once for one slot, two processes', unit: 'ms', measured: rush, note: 'exactly one has it' })
}

/** Lets 1,000 want one slot at the same moment. Answers how long it took; throws where not exactly one has it. */
async function rushFor(stage: Stage, ports: number[]): Promise<number> {
  const hostId = await addHost(stage, ports[0]!)
  const { body } = await get(stage, ports[0]!, `/api/integrations/calendar/available-slots?hostIds=${hostId}`)
  const { startsAt } = (body as { data: { slots: { startsAt: string }[] } }).data.slots[0]!
  const startedAt = performance.now()
  const statuses = await Promise.all(
    Array.from({ length: 1_000 }, async (_, index) => {
      const answer = await send(stage, ports[index % ports.length]!, '/api/integrations/calendar/bookings', {
        hostIds: [hostId],
        startsAt,
      })
      return answer.status
    }),
  )
  const took = performance.now() - startedAt
  const [made, refused] = [201, 409].map((status) => statuses.filter((one) => one === status).length)
  if (made !== 1 || refused !== 999) throw new Error(`${made} of 1,000 have the slot, and ${refused} were refused.`)
  return took
}

async function addHost(stage: Stage, port: number): Promise<string> {
  const host = { name: 'Host', timezone: 'Europe/Berlin', weekly, slotMinutes: 30, minimumNoticeMinutes: 0 }
  const { body } = await send(stage, port, '/api/integrations/calendar/hosts', host)
  return (body as { data: { id: string } }).data.id
}

const headersOf = ({ workspace }: Stage) => ({
  authorization: `Bearer ${workspace.key}`,
  'content-type': 'application/json',
})

async function get(stage: Stage, port: number, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: headersOf(stage) })
  return { status: answer.status, body: await answer.json() }
}

async function send(
  stage: Stage,
  port: number,
  path: string,
  body: object,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...{ method: 'POST', headers: headersOf(stage), body: JSON.stringify(body) },
  })
  return { status: answer.status, body: await answer.json() }
}
