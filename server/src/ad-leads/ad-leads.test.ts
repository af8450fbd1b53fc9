import assert from 'node:assert/strict'
import { test } from 'node:test'
import { facebook } from '../sandbox/facebook/facebook.ts'
import { idsOf, sandboxApp, sandboxLead, sandboxToken, signed } from '../sandbox/facebook/page.ts'
import { browser } from '../test/acme-crm.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { offsetClock } from '../test/offset-clock.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

type Lead = { id: string; email: string; source: string; customFields: Record<string, unknown> }
type Event = { id: string; payload: Record<string, unknown> }

const quarter = 15 * 60_000
/** The operator's. */
const application = {
  FACEBOOK_CLIENT_ID: 'sandbox-facebook',
  FACEBOOK_CLIENT_SECRET: 'sandbox-facebook-secret',
}
const ad = { ad_id: '120330000133427999', campaign_id: '120330000133427997' }
const ada = {
  ...ad,
  answers: {
    email: 'ada@example.com',
    full_name: 'Ada Lovelace',
    phone_number: '+14079780655',
    'which_roof?': 'slate',
  },
}

test('who fills in a lead form is a lead once, with the ad it came from and the answers, and Meta is told of it', async () => {
  await using place = await start()
  const { hub, vendor } = place
  const id = await connect(place)
  place.sandbox.faults.set({ vendor: 'facebook', kind: 'duplicate_webhooks' })

  const [leadId] = vendor.submit(ada)
  const lead = await leadOf(hub, 'ada@example.com')
  await place.sandbox.idle()

  assert.equal(lead.source, 'facebook')
  assert.deepEqual(lead.customFields, { 'which_roof?': 'slate', facebook_lead_id: leadId })
  const [captured, ...others] = await eventsOf(hub, 'lead.captured')
  assert.equal(others.length, 0)
  const { data } = (await hub.request<Event>('GET', `/api/events/${captured?.id}`)).body
  assert.equal(data.payload.created, true)
  assert.deepEqual(data.payload.campaign, {
    ...{ ...ad, platform: 'fb', form_id: idsOf('sandbox').forms[0], facebook_lead_id: leadId },
  })
  const [conversion] = await until('the conversion', async () => vendor.events().length > 0 && vendor.events())
  assert.deepEqual(
    [conversion?.event_name, conversion?.event_id, conversion?.user_data.lead_id],
    ['Lead', captured?.id, leadId],
  )
  const subscriptions = await hub.request<{ isActive: boolean }[]>('GET', `/api/integrations/${id}/subscriptions`)
  assert.equal(subscriptions.body.data.filter(({ isActive }) => isActive).length, 3)
})

test('a lead that is won with a value is a purchase', async () => {
  await using place = await start()
  const { hub, vendor } = place
  await connect(place)
  vendor.submit(ada)
  const { id } = await leadOf(hub, 'ada@example.com')

  const moved = await hub.request('PUT', `/api/integrations/crm/leads/${id}/status`, {
    body: { status: 'converted', amountMinor: 125_000, currency: 'EUR' },
  })

  assert.equal(moved.status, 200, moved.text)
  const purchase = await until('the purchase', async () =>
    vendor.events().find(({ event_name: name }) => name === 'Purchase'),
  )
  assert.equal(purchase.custom_data?.value, 1_250)
  assert.equal(purchase.custom_data?.currency, 'EUR')
})

test('leads that nobody was told of are caught up, and those before the connection are left alone', async () => {
  await using place = await start()
  const { hub, vendor, clock } = place
  await connect(place)
  clock.advance(60_000)
  vendor.submitUnheard(
    ...Array.from({ length: 3 }, (_, index) => ({ answers: { email: `lead${index}@example.com` } })),
    { form_id: idsOf('sandbox').forms[1], answers: { email: 'other@example.com' } },
    { answers: { 'which_roof?': 'tiles' } },
  )

  clock.advance(quarter)
  await leadOf(hub, 'other@example.com')
  const all = await until('all leads', async () => {
    const { body } = await hub.request<Lead[]>('GET', '/api/integrations/crm/leads')
    return body.data.length === 5 && body.data
  })
  const calls = place.sandbox.requests.filter(({ path }) => path.endsWith('/leads')).length
  clock.advance(quarter)
  await until(
    'another look',
    async () => place.sandbox.requests.filter(({ path }) => path.endsWith('/leadgen_forms')).length >= 2,
  )

  assert.equal(all.filter(({ email }) => email === 'grace@example.com').length, 0)
  // A form with no more leads than before is not read again.
  assert.equal(place.sandbox.requests.filter(({ path }) => path.endsWith('/leads')).length, calls)
})

