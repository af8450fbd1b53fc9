import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { hubspot as emulator } from '../src/sandbox/hubspot/hubspot.ts'
import { signed } from '../src/sandbox/hubspot/webhooks.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { launchBrowser } from '../src/test/browser.ts'
import type { Hub } from '../src/test/hub.ts'
import { startSandbox } from '../src/test/sandbox.ts'
import { publish, signIn, startConsole, stumblingBlocks, visit } from './console-harness.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser.close())

const token = 'pat-sandbox-hubspot'
const application = { clientId: 'sandbox-hubspot', clientSecret: 'sandbox-hubspot-secret' }

/** A hub whose calls to HubSpot reach the sandbox, with the sandbox's application entered. */
async function startConnected(sandbox: Pick<Sandbox, 'overrides'>) {
  const hub = await startConsole({
    env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) },
    isPlatformAdmin: true,
  })
  await hub.request('PUT', '/api/integrations/oauth/applications/hubspot', { key: hub.adminKey, body: application })
  return hub
}

async function connectByKey(hub: Hub): Promise<string> {
  const body = { templateId: 'hubspot', name: 'Sales', authType: 'keys', credentials: { token } }
  const answer = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', { body })
  assert.equal(answer.body.data.status, 'active')
  return answer.body.data.id
}

const open = (page: Page, tab: string) => page.getByRole('tab', { name: tab, exact: true }).click()

test('a key that the vendor refuses is told in its words, the right one connects, and an operation shows up in the log', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  await using hub = await startConnected(sandbox)
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email, '/connected')

  await page.getByRole('link', { name: 'Connect an account' }).first().click()
  await page.getByRole('link', { name: 'Connect HubSpot' }).click()
  await page.getByRole('heading', { name: 'How to set it up' }).waitFor()
  await page.getByRole('radiogroup', { name: 'How to connect' }).getByText('Enter a key').click()
  await page.getByLabel('Access token').fill('pat-of-nobody')
  await page.getByRole('button', { name: 'Test and connect' }).click()
  await page
    .getByRole('alert')
    .getByText(/Authentication credentials not found/)
    .waitFor()
  await page.getByLabel('Access token').fill(token)
  await page.getByRole('button', { name: 'Test and connect' }).click()
  await page.getByRole('heading', { name: 'HubSpot', level: 1 }).waitFor()

  await page.getByText('Working').first().waitFor()
  await page.getByText('The credentials do not run out.').waitFor()
  await open(page, 'Operations')
  await page.getByRole('combobox', { name: 'Operation' }).click()
  await page.getByRole('option', { name: 'Create a contact' }).click()
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByRole('button', { name: 'Run it' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Run it' }).click()
  await page.getByText('It worked').waitFor()
  await open(page, 'Log')
  const entry = page.getByRole('button', { name: /contacts\.create/ })
  await entry.click()
  await page.getByRole('region', { name: 'Answer (redacted)' }).waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  assert.equal((await page.content()).includes(token), false)

  const { body } = await hub.request<unknown[]>('GET', '/api/integrations')
  assert.equal(body.data.length, 1)
  assert.deepEqual(faults, [])
})

test('signing in at the vendor in a window of its own connects the account, and events become contacts by a mapping', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  await using hub = await startConnected(sandbox)
  await using visitor = await visit(browser, hub)
  const { page } = visitor
  await signIn(page, hub.email, '/catalogue/hubspot')

  await page.getByLabel('Name').fill('Sales')
  await page.getByRole('button', { name: 'Sign in at HubSpot' }).click()
  await page.getByRole('heading', { name: 'Sales', level: 1 }).waitFor()
  await page.getByText('Working').first().waitFor()

  await open(page, 'Events')
  await page.getByRole('button', { name: 'Subscribe to events' }).click()
  await page.getByRole('combobox', { name: 'When one of these happens' }).fill('lead.captured')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.getByRole('combobox', { name: 'Then at HubSpot' }).click()
  await page.getByRole('option', { name: 'Create or update a contact', exact: true }).click()
  await page.getByText('The operation takes this').waitFor()
  await page.getByRole('combobox', { name: 'Company' }).fill('From {$.payload.source}')
  await page.getByText('"company": "From newsletter"').waitFor()
  await page.getByRole('button', { name: 'Subscribe', exact: true }).click()
  // What the hub subscribes a CRM to by itself stands beside it.
  await page.getByRole('row', { name: /^lead\.captured Create/ }).waitFor()
  const eventId = await publish(hub, 'lead.captured', { email: 'grace@example.com', source: 'a fair' })

  await page.goto(`/events/${eventId}`)
  const trace = page.getByRole('region', { name: 'Delivery to Sales' })
  await trace.getByText('The vendor has it.').waitFor()
  await trace.getByText('contacts.upsert').first().waitFor()
  const { body } = await hub.request<{ request: string }[]>('GET', `/api/integrations/logs?eventId=${eventId}`)
  assert.ok(body.data.some(({ request }) => request.includes('From a fair')))
})

