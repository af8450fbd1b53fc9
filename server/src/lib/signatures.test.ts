import assert from 'node:assert/strict'
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { verifyWebhook } from '../../../sdk/src/webhooks.ts'
import {
  generateSecret,
  generateSigningKeys,
  prepareSecret,
  prepareSigningKey,
  problemOfSecret,
  signDelivery,
} from './signatures.ts'

const event = { id: 'evt_1', type: 'lead.captured', timestamp: '2026-01-02T03:04:05.000Z', data: { name: 'Zoë 🚀' } }
const body = JSON.stringify(event)
// The public libraries read the clock themselves.
const timestampSeconds = Math.floor(Date.now() / 1000)

const headersFor = (secrets: string[], signingKey?: string, text: string | Uint8Array = body) => {
  const flat = signDelivery({
    id: 'evt_1',
    timestampSeconds,
    type: 'lead.captured',
    body: text,
    secrets: secrets.map(prepareSecret),
    ed25519: signingKey === undefined ? undefined : prepareSigningKey(signingKey),
  })
  return Object.fromEntries(
    Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2]!, flat[index * 2 + 1]!]),
  )
}

test('the headers are those of both families', () => {
  const headers = headersFor([generateSecret()])

  assert.deepEqual(Object.keys(headers), [
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'X-Webhook-Signature',
    'X-Webhook-Timestamp',
    'X-Webhook-Event',
  ])
  assert.equal(headers['webhook-id'], 'evt_1')
  assert.equal(headers['webhook-timestamp'], String(timestampSeconds))
  assert.equal(headers['X-Webhook-Timestamp'], String(timestampSeconds))
  assert.equal(headers['X-Webhook-Event'], 'lead.captured')
  assert.match(headers['webhook-signature']!, /^v1,[A-Za-z0-9+/]{43}=$/)
  assert.match(headers['X-Webhook-Signature']!, /^[0-9a-f]{64}$/)
})

