import assert from 'node:assert/strict'
import { test } from 'node:test'
import { launchBrowser } from './browser.ts'

test('brings a real browser that runs scripts', async () => {
  await using browser = await launchBrowser()
  const page = await browser.newPage()

  await page.goto('data:text/html,<h1>before</h1><script>document.querySelector("h1").textContent = "after"</script>')

  assert.equal(await page.textContent('h1'), 'after')
})

test('says what is wrong and what to do when no browser starts', async () => {
  process.env.CHROMIUM_PATH = '/nowhere/chromium'

  await assert.rejects(launchBrowser(), /Install Chromium.*CHROMIUM_PATH[\s\S]*\/nowhere\/chromium/)

  delete process.env.CHROMIUM_PATH
})
