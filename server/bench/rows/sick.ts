import type { Row } from '../row.ts'
import { api, type Stage, setStage } from '../stage.ts'
import { deliver } from './isolation.ts'

const count = 50
const ways = ['hang', 'failing', 'throttling', 'cut', 'lying']
const hosts = Array.from({ length: count }, (_, at) => `vendor-${at}.example`)
/** Less than an integration may send at once, so that no round waits for a vendor's limit. */
const events = 20

/**
 * What sick vendors cost the others: events that become an operation at 50 integrations, first with all of them well, then with five whose
 * vendors hang, fail, throttle, cut the connection and lie. What counts is when the other 45 have everything.
 */
export const sick: Row = async ({ postgres, rounds, report }) => {
  await using well = await setStage(postgres, { vendors: hosts })
  await using ill = await setStage(postgres, { vendors: hosts })
  for (const stage of [well, ill])
    for (let at = 0; at < count; at += 10)
      await Promise.all(Array.from({ length: 10 }, (_, more) => connect(stage, at + more, stage === ill)))
  const measured: number[] = []
  const ceiling: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const [a, b] = [await deliver(well, events, wellCount), await deliver(ill, events, wellCount)]
    // The pace of every integration fills up again.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    // The first round opens the connections.
    if (round === 0) continue
    ceiling.push(a)
    measured.push(b)
  }
  report({ name: 'five sick integrations of 50', unit: 'a second', measured, ceiling, bar: { ratioAtLeast: 0.95 } })
}

const wellCount = (count - ways.length) * events

/** The first five are not counted, whether they are sick or not. */
async function connect(stage: Stage, at: number, isIll: boolean): Promise<void> {
  const [hub] = stage.hubs
  const way = ways[at]
  const isSick = isIll && way !== undefined
  const path = way === undefined ? `well/${at}` : !isSick ? 'hang/0' : way === 'hang' ? 'hang/30000' : `sick/${way}`
  const call = <Data>(place: string, body: unknown) => api<Data>(hub!.port, stage.workspace.key, place, body)
  const { id } = await call<{ id: string }>('/api/integrations', {
    templateId: 'webhook',
    name: `Integration ${at}`,
    credentials: { webhookUrl: `https://${hosts[at]}/${path}` },
  })
  await call(`/api/integrations/${id}/subscriptions`, {
    events: ['lead.captured'],
    operation: 'automation.send',
    mapping: { action: '$.type', payload: { eventId: '$.id', of: '$.payload' } },
  })
}
