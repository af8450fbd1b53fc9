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

test('a lead is added, found by a word, noted about, moved on, and stands in its stage', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email, '/leads')

  await page.getByRole('button', { name: 'Add a lead' }).first().click()
  await page.getByRole('dialog').getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('First name').fill('Ada')
  await page.getByRole('dialog').getByRole('button', { name: 'Add the lead' }).click()
  await page.getByRole('heading', { name: 'Ada', level: 1 }).waitFor()
  await page.getByLabel('Note').fill('Wants an offer')
  await page.getByRole('button', { name: 'Add the note' }).click()
  await page.getByRole('region', { name: 'Timeline' }).getByText('Wants an offer').waitFor()
  await page.getByRole('button', { name: 'Change stage' }).click()
  await page.getByRole('combobox', { name: 'New stage' }).click()
  await page.getByRole('option', { name: 'Contacted' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Change the stage' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await page.goto('/leads?q=ada')
  await page.getByRole('row', { name: /Ada.*Contacted/ }).waitFor()
  await page.goto('/pipeline')
  await page.getByRole('region', { name: 'Contacted' }).getByRole('link', { name: 'Ada' }).waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  assert.deepEqual(faults, [])
})

test('a mail that nothing can send waits in the outbox, as its reader would see it', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  const mail = { to: 'ada@example.com', subject: 'Hello Ada', html: '<h1>Hello</h1><script>parent.harm = 1</script>' }
  await hub.request('POST', '/api/email/sends', { body: mail })
  await signIn(page, hub.email, '/email')

  await page.getByRole('link', { name: 'Hello Ada' }).click()
  await page.getByText('Nothing is connected to send with.').waitFor()
  await page.frameLocator('iframe').getByRole('heading', { name: 'Hello' }).waitFor()

  assert.equal(await page.evaluate('window.harm'), undefined)
  assert.deepEqual(
    faults.filter((fault) => !fault.includes('Content Security Policy')),
    [],
  )
})
