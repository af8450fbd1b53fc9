import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { acme } from '../src/test/acme.ts'
import { acmeEntry, acmeEnv, registerAcme } from '../src/test/acme-crm.ts'
import { launchBrowser } from '../src/test/browser.ts'
import { startHub } from '../src/test/hub.ts'
import { startSandbox } from '../src/test/sandbox.ts'
import { smallCrmEntry } from '../src/test/small-crm.ts'

test('an embedded page signs in at the vendor in a window of its own, and tells the page around it', async (t) => {
  let embedded = ''
  const product = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<script>
      window.heard = new Promise((resolve) => addEventListener('message', (event) => resolve(event.data)))
    </script><iframe src="${embedded}" width="380" height="600"></iframe>`)
  }).listen(0, '127.0.0.1')
  await once(product, 'listening')
  t.after(() => product.close())
  const origin = `http://localhost:${(product.address() as AddressInfo).port}`
  await using sandbox = await startSandbox({ emulators: [acme()] })
  await using hub = await startHub({
    connectors: [acmeEntry(), smallCrmEntry],
    env: { ...acmeEnv(sandbox), TENON_EMBED_ORIGINS: origin },
  })
  await registerAcme(hub)
  const session = await hub.request<{ url: string }>('POST', '/api/connect-sessions', { body: {} })
  embedded = session.body.data.url
  const browser = await launchBrowser()
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 375, height: 700 } })

  await page.goto(origin)
  const frame = page.frameLocator('iframe')
  await frame.getByRole('link', { name: 'Acme' }).click()
  await frame.getByRole('button', { name: 'Continue to Acme' }).click()
  const heard = await page.evaluate('window.heard')
  await frame.getByRole('heading', { name: 'Acme is connected' }).waitFor()

  const { body } = await hub.request<{ id: string; status: string }[]>('GET', '/api/integrations')
  assert.deepEqual(heard, { type: 'tenon.connect', status: 'connected', integrationId: body.data[0]!.id })
  assert.equal(body.data[0]!.status, 'active')
})
