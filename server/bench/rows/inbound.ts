import { createHmac } from 'node:crypto'
import { sandboxLocation } from '../../src/sandbox/gohighlevel/location.ts'
import type { Post } from '../open-loop.ts'
import type { Row } from '../row.ts'
import { api, setStage } from '../stage.ts'
import { percentile } from '../table.ts'

const perSecond = 50
const secret = 'a-secret-of-the-bench'

/** What a vendor waits for the answer to its webhook, 50 a second: signature checked, stored. What they bring runs meanwhile. */
export const inbound: Row = async ({ postgres, rounds, quick, report }) => {
  await using stage = await setStage(postgres, { sandbox: true })
  const [hub] = stage.hubs
  await api(hub!.port, stage.workspace.key, '/api/integrations', {
    templateId: 'gohighlevel',
    credentials: { apiKey: 'pit-sandbox-gohighlevel' },
    config: { location_id: sandboxLocation, webhook_secret: secret },
  })
  const load = (seconds: number) => ({
    ...{ port: hub!.port, perSecond },
    posts: Array.from({ length: perSecond * seconds }, webhook),
  })
  await stage.driver.call('openLoop', load(3))
  const p95: number[] = []
  const p99: number[] = []
  for (let round = 0; round < rounds; round++) {
    const ms = await stage.driver.call<number[]>('openLoop', load(quick ? 5 : 20))
    p95.push(percentile(ms, 0.95))
    p99.push(percentile(ms, 0.99))
  }
  report({ name: 'inbound webhooks, answered, p95', unit: 'ms', measured: p95, bar: { atMost: 200 } })
  report({ name: 'inbound webhooks, answered, p99', unit: 'ms', measured: p99, bar: { atMost: 200 } })
}

let sent = 0

function webhook(): Post {
  const id = ++sent
  const contact = { id: `c${id}`, firstName: 'Ada', lastName: 'Lovelace', email: `ada-${id}@example.com` }
  const body = JSON.stringify({ locationId: sandboxLocation, webhookId: `bench-${id}`, ...contact })
  const headers = { 'x-webhook-signature': createHmac('sha256', secret).update(body).digest('hex') }
  return { path: '/webhooks/ghl/contact.created', key: 'none', body, headers }
}
