import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browser } from '../../test/acme-crm.ts'
import { startHub } from '../../test/hub.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { googleCalendar } from '../google-calendar/google-calendar.ts'
import { googleAnalytics, sandboxSecret } from './google-analytics.ts'

type Integration = { id: string; status: string; authType: string }

test("who signs in at Google reads the reports of what was sent, and needs the reports' own scope for it", async () => {
  await using sandbox = await startSandbox({ emulators: [googleAnalytics, googleCalendar] })
  await using hub = await startHub({
    env: {
      ...{ TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) },
      ...{ GOOGLE_CLIENT_ID: 'sandbox-google-calendar', GOOGLE_CLIENT_SECRET: 'sandbox-google-calendar-secret' },
    },
  })
  const run = <Data>(id: string, operation: string, input: object) =>
    hub.request<Data>('POST', `/api/integrations/${id}/operations/${operation}`, { body: input })
  const sender = await hub.request<Integration>('POST', '/api/integrations', {
    body: {
      ...{ templateId: 'google-analytics', credentials: { apiSecret: sandboxSecret } },
      config: { measurement_id: 'G-SANDBOX01' },
    },
  })
  const events = [{ name: 'generate_lead', parameters: { value: 12.5, currency: 'EUR' } }]
  const sent = await run(sender.body.data.id, 'analytics.send', { clientId: '555.777', events })

  const begun = await hub.request<{ url: string }>(
    'GET',
    '/api/integrations/oauth/google/authorize?template=google-analytics',
    { headers: { accept: 'application/json' } },
  )
  await browser().visit(begun.body.data.url)
  const { body } = await hub.request<Integration[]>('GET', '/api/integrations')
  const reader = body.data.find(({ authType }) => authType === 'oauth2')
  const connected = await hub.request<Integration>('PATCH', `/api/integrations/${reader?.id}`, {
    body: { config: { property_id: '123456' } },
  })
  const report = { from: '7daysAgo', to: 'today', metrics: ['eventCount'], dimensions: ['eventName'] }
  const read = await run<{ rows: object[] }>(reader!.id, 'analytics.report', report)

  assert.equal(sent.status, 200, sent.text)
  assert.equal(connected.body.data?.status, 'active', connected.text)
  assert.deepEqual(read.body.data?.rows, [{ eventName: 'generate_lead', eventCount: 1 }], read.text)

  const { world } = sandbox.emulator(googleCalendar)
  const calendarOnly = await world.oauth.grant({ scopes: ['https://www.googleapis.com/auth/calendar.events'] })
  const refused = await fetch(`${sandbox.url}/google-analytics/v1beta/properties/123456/metadata`, {
    headers: { authorization: `Bearer ${calendarOnly.accessToken}` },
  })
  assert.equal(refused.status, 403)
})
