import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { createVault, vaultKey } from '../lib/vault.ts'
import { storable } from './stored-request.ts'

const key = vaultKey(randomBytes(32))
const vault = createVault({ keys: [key], current: key.id })
const secret = 'the-token-of-the-channel'
const request = (body: string) => ({
  ...{ method: 'POST', url: `https://hub.example/webhooks/acme?token=${secret}`, path: '/webhooks/acme', query: {} },
  ...{ headers: { 'x-token': secret }, rawBody: Buffer.from(body), receivedAt: new Date(0) },
})
const options = { id: 'a', secrets: [secret], vault }

test('a token that proved a request is not kept, wherever it stood', () => {
  const stored = storable(request(JSON.stringify({ token: secret, ids: ['1'] })), { ...options, isVerified: true })

  assert.equal(stored.body.toString(), '{"token":"[redacted]","ids":["1"]}')
  assert.ok(!JSON.stringify(stored).includes(secret))
})

test('what is yet to be proven keeps its body as it came, and so does what holds no token', () => {
  const odd = Buffer.from([0xff, 0xfe, 0x00])
  const unproven = storable(request(secret), { ...options, isVerified: false })
  const bytes = storable({ ...request(''), rawBody: odd }, { ...options, isVerified: true })

  assert.equal(unproven.body.toString(), secret)
  assert.deepEqual(bytes.body, odd)
})
