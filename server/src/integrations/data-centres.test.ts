import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { InboundWebhook, InboundWebhookDetail, WebhookSettings } from '../inbound/schema.ts'
import { zoho } from '../sandbox/zoho/zoho.ts'
import { browser } from '../test/acme-crm.ts'
import { startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'

/** A hub whose operator registered it with Zoho, and the traffic that leaves it. */
async function start() {
  const traffic = join(await mkdtemp(join(tmpdir(), 'tenon-zoho-')), 'traffic.jsonl')
  const sandbox = await startSandbox({ emulators: [zoho] })
  sandbox.oauth.automatic = false
  const hub = await startHub({
    env: {
      TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()),
      TENON_RECORD_TRAFFIC: traffic,
      ZOHO_CLIENT_ID: 'sandbox-zoho',
      ZOHO_CLIENT_SECRET: 'sandbox-zoho-secret',
    },
  })
  return {
    ...{ hub, vendor: sandbox.emulator(zoho) },
    hosts: async () => {
      const lines = (await readFile(traffic, 'utf8')).trim().split('\n')
      return new Set(lines.map((line) => new URL(String(JSON.parse(line).url)).host))
    },
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

test('an account of Zoho works in its own data centre, and what changes there is told without the token that proves it', async () => {
  await using world = await start()
  const { hub, vendor } = world
  const json = { headers: { accept: 'application/json' } }
  const begun = await hub.request<{ url: string }>('GET', '/api/integrations/oauth/zoho/authorize', json)
  const person = browser()

  const consent = await person.visit(begun.body.data.url)
  const connected = await person.visit(consent.url.href, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'decision=allow&account=eu-globex',
  })
  const [, id = ''] = /"integrationId":"([0-9a-f-]{36})"/.exec(connected.text) ?? []
  const settings = await until('the subscription', async () => {
    const { body } = await hub.request<WebhookSettings>('GET', `/api/integrations/${id}/webhook`)
    return body.data?.subscription?.status === 'active' && body.data
  })
  const [channel] = vendor.channels('eu-globex')
  const made = vendor
    .records('Contacts', 'eu-globex')
    .create({ Last_Name: 'Lovelace', Email: 'ada@example.com' }, '7001')
  const webhook = await until('the notification', async () => {
    const { body } = await hub.request<InboundWebhook[]>('GET', '/api/inbound-webhooks')
    return body.data.find(({ status }) => status === 'processed')
  })
  const shown = await hub.request<InboundWebhookDetail>('GET', `/api/inbound-webhooks/${webhook.id}`)
  const events = await hub.request<{ type: string }[]>('GET', '/api/events?type=contact.created')

  assert.match(connected.text, /Zoho CRM is connected/)
  assert.deepEqual([...(await world.hosts())].sort(), ['accounts.zoho.eu', 'www.zohoapis.eu'])
  assert.equal(channel?.data.url, settings.url)
  assert.equal(events.body.data.length, 1)
  assert.match(shown.body.data.body, new RegExp(made.id))
  assert.ok(!shown.text.includes(channel?.data.token ?? ''), 'the token can be read')
})
