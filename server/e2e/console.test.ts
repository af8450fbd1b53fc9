import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Locator } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { launchBrowser } from '../src/test/browser.ts'
import { until } from '../src/test/until.ts'
import {
  addEndpoint,
  password,
  publish,
  signIn,
  startConsole,
  startReceiver,
  stumblingBlocks,
  visit,
} from './console-harness.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser.close())

const textOf = async (element: Locator): Promise<string> => (await element.textContent()) ?? ''

test('a stranger is asked to sign in, told when that fails, and brought to where they were going', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor

  await page.goto('/events?type=booking.*')
  await page.getByLabel('E-mail').fill(hub.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  assert.notEqual(await page.getByRole('alert').textContent(), '')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor()

  assert.equal(new URL(page.url()).pathname, '/events')
  assert.equal(await page.getByRole('combobox', { name: 'Type' }).inputValue(), 'booking.*')
  assert.deepEqual(faults, [])
})

test('a first endpoint is created, tested, and gets a published event whose trace shows the attempt', async () => {
  await using hub = await startConsole()
  await using receiver = await startReceiver()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email)

  await page.getByRole('heading', { name: 'Create an endpoint' }).waitFor()
  await page.getByRole('link', { name: 'Create endpoint' }).click()
  await page.getByLabel('Name').fill('Shop')
  await page.getByLabel('URL').fill(receiver.url)
  await page.getByPlaceholder('Choose, or type and press Enter').fill('lead.*')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Create endpoint' }).click()
  const secret = await textOf(page.getByRole('region', { name: 'Signing secret' }))
  await page.getByRole('button', { name: 'Send a test event' }).click()
  await page.getByText('The test arrived').waitFor()
  await receiver.event('webhook.test')

  await page.goto('/events?publish=lead.captured')
  await page.getByRole('dialog').getByLabel('Payload').fill('{"email":"ada@example.com","source":"console"')
  await page.getByRole('dialog').getByText('not closed').or(page.getByText('not JSON')).first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Publish', exact: true }).isDisabled(), true)
  await page.getByRole('dialog').getByLabel('Payload').fill('{"email":"ada@example.com","source":"console"}')
  await page.getByRole('button', { name: 'Publish', exact: true }).click()

  const trace = page.getByRole('region', { name: 'Delivery to Shop' })
  await trace.getByText('Delivered · 204').waitFor()
  await trace.getByRole('heading', { name: 'Shop' }).waitFor()
  const { headers, body } = await receiver.event('lead.captured')
  assert.ok(page.url().endsWith(`/events/${body.id}`))
  new Webhook(secret).verify(JSON.stringify(body), headers as Record<string, string>)
  await trace.getByRole('button', { name: /Attempt 1/ }).click({ trial: true })
  if ((await trace.getByText('webhook-signature').count()) === 0)
    await trace.getByRole('button', { name: /Attempt 1/ }).click()
  await trace.getByText('webhook-signature').first().waitFor()
  assert.match(await textOf(trace.getByRole('region', { name: 'Body' })), /"email": "ada@example.com"/)
  assert.deepEqual(faults, [])
})

test('an endpoint that the hub refuses says so at the field, however deep it lies', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page } = visitor
  await signIn(page, hub.email, '/endpoints/new')

  await page.getByRole('button', { name: 'Create endpoint' }).click()
  await page.getByText('Give the endpoint a name.').waitFor()
  await page.getByLabel('Name').fill('Inside')
  await page.getByLabel('URL').fill('http://169.254.169.254/latest')
  await page.getByPlaceholder('Choose, or type and press Enter').fill('*')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByLabel('Filter').fill('{"lead.score":{"$above":5}}')
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByRole('button', { name: 'Create endpoint' }).click()

  await until('a fault at the URL or the filter', async () => (await page.locator('[aria-invalid=true]').count()) > 0)
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Create endpoint')
})

