import type { Post } from '../open-loop.ts'
import type { Row } from '../row.ts'
import type { OpenAccount } from '../sandbox.ts'
import { api, type Stage, setStage } from '../stage.ts'
import { percentile } from '../table.ts'

const perSecond = 10
const dayMs = 86_400_000
const allDay = [{ from: '00:00', to: '24:00' }]
const weekly = Object.fromEntries(
  ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, allDay]),
)

/**
 * What a voice agent waits for its tools, ten a second: asking what is free and booking in turns, for a host whose calendar is connected.
 * Then the same while the vendor of that calendar answers nothing at all.
 */
export const voice: Row = async ({ postgres, rounds, quick, report }) => {
  const seconds = quick ? 5 : 15
  await using stage = await setStage(postgres, { sandbox: true })
  await addHost(stage)
  const load = (count: number) => ({
    ...{ port: stage.hubs[0]!.port, perSecond },
    posts: Array.from({ length: count }, () => toolCall(stage)),
  })
  await stage.driver.call('openLoop', load(perSecond * 3))
  const well: number[] = []
  const hanging: number[] = []
  for (let round = 0; round < rounds; round++) {
    well.push(percentile(await stage.driver.call<number[]>('openLoop', load(perSecond * seconds)), 0.95))
    await stage.sandbox!.call('fault', { vendor: 'google-calendar', kind: 'hang' })
    hanging.push(Math.max(...(await stage.driver.call<number[]>('openLoop', load(perSecond * seconds)))))
    await stage.sandbox!.call('heal')
  }
  report({ name: 'voice tools, p95', unit: 'ms', measured: well, bar: { atMost: 300 } })
  report({ name: 'voice tools, calendar hangs, slowest', unit: 'ms', measured: hanging, bar: { atMost: 2_000 } })
}

/** A host who can be booked around the clock, with a calendar at a vendor. */
async function addHost(stage: Stage): Promise<void> {
  const { id: workspaceId, key } = stage.workspace
  const [hub] = stage.hubs
  const accounts = (await stage.sandbox!.call<OpenAccount[]>('accounts')).filter(
    ({ connector }) => connector === 'google-calendar',
  )
  await hub!.child.call('connect', { workspaceId, accounts })
  const { rows } = await stage.client.query<{ id: string }>('select id from integrations')
  const host = { name: 'Grace', timezone: 'UTC', weekly, slotMinutes: 15, minimumNoticeMinutes: 0 }
  const calendar = '/api/integrations/calendar'
  const { id: hostId } = await api<{ id: string }>(hub!.port, key, `${calendar}/hosts`, host)
  await api(hub!.port, key, `${calendar}/providers`, { hostId, integrationId: rows[0]!.id })
}

let turn = 0

/** Each booking wants a time of its own, so that none is refused. */
function toolCall({ workspace }: Stage): Post {
  const at = turn++
  const time = new Date(Math.ceil(Date.now() / dayMs) * dayMs + dayMs + at * 900_000).toISOString()
  const when = { appointment_date: time.slice(0, 10), timezone: 'UTC' }
  const [tool, body] =
    at % 2 === 0
      ? ['check-availability', when]
      : [
          'book-appointment',
          {
            ...when,
            appointment_time: time.slice(11, 16),
            customer_name: 'Ada',
            customer_email: `ada-${at}@example.com`,
          },
        ]
  return { path: `/api/tools/${tool}`, key: workspace.key, body: JSON.stringify(body) }
}
