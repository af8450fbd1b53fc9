import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { createVault, vaultKey } from '../../lib/vault.ts'
import { startHub } from '../../test/hub.ts'
import { connectSmallCrm, smallCrmEntry, smallVendor } from '../../test/small-crm.ts'
import { rotateVault } from './rotate.ts'

test('secrets move to the new key while the hub runs, and a second run finds nothing left to do', async () => {
  const [old, fresh] = [vaultKey(randomBytes(32)), vaultKey(randomBytes(32))]
  await using vendor = await smallVendor()
  await using hub = await startHub({
    connectors: [smallCrmEntry],
    vault: createVault({ keys: [old, fresh], current: old.id }),
  })
  const { id } = await connectSmallCrm(hub, vendor, {
    body: { config: { url: vendor.url, signingSecret: 'a secret of the vendor' } },
  })
  await hub.request('POST', '/api/integrations/webhooks', {
    body: {
      name: 'Receiver',
      url: 'http://127.0.0.1:9/hook',
      events: ['lead.captured'],
      headers: { 'X-Api-Token': 'a header that is a secret' },
      signatureAlgorithms: ['hmac-sha256', 'ed25519'],
    },
  })
  const client = new pg.Client(hub.databaseUrl)
  await client.connect()
  const vault = createVault({ keys: [fresh, old], current: fresh.id })

  const first = await rotateVault(client, vault)
  const second = await rotateVault(client, vault)
  const onlyNew = await rotateVault(client, createVault({ keys: [fresh], current: fresh.id }))
  const { rows } = await client.query(
    'select i.sealed_credentials, i.sealed_config::text, e.secrets::text, e.headers::text, e.signing_key from integrations i, webhook_endpoints e',
  )
  await client.end()
  const call = await hub.request('POST', `/api/integrations/${id}/operations/contacts.find`, {
    body: { email: 'ada@example.com' },
  })

  assert.deepEqual(first, { resealed: 2, current: 0, changedMeanwhile: 0, unreadable: [] })
  assert.deepEqual(second, { resealed: 0, current: 2, changedMeanwhile: 0, unreadable: [] })
  assert.deepEqual(onlyNew.unreadable, [])
  for (const text of Object.values(rows[0] as Record<string, string>)) {
    assert.ok(text.includes(fresh.id), text)
    assert.ok(!text.includes(old.id), text)
  }
  assert.equal(call.status, 200, call.text)
})

test('what cannot be opened is named, and the rest is rotated all the same', async () => {
  const [lost, fresh] = [vaultKey(randomBytes(32)), vaultKey(randomBytes(32))]
  await using vendor = await smallVendor()
  await using hub = await startHub({
    connectors: [smallCrmEntry],
    vault: createVault({ keys: [lost], current: lost.id }),
  })
  const { id } = await connectSmallCrm(hub, vendor)
  const client = new pg.Client(hub.databaseUrl)
  await client.connect()

  const rotation = await rotateVault(client, createVault({ keys: [fresh], current: fresh.id }))
  await client.end()

  assert.deepEqual(rotation.unreadable, [{ table: 'integrations', key: `${hub.workspace.id} ${id}` }])
})