test('a secret is rotated, and an endpoint disabled, with its reason, and enabled again', async () => {
  await using hub = await startConsole()
  await using receiver = await startReceiver()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const id = await addEndpoint(hub, { name: 'Shop', url: receiver.url })
  await signIn(page, hub.email, `/endpoints/${id}`)

  await page.getByRole('button', { name: 'Rotate secret' }).click()
  await page.getByRole('button', { name: 'Rotate the secret' }).click()
  const secret = await textOf(page.getByRole('region', { name: 'Signing secret' }))
  await page.getByRole('button', { name: 'I have stored the secret' }).click()
  await publish(hub, 'lead.captured', { email: 'ada@example.com', source: 'api' })
  const { headers, body } = await receiver.event('lead.captured')
  new Webhook(secret).verify(JSON.stringify(body), headers as Record<string, string>)

  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await page.getByRole('button', { name: 'Disable the endpoint' }).click()
  await page.getByText('It was switched off by hand').waitFor()
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await page.getByRole('button', { name: 'Disable', exact: true }).waitFor()
  assert.deepEqual(faults, [])
})

test('what failed is explained, replayed in bulk with its progress, and survives a reload', async () => {
  await using hub = await startConsole()
  await using receiver = await startReceiver(500)
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const endpointId = await addEndpoint(hub, {
    name: 'Shop',
    url: receiver.url,
    events: ['lead.captured'],
    retryAttempts: 0,
  })
  const eventId = await publish(hub, 'lead.captured', { email: 'ada@example.com', source: 'api' })
  await signIn(page, hub.email, `/events/${eventId}`)

  const trace = page.getByRole('region', { name: 'Delivery to Shop' })
  await trace.getByText('failed while handling the event (500)').waitFor()
  await trace.getByText('the shop is closed').first().waitFor()
  receiver.status = 204
  await page.goto(`/deliveries?status=dead&endpointId=${endpointId}`)
  await page.getByRole('link', { name: 'lead.captured' }).waitFor()
  await page.getByRole('link', { name: 'Replay these' }).click()
  await page.getByText('Failed deliveries to Shop').waitFor()
  await page.getByRole('button', { name: 'Start the replay' }).click()
  await page.getByRole('heading', { name: 'Replays', level: 1 }).waitFor()
  await page.reload()
  const row = page.getByRole('row', { name: /Failed deliveries to Shop/ })
  await row.getByText('Completed').waitFor()
  await row.getByText(/^1 of 1 sent/).waitFor()

  await page.goto(`/events/${eventId}`)
  await trace.getByText('Delivered · 204').waitFor()
  await trace.getByText('Failed · 500').waitFor()
  assert.deepEqual(faults, [])
})

test('an API key is shown once, works, and works no more once it is revoked', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email, '/api-keys')
  const tryKey = async (key: string) =>
    (
      await hub.request('POST', '/api/events', {
        key,
        body: { type: 'lead.captured', payload: { email: 'ada@example.com', source: 'api' } },
      })
    ).status

  await page.getByRole('button', { name: 'Create key' }).first().click()
  await page.getByLabel('Name').fill('Till')
  await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
  const key = await textOf(page.getByRole('region', { name: 'API key' }))
  assert.equal(await tryKey(key), 202)
  await page.getByRole('button', { name: 'I have stored the key' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await page.getByText(key).count(), 0)
  await page.getByRole('button', { name: 'Revoke Till' }).click()
  await page.getByRole('button', { name: 'Revoke the key' }).click()
  await page.getByRole('row', { name: /Till/ }).getByText('Revoked').waitFor()

  assert.equal(await tryKey(key), 401)
  assert.deepEqual(faults, [])
})

