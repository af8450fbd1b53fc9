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
  await page.getByRole('button', { name: 'Add the note' }).dblclick()
  await page.getByRole('region', { name: 'Timeline' }).getByText('Wants an offer').waitFor()
  await page.getByRole('button', { name: 'Change stage' }).click()
  await page.getByRole('combobox', { name: 'New stage' }).click()
  await page.getByRole('option', { name: 'Contacted' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Change the stage' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  await page.goto('/leads?q=ada')
  await page.getByRole('row', { name: /Ada.*Contacted/ }).waitFor()
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Leads' }).click()
  await page.getByRole('link', { name: 'Clear' }).waitFor({ state: 'detached' })
  assert.equal(await page.getByLabel('Search').inputValue(), '')
  await page.getByRole('link', { name: 'Ada' }).click()
  await page.getByRole('region', { name: 'Timeline' }).getByText('Wants an offer').first().waitFor()
  assert.equal(await page.getByRole('region', { name: 'Timeline' }).getByText('Wants an offer').count(), 1)
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

const crm = '/api/integrations/crm'
type Lead = { id: string; phone: string | null; company: string | null }

test('duplicates are compared, merged field by field, and separated again', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  for (const body of [
    { email: 'ada@example.com', phone: '+442079460958', name: 'Ada Lovelace', company: 'Engines' },
    { email: 'ada@example.org', phone: '+442079460958', name: 'Ada King', jobTitle: 'Countess' },
  ])
    await hub.request('POST', `${crm}/leads`, { body })
  await signIn(page, hub.email, '/duplicates')

  await page.getByRole('region', { name: 'The same phone: +442079460958' }).getByText('ada@example.org').waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  await page.getByRole('link', { name: /^Compare Ada/ }).click()
  await page.getByRole('radio', { name: 'Name: Ada King' }).check()
  await page.getByRole('radio', { name: 'E-mail: ada@example.com' }).check()
  assert.deepEqual(await stumblingBlocks(page), [])
  await page.getByRole('button', { name: /^Merge into/ }).click()
  await page.getByRole('region', { name: 'Merged into it' }).waitFor()
  await page.getByRole('heading', { name: 'Ada King', level: 1 }).waitFor()
  const merged = await hub.request<Lead[]>('GET', `${crm}/leads`)
  await page.getByRole('button', { name: /^Undo the merge/ }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Undo the merge' }).click()
  await page.getByText('There are two leads again.').waitFor()

  assert.equal(merged.body.data.length, 1)
  assert.equal(merged.body.data[0]?.company, 'Engines')
  assert.equal((await hub.request<Lead[]>('GET', `${crm}/leads`)).body.data.length, 2)
  assert.deepEqual(faults, [])
})

test('a file is read as it is, its columns chosen, its bad rows downloaded, and what came in counted', async () => {
  await using hub = await startConsole()
  await using visitor = await visit(browser, hub)
  const { page, faults } = visitor
  await signIn(page, hub.email, '/pipeline/statistics')
  await page.getByText('Nothing to count yet').waitFor()
  await page.goto('/lead-files')
  await page.getByRole('button', { name: 'Import a file' }).click()
  const buffer = Buffer.from('Kontakt;Name;Note\nada@example.com;Ada;x\nnobody;Bob;y\n')
  await page.locator('input[type=file]').setInputFiles({ name: 'fair.csv', mimeType: 'text/csv', buffer })

  await page.getByText('Semicolon').first().waitFor({ state: 'attached' })
  await page.getByText('No column says who it is').waitFor()
  await page.getByRole('combobox', { name: 'What Kontakt becomes' }).click()
  await page.getByRole('option', { name: 'E-mail' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Import the file' }).click()
  await page.getByRole('row', { name: /fair\.csv.*Done.*2 of 2 rows/ }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '1 row, see why' }).click()
  assert.equal((await download).suggestedFilename(), 'errors of fair.csv')
  await page.getByRole('button', { name: 'Export all leads' }).click()
  const written = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  assert.equal((await written).suggestedFilename(), 'leads.csv')
  assert.deepEqual(await stumblingBlocks(page), [])

  await page.goto('/pipeline/statistics')
  await page
    .getByRole('region', { name: 'By source' })
    .getByRole('row', { name: /Import.*1/ })
    .waitFor()
  assert.deepEqual(await stumblingBlocks(page), [])
  assert.deepEqual(faults, [])
})
