import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { type VerifyWebhookOptions, verifyWebhook, type WebhookVerificationReason } from './webhooks.ts'

const key = Buffer.alloc(32, 7)
const secret = `whsec_${key.toString('base64')}`
const seconds = 1_760_000_000
const now = new Date(seconds * 1000)
const event = { id: 'evt_1', type: 'lead.captured', timestamp: '2025-10-09T08:53:20.000Z', data: { name: 'Zoë' } }
const payload = JSON.stringify(event)

const v1 = (body: string | Uint8Array, hmacKey: string | Uint8Array = key) =>
  `v1,${createHmac('sha256', hmacKey).update(`evt_1.${seconds}.`).update(body).digest('base64')}`
const plain = (body: string, hmacKey = secret) =>
  createHmac('sha256', hmacKey).update(`${seconds}.${body}`).digest('hex')
const standard = (signature = v1(payload)) => ({
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(seconds),
  'webhook-signature': signature,
})
const simple = (signature = plain(payload)) => ({
  'X-Webhook-Signature': signature,
  'X-Webhook-Timestamp': String(seconds),
  'X-Webhook-Event': 'lead.captured',
})

const verify = (changes: Partial<VerifyWebhookOptions>) =>
  verifyWebhook({ payload, headers: standard(), secret, now, ...changes })
const refuses = (changes: Partial<VerifyWebhookOptions>, reason: WebhookVerificationReason) =>
  assert.rejects(verify(changes), { name: 'WebhookVerificationError', reason })

test('answers the event of a webhook signed by Standard Webhooks', async () => {
  assert.deepEqual(await verify({}), event)
})

test('answers the event of a webhook signed by X-Webhook-Signature', async () => {
  assert.deepEqual(await verify({ headers: simple() }), event)
})

test('takes the body as text or bytes, and headers in every shape', async () => {
  const shapes = [
    standard(),
    simple(),
    new Headers(standard()),
    new Headers(simple()),
    { 'Webhook-Id': 'evt_1', 'WEBHOOK-TIMESTAMP': String(seconds), 'Webhook-Signature': v1(payload) },
    { ...standard(), 'webhook-signature': [v1(payload)], accept: undefined, 'set-cookie': ['a', 'b'] },
  ]
  for (const headers of shapes) {
    for (const body of [payload, Buffer.from(payload), new TextEncoder().encode(payload)]) {
      assert.deepEqual(await verify({ headers, payload: body }), event)
    }
  }
})

test('takes a secret that the user chose, character by character', async () => {
  const chosen = 'correct horse battery'

  assert.deepEqual(await verify({ secret: chosen, headers: standard(v1(payload, chosen)) }), event)
  assert.deepEqual(await verify({ secret: chosen, headers: simple(plain(payload, chosen)) }), event)
})

test('finds the one signature that matches while secrets rotate, on either side', async () => {
  const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`
  const foreign = v1(payload, Buffer.alloc(32, 3))

  assert.deepEqual(await verify({ headers: standard(`v2,abc ${foreign} v1a,AAAA ${v1(payload)}`) }), event)
  assert.deepEqual(await verify({ headers: simple(`${plain(payload, other)},${plain(payload)}`) }), event)
  assert.deepEqual(await verify({ secret: undefined, secrets: [other, secret] }), event)
})

test('verifies an ed25519 signature by the public key', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const whpk = `whpk_${Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64')}`
  const v1a = (body: string) =>
    `v1a,${sign(null, Buffer.from(`evt_1.${seconds}.${body}`), privateKey).toString('base64')}`
  const onlyKey = { secret: undefined, publicKey: whpk }

  assert.deepEqual(await verify({ ...onlyKey, headers: standard(v1a(payload)) }), event)
  await refuses({ ...onlyKey, headers: standard(v1a(`${payload} `)) }, 'no_matching_signature')
  await refuses({ ...onlyKey, headers: standard() }, 'no_matching_signature')
  await refuses({ ...onlyKey, headers: simple() }, 'missing_headers')
})

test('refuses a changed body, id, timestamp or secret', async () => {
  await refuses({ payload: payload.replace('Zoë', 'Eve') }, 'no_matching_signature')
  await refuses({ payload: `${payload}\n` }, 'no_matching_signature')
  await refuses({ payload: payload.replace('Zoë', 'Eve'), headers: simple() }, 'no_matching_signature')
  await refuses({ headers: { ...standard(), 'webhook-id': 'evt_2' } }, 'no_matching_signature')
  await refuses({ headers: { ...standard(), 'webhook-timestamp': String(seconds + 1) } }, 'no_matching_signature')
  await refuses({ headers: { ...simple(), 'X-Webhook-Timestamp': String(seconds - 1) } }, 'no_matching_signature')
  await refuses({ secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` }, 'no_matching_signature')
})

test('refuses signatures that are none', async () => {
  for (const signature of [
    'v1,',
    'v1',
    'v1,%%%',
    'v1,AAAA',
    'v1,A',
    'v2,AAAA',
    'v1a,AAAA',
    ',',
    '  ',
    v1(payload).slice(0, -3),
  ]) {
    await refuses({ headers: standard(signature) }, 'no_matching_signature')
  }
  for (const signature of ['zz', ',', 'abc', plain(payload).slice(2), `${plain(payload)}00`]) {
    await refuses({ headers: simple(signature) }, 'no_matching_signature')
  }
})

test('refuses what is too old or too new, to the second', async () => {
  const at = (offset: number) => ({ now: (seconds + offset) * 1000 })

  assert.deepEqual(await verify(at(300)), event)
  assert.deepEqual(await verify(at(-300)), event)
  await refuses(at(301), 'timestamp_too_old')
  await refuses(at(-301), 'timestamp_too_new')
  await refuses({ ...at(11), toleranceSeconds: 10 }, 'timestamp_too_old')
  await refuses({ ...at(301), headers: simple() }, 'timestamp_too_old')
})

test('refuses what lacks headers', async () => {
  await refuses({ headers: {} }, 'missing_headers')
  await refuses({ headers: new Headers() }, 'missing_headers')
  await refuses({ headers: { 'webhook-id': 'evt_1', 'webhook-signature': v1(payload) } }, 'missing_headers')
  await refuses({ headers: { 'X-Webhook-Signature': plain(payload) } }, 'missing_headers')
})

test('refuses what is signed but no event', async () => {
  for (const body of ['', '[]', 'null', '"text"', '{"id":1}', '{"id":"a","type":"b","timestamp":"c"}', '{']) {
    await refuses({ payload: body, headers: standard(v1(body)) }, 'malformed')
  }
  const bytes = Uint8Array.of(0x22, 0xff, 0x22)
  await refuses({ payload: bytes, headers: standard(v1(bytes)) }, 'malformed')
  for (const timestamp of ['soon', '1e9', '-1', '1760000000.5', '0x10']) {
    await refuses({ headers: { ...standard(), 'webhook-timestamp': timestamp } }, 'malformed')
  }
})

test('tells the programmer when it is called wrongly', async () => {
  await assert.rejects(verify({ secret: undefined }), TypeError)
  await assert.rejects(verify({ secrets: [], secret: undefined }), TypeError)
  await assert.rejects(verify({ secret: 'whsec_???' }), TypeError)
  await assert.rejects(verify({ secret: '' }), TypeError)
  await assert.rejects(verify({ publicKey: 'whpk_AAAA', headers: standard('v1a,AAAA') }), TypeError)
  await assert.rejects(verify({ payload: event as unknown as string }), /raw body/)
})