test('a newcomer to the sandbox sends a sample call, and is led to what became of it', async () => {
  await using hub = await startConsole({ isPlatformAdmin: true })
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const [id, at] = ['ffffffff-0000-7000-8000-000000000001', new Date()]
  const sandbox = { id, name: 'Sandbox', createdAt: at, updatedAt: at }
  await hub.database.hub.insertInto('workspaces').values(sandbox).execute()
  const asked = { key: hub.adminKey, headers: { 'x-workspace-id': id } }
  const endpoint = { name: 'Own', url: 'https://hooks.example.com', events: ['booking.created'] }
  await hub.request('POST', '/api/integrations/webhooks', { ...asked, body: endpoint })
  await hub.request('POST', '/api/events', { ...asked, body: { type: 'lead.captured', payload: { email: 'a@b.co' } } })
  await signIn(page, hub.email)

  await page.getByRole('region', { name: 'A first look' }).getByText('Hear of it yourself (done)').waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  await page.getByRole('button', { name: 'Send a sample call' }).click()
  await page.getByRole('heading', { name: 'Jane Smith', level: 1 }).waitFor()
  await page.getByText(/A look at the roof, (Mon|Tue|Wed|Thu|Fri), /).waitFor()
  await page.goto('/')
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor()

  assert.equal(await page.getByRole('region', { name: 'A first look' }).count(), 0)
  assert.deepEqual(faults, [])
})

test('when the session ends, signing in again leads back to the same page', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page } = visitor
  await signIn(page, hub.email, '/event-types?name=lead.captured')

  await page.context().clearCookies()
  await page.getByRole('link', { name: 'Members' }).click()
  await page.getByLabel('E-mail').fill(hub.email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor()
})

test('a keyboard reaches the content first, and sees where it is', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page } = visitor
  await signIn(page, hub.email)
  await page.goto('/events')
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor()

  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content')
  assert.ok((await page.evaluate<number>('document.activeElement.getBoundingClientRect().top')) >= 0)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')

  assert.equal(await page.evaluate('document.activeElement.closest("main") !== null'), true)
  assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none')
})

const pages = [
  '/',
  '/events',
  '/events?publish=lead.captured',
  '/endpoints',
  '/endpoints/new',
  '/deliveries',
  '/replays',
]
pages.push('/connected', '/catalogue', '/catalogue/hubspot', '/inbound', '/connect-links', '/oauth-applications')
pages.push(
  '/bookings',
  '/hosts',
  '/consultations',
  '/duplicates',
  '/lead-files',
  '/pipeline/statistics',
  '/calls',
  '/agents',
  '/leads',
  '/pipeline',
  '/email',
  '/email/templates',
  '/email/template?name=booking.cancelled',
)
pages.push('/replays/new', '/api-keys', '/event-types?name=lead.captured', '/members', '/settings', '/account')

for (const [device, width] of [
  ['a phone', 360],
  ['a desk', 1280],
] as const) {
  test(`on ${device} every page fits the screen, and every control has a name`, async () => {
    await using hub = await startConsole({ isPlatformAdmin: true })
    await using receiver = await startReceiver()
    await using visitor = await visit(browser, hub, width)
    const { page, faults } = visitor
    const endpointId = await addEndpoint(hub, { name: 'A shop with quite a long name indeed', url: receiver.url })
    const eventId = await publish(hub, 'lead.captured', { email: 'ada@example.com', source: 'x'.repeat(300) })
    await receiver.event('lead.captured')
    await signIn(page, hub.email)

    const blocks: string[] = []
    const look = async (path: string) => {
      await page.goto(path)
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' })
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
      for (const block of await stumblingBlocks(page)) blocks.push(`${path}: ${block}`)
    }
    for (const path of pages) await look(path)
    await look(`/endpoints/${endpointId}`)
    await look(`/endpoints/${endpointId}/edit`)
    await look(`/events/${eventId}`)
    await page.getByRole('region', { name: 'Body' }).waitFor()
    blocks.push(...(await stumblingBlocks(page)))
    await look('/endpoints/new')
    await page.getByRole('button', { name: 'Advanced' }).click()
    await page.getByLabel('Timeout').waitFor()
    blocks.push(...(await stumblingBlocks(page)))

    assert.deepEqual(blocks, [])
    assert.deepEqual(faults, [])
  })
}