test('signs as the vector of the Standard Webhooks specification says', () => {
  const headers = signDelivery({
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestampSeconds: 1614265330,
    type: 'test',
    body: '{"test": 2432232314}',
    secrets: [prepareSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')],
  })

  assert.equal(headers[5], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('the public libraries and the SDK verify a generated secret', async () => {
  const secret = generateSecret()
  const headers = headersFor([secret])

  assert.deepEqual(new StandardWebhook(secret).verify(body, headers), event)
  new SvixWebhook(secret).verify(body, headers)
  assert.deepEqual(await verifyWebhook({ payload: body, headers, secret }), event)
})

test('the public libraries and the SDK verify any secret that a user may choose', async () => {
  const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
  const alphanumeric = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/')
  const chosen = fc.oneof(
    fc.string({ unit: printable, minLength: 16, maxLength: 128 }),
    fc.string({ unit: alphanumeric, minLength: 16, maxLength: 128 }),
  )
  await fc.assert(
    fc.asyncProperty(
      chosen.filter((secret) => !secret.startsWith('whsec_')),
      async (secret) => {
        const headers = headersFor([secret])

        new StandardWebhook(secret, { format: 'raw' }).verify(body, headers)
        new SvixWebhook(secret, { format: 'raw' }).verify(body, headers)
        await verifyWebhook({ payload: body, headers, secret })
        // Without `raw` the libraries decode what looks like base64; such a secret verifies that way too.
        if (/^[A-Za-z0-9+/]+$/.test(secret)) new StandardWebhook(secret).verify(body, headers)
      },
    ),
  )
})

test('X-Webhook-Signature is an HMAC with the secret as shown', async () => {
  for (const secret of [generateSecret(), 'a-secret-of-my-own']) {
    const headers = headersFor([secret])

    const expected = createHmac('sha256', secret).update(`${timestampSeconds}.${body}`).digest('hex')
    assert.equal(headers['X-Webhook-Signature'], expected)
    const { 'X-Webhook-Signature': signature, 'X-Webhook-Timestamp': timestamp } = headers
    const alone = { 'x-webhook-signature': signature, 'x-webhook-timestamp': timestamp }
    assert.deepEqual(await verifyWebhook({ payload: body, headers: alone, secret }), event)
  }
})

test('during a rotation every active secret verifies, newest first', async () => {
  const [newest, older] = [generateSecret(), 'the-older-secret-of-my-own']
  const headers = headersFor([newest, older])

  new StandardWebhook(newest).verify(body, headers)
  new StandardWebhook(older, { format: 'raw' }).verify(body, headers)
  for (const secret of [newest, older]) {
    await verifyWebhook({ payload: body, headers, secret })
    const alone = {
      'x-webhook-signature': headers['X-Webhook-Signature'],
      'x-webhook-timestamp': headers['X-Webhook-Timestamp'],
    }
    await verifyWebhook({ payload: body, headers: alone, secret })
  }
  const [first] = headers['X-Webhook-Signature']!.split(',')
  assert.equal(first, headersFor([newest])['X-Webhook-Signature'])
  await assert.rejects(verifyWebhook({ payload: body, headers, secret: generateSecret() }), {
    reason: 'no_matching_signature',
  })
})

test('an ed25519 signature verifies by the public key, with and without a secret beside it', async () => {
  const { signingKey, publicKey } = generateSigningKeys()

  for (const secrets of [[], [generateSecret()]]) {
    const headers = headersFor(secrets, signingKey)

    await verifyWebhook({ payload: body, headers, publicKey })
    await assert.rejects(verifyWebhook({ payload: body, headers, publicKey: generateSigningKeys().publicKey }))
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(publicKey.slice('whpk_'.length), 'base64'),
    ])
    const signature = headers['webhook-signature']!.split(' ').at(-1)!.slice('v1a,'.length)
    const content = Buffer.from(`evt_1.${timestampSeconds}.${body}`)
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    assert.equal(verify(null, content, key, Buffer.from(signature, 'base64')), true)
  }
})

test('a signing key is its seed, with or without the public key after it', () => {
  const { signingKey } = generateSigningKeys()
  const bytes = Buffer.from(signingKey.slice('whsk_'.length), 'base64')
  const seedOnly = `whsk_${bytes.subarray(0, 32).toString('base64')}`

  assert.equal(bytes.length, 64)
  assert.equal(prepareSigningKey(signingKey).equals(prepareSigningKey(seedOnly)), true)
  for (const bad of ['', 'whsk_', 'whsk_AAAA', signingKey.slice(5), signingKey.replace('whsk_', 'whpk_')]) {
    assert.throws(() => prepareSigningKey(bad), TypeError)
  }
})

test('signs bytes as it signs their text', () => {
  const secret = generateSecret()
  const { signingKey } = generateSigningKeys()

  assert.deepEqual(headersFor([secret], signingKey, Buffer.from(body)), headersFor([secret], signingKey, body))
})

test('says what is wrong with a secret', () => {
  const encoded = (length: number) => `whsec_${Buffer.alloc(length, 1).toString('base64')}`

  for (const good of [generateSecret(), encoded(24), encoded(64), 'x'.repeat(16), 'y'.repeat(128)]) {
    assert.equal(problemOfSecret(good), undefined, good)
  }
  for (const bad of [
    '',
    'short',
    'x'.repeat(129),
    'with a space in it',
    'pässwörtchen-lang',
    encoded(23),
    encoded(65),
    'whsec_%%%%',
  ]) {
    assert.equal(typeof problemOfSecret(bad), 'string', bad)
    assert.throws(() => prepareSecret(bad), TypeError)
  }
})

test('every generated secret is a new one', () => {
  assert.notEqual(generateSecret(), generateSecret())
  assert.notEqual(generateSigningKeys().signingKey, generateSigningKeys().signingKey)
})