test('a revoked access asks for a reconnect, which keeps the integration', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  await using hub = await startConnected(sandbox)
  await using visitor = await visit(browser, hub)
  const { page } = visitor
  const id = await connectByKey(hub)
  await hub.request('PATCH', `/api/integrations/${id}`, { body: { credentials: { token: 'pat-revoked' } } })
  await signIn(page, hub.email, '/')

  const attention = page.getByRole('region', { name: 'Needs attention' })
  await attention.getByText('Sales').waitFor()
  await page.goto(`/connected/${id}`)
  await page.getByRole('link', { name: 'Reconnect' }).first().click()
  await page.getByLabel('Access token').fill(token)
  await page.getByRole('button', { name: 'Test and save' }).click()
  await page.getByRole('heading', { name: 'Sales', level: 1 }).waitFor()
  await page.getByText('Working').first().waitFor()

  assert.ok(page.url().endsWith(`/connected/${id}`))
})

test('what a vendor sends for nobody is kept, and what it sends for an account is seen as it came and replayed', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  await using hub = await startConnected(sandbox)
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await connectByKey(hub)
  await receive(hub, 4610001, 1)
  await receive(hub, 99, 2)
  await signIn(page, hub.email, '/inbound')

  const whose = page.getByRole('radiogroup', { name: 'Whose webhooks' })
  await whose.getByText('Unmatched').click()
  await page.getByRole('row', { name: /hubspot.*Unmatched/ }).waitFor()
  await whose.getByText('This workspace').click()
  await page.getByRole('row', { name: /hubspot.*Processed/ }).waitFor()
  await page.getByRole('link', { name: 'hubspot' }).click()
  assert.match((await page.getByRole('region', { name: 'Body' }).textContent()) ?? '', /contact\.creation/)
  await page.getByRole('link', { name: 'Event 1' }).waitFor()
  await page.getByRole('button', { name: 'Replay' }).click()
  await page.getByText('It will be processed again.').waitFor()
  await page.getByText('Its events were published.').waitFor()

  assert.deepEqual(await stumblingBlocks(page), [])
  assert.deepEqual(faults, [])
})

/** Sends what HubSpot would of a contact that was created in an account, signed as its application's. */
async function receive(hub: Hub, portalId: number, eventId: number): Promise<void> {
  const at = Date.now()
  const url = `${hub.url}/webhooks/hubspot`
  const event = { eventId, subscriptionId: 101, portalId, appId: 1, occurredAt: at, attemptNumber: 0, objectId: 501 }
  const body = JSON.stringify([{ ...event, subscriptionType: 'contact.creation', changeSource: 'CRM' }])
  const headers = { ...signed({ url, secret: application.clientSecret, body, at }), 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body })
  assert.ok(answer.status < 300, `${answer.status} ${await answer.text()}`)
}

test('a call shows what became of it at each account, is sent again, and an account is given to one agent', async () => {
  await using sandbox = await startSandbox({ emulators: [emulator] })
  await using hub = await startConnected(sandbox)
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const integrationId = await connectByKey(hub)
  sandbox.faults.set({ vendor: 'hubspot', kind: 'cut_after_write', path: '/crm/objects/2026-09/notes' })
  const [startedAt, endedAt] = ['2026-02-20T14:00:00Z', '2026-02-20T14:05:00Z']
  const customer = { customerName: 'Ada Lovelace', customerEmail: 'ada@example.com', transcript: 'Hello.' }
  const call = { callId: 'call_1', agentId: 'desk', callOutcome: 'callback_agreed', startedAt, endedAt, ...customer }
  await hub.request('POST', '/api/calls', { body: call })
  await hub.request('PUT', '/api/agents/desk', { body: { name: 'Front desk' } })
  await signIn(page, hub.email, '/calls')

  await page.getByRole('link', { name: 'Ada Lovelace' }).click()
  const deliveries = page.getByRole('region', { name: 'At the integrations' })
  await deliveries.getByText('The contact is there').waitFor()
  await deliveries.getByRole('button', { name: 'Send it there again' }).waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  sandbox.faults.clear()
  await deliveries.getByRole('button', { name: 'Send it there again' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Send it again' }).click()
  await deliveries.getByText('A note of the call is there').waitFor()

  await page.goto('/agents/desk')
  await page.getByRole('combobox', { name: 'Give it an account' }).click()
  await page.getByRole('option', { name: /Sales/ }).click()
  await page.getByRole('button', { name: 'Make it its own' }).click()
  await page.getByRole('table', { name: 'Accounts of Front desk' }).getByRole('link', { name: 'Sales' }).waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  const { body } = await hub.request<{ agentId: string }>('GET', `/api/integrations/${integrationId}`)
  assert.equal(body.data.agentId, 'desk')
  assert.deepEqual(faults, [])
})
