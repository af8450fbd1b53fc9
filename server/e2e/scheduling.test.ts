import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../src/test/browser.ts'
import { signIn, startConsole, stumblingBlocks, visit } from './console-harness.ts'

let browser: Browser
before(async () => {
  browser = await launchBrowser()
})
after(() => browser.close())

const calendar = '/api/integrations/calendar'

test('a host is added with hours, a free time is booked, moved, and cancelled', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email, '/hosts')

  await page.getByRole('button', { name: 'Add a host' }).first().click()
  await page.getByLabel('Name').fill('Olive')
  for (const day of ['saturday', 'sunday']) await page.getByLabel(`Hours on ${day}`).fill('9-17')
  await page.getByLabel('Hours on monday').fill('morning')
  await page.getByRole('button', { name: 'Add the host' }).click()
  await page.getByText('Write them like 09:00–12:30.').waitFor()
  await page.getByLabel('Hours on monday').fill('9-17')
  await page.getByRole('button', { name: 'Add the host' }).click()
  await page.getByRole('row', { name: /Olive/ }).waitFor()

  await page.goto('/bookings')
  await page.getByRole('button', { name: 'Book an appointment' }).first().click()
  await page.getByRole('radio').nth(3).click()
  const week = [Date.now(), Date.now() + 7 * 86_400_000].map((time) => new Date(time).toISOString())
  const range = new URLSearchParams({ from: week[0]!, to: week[1]! })
  const free = await hub.request<{ slots: { startsAt: string }[] }>('GET', `${calendar}/available-slots?${range}`)
  const faster = { startsAt: free.body.data.slots[3]!.startsAt, name: 'Bob' }
  assert.equal((await hub.request('POST', `${calendar}/bookings`, { body: faster })).status, 201)
  await page.getByLabel('Who comes').fill('Ada Lovelace')
  await page.getByLabel('What it is about').fill('A first talk')
  await page.getByRole('button', { name: 'Book it' }).click()
  await page.getByRole('alert').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Book it' }).isDisabled(), true)
  assert.equal(await page.getByLabel('Who comes').inputValue(), 'Ada Lovelace')
  await page.getByRole('radio').nth(3).click()
  await page.getByRole('button', { name: 'Book it' }).click()
  await page.getByRole('heading', { name: 'A first talk', level: 1 }).waitFor()
  await page.getByText('Confirmed', { exact: true }).waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])

  const before = await hub.request<{ startsAt: string }[]>('GET', '/api/integrations/calendar/bookings')
  await page.getByRole('button', { name: 'Reschedule' }).click()
  await page.getByRole('dialog').getByRole('radio').nth(8).click()
  await page.getByRole('button', { name: 'Move it' }).click()
  await page.getByText('The appointment was moved.').waitFor()
  const after = await hub.request<{ startsAt: string }[]>('GET', '/api/integrations/calendar/bookings')
  assert.notEqual(after.body.data[0]?.startsAt, before.body.data[0]?.startsAt)

  await page.getByRole('button', { name: 'Cancel it' }).click()
  await page.getByLabel('Reason').fill('Ill')
  await page.getByRole('button', { name: 'Cancel the appointment' }).click()
  await page.getByText(/: Ill/).waitFor()
  assert.deepEqual(faults, [])
})

test('a request for a consultation that nobody could take is booked by hand', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const wish = { email: 'ada@example.com', firstName: 'Ada', service: 'strategy' }
  await hub.request('POST', `${calendar}/consultation-request`, { body: wish })
  const always = [{ from: '00:00', to: '24:00' }]
  const weekly = Object.fromEntries(
    ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, always]),
  )
  await hub.request('POST', `${calendar}/hosts`, { body: { name: 'Olive', timezone: 'Europe/London', weekly } })
  await signIn(page, hub.email, '/consultations')

  await page.getByRole('link', { name: 'Ada' }).click()
  await page.getByRole('button', { name: 'Choose a time' }).click()
  await page.getByRole('dialog').getByRole('radio').nth(5).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Book it' }).click()
  await page.getByText('The consultation was booked').waitFor()
  await page.getByRole('link', { name: 'See the booking' }).click()
  await page.getByRole('heading', { name: 'Consultation: strategy', level: 1 }).waitFor()
  await page.goto('/hosts')
  await page.getByRole('link', { name: 'Olive' }).click()
  await page.getByText('No calendar is connected').waitFor()

  assert.deepEqual(await stumblingBlocks(page), [])
  assert.deepEqual(faults, [])
})