test('one request about the pages of two workspaces gives each its own leads', async () => {
  await using place = await start()
  const { hub, vendor } = place
  const other = await hub.addWorkspace('Globex')
  await connect(place)
  await connect(place, { account: 'globex', key: other.apiKey })

  vendor.submit(ada, { account: 'globex', answers: { email: 'hank@example.com' } })
  await leadOf(hub, 'ada@example.com')
  await leadOf(hub, 'hank@example.com', other.apiKey)

  for (const [key, email] of [
    [hub.apiKey, 'hank@example.com'],
    [other.apiKey, 'ada@example.com'],
  ] as const) {
    const { status } = await hub.request('GET', `/api/integrations/crm/leads/${email}`, { key })
    assert.equal(status, 404)
  }
})

test('news of pages that nobody has connected yet wait for them, each for its own', async () => {
  await using place = await start(application)
  const { hub } = place
  const pages = [idsOf('sandbox').page, idsOf('globex').page]
  const entry = pages.map((id, index) => ({
    ...{ id, time: 1_780_000_000 },
    changes: [{ field: 'leadgen', value: { leadgen_id: index === 0 ? sandboxLead : '77', page_id: id } }],
  }))
  const body = JSON.stringify({ object: 'page', entry })
  const send = (secret: string) =>
    hub.request('POST', '/webhooks/facebook', { body, key: null, headers: signed(body, secret) })

  const forged = await send('another-secret')
  const genuine = await send(application.FACEBOOK_CLIENT_SECRET)
  const waiting = async () =>
    (
      await hub.request<{ status: string; routingKey: string }[]>('GET', '/api/inbound-webhooks/unmatched', {
        key: hub.adminKey,
      })
    ).body.data
      .filter(({ status }) => status === 'unmatched')
      .map(({ routingKey }) => routingKey)

  assert.deepEqual([forged.status, genuine.status], [401, 200])
  assert.deepEqual((await waiting()).toSorted(), pages.toSorted())
  await connect(place)
  await leadOf(hub, 'grace@example.com')
  assert.deepEqual(await waiting(), [pages[1]])
})

test('a person who signs in gets a token for sixty days, which is renewed a week before it ends', async () => {
  await using place = await start(application)
  const { hub, clock, vendor } = place
  const { page, dataset } = idsOf('sandbox')
  const begun = await hub.request<{ url: string }>('GET', '/api/integrations/oauth/facebook/authorize', {
    headers: { accept: 'application/json' },
  })
  await browser().visit(begun.body.data.url)
  const { body } = await hub.request<{ id: string; status: string; credentialsExpireAt: string }[]>(
    'GET',
    '/api/integrations',
  )
  const [integration] = body.data
  const days = (Date.parse(integration!.credentialsExpireAt) - clock.now()) / 86_400_000
  const exchanges = () => place.sandbox.requests.filter(({ path }) => path.endsWith('/oauth/access_token')).length

  assert.equal(integration?.status, 'active')
  assert.equal(Math.round(days), 53)
  assert.equal(exchanges(), 2)

  // The settings may come later: the page is heard of, and conversions are told, from then on.
  const config = { page_id: page, dataset_id: dataset }
  await hub.request('PATCH', `/api/integrations/${integration?.id}`, { body: { config } })
  await until('the page', async () => vendor.subscribed()['sandbox-facebook'])
  vendor.submit(ada)
  await leadOf(hub, 'ada@example.com')
  await until('the conversion', async () => vendor.events().length > 0)
  clock.advance(53 * 86_400_000)
  await until('the renewal', async () => exchanges() === 3)
})

async function start(env: Record<string, string> = {}) {
  const clock = offsetClock()
  const sandbox = await startSandbox({ emulators: [facebook], clock })
  const hub = await startHub({ clock, env: { ...env, TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
  const { world: _, ...vendor } = sandbox.emulator(facebook)
  return {
    ...{ hub, sandbox, clock, vendor },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

/** Connects a page as a system user, and waits until the page lets the application hear of leads. */
async function connect(
  { hub, vendor }: Pick<Awaited<ReturnType<typeof start>>, 'hub' | 'vendor'>,
  { account = 'sandbox', key = hub.apiKey }: { account?: string; key?: string } = {},
): Promise<string> {
  const { page, dataset } = idsOf(account)
  const accessToken = account === 'sandbox' ? sandboxToken : `${sandboxToken}-${account}`
  const { body, text } = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
    key,
    body: {
      templateId: 'facebook',
      credentials: { accessToken, appId: sandboxApp.id, appSecret: sandboxApp.secret },
      config: { page_id: page, dataset_id: dataset },
    },
  })
  assert.equal(body.data?.status, 'active', text)
  await until('the subscription', async () => vendor.subscribed(account)[sandboxApp.id])
  return body.data.id
}

const leadOf = (hub: Hub, email: string, key = hub.apiKey) =>
  until(`the lead ${email}`, async () => {
    const { status, body } = await hub.request<Lead>('GET', `/api/integrations/crm/leads/${email}`, { key })
    return status === 200 && body.data
  })

const eventsOf = async (hub: Hub, type: string) =>
  (await hub.request<{ id: string }[]>('GET', `/api/events?type=${type}`)).body.data
