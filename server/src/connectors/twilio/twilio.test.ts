import assert from 'node:assert/strict'
import { test } from 'node:test'
import twilioClient from 'twilio'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { twilio as emulator, sandboxAccount, sandboxSender, signed } from '../../sandbox/twilio/twilio.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { segmentsOf } from './segments.ts'
import { twilio } from './twilio.ts'

const credentials = { accountSid: sandboxAccount.sid, authToken: sandboxAccount.token }
const settings = { fromNumber: sandboxSender.number }
const hello = { to: '+14079780655', text: 'Hello Ada' }
const written = {
  MessageSid: `SM${'1'.repeat(32)}`,
  From: '+14079780655',
  To: sandboxSender.number,
  Body: 'Is it free?',
  NumMedia: '0',
}

conformance(twilio, {
  emulator,
  credentials,
  settings,
  failureBody: (status) => ({ code: 20_000, message: `status ${status}`, status }),
  webhook: {
    secret: sandboxAccount.token,
    otherSecret: 'f'.repeat(32),
    body: new URLSearchParams(written).toString(),
    sign: ({ secret, url }) => ({ headers: signed({ url, fields: written, token: secret }) }),
    events: ['message.received'],
    hasTime: false,
  },
})

test('a text is sent from the number, with its media, to a number however it is written', async () => {
  await using account = await startAccount({ country: 'US' })

  const sms = await account.run('messaging.sendSms', { ...hello, to: '(407) 978-0655' })
  const mms = await account.run('messaging.sendSms', {
    ...hello,
    mediaUrls: ['https://example.com/a.jpg', 'https://example.com/b.jpg'],
  })

  assert.ok(sms.success && mms.success)
  assert.deepEqual({ ...sms.data, messageId: '' }, { messageId: '', status: 'queued', segments: 1, encoding: 'gsm7' })
  const [first, second] = account.emulator.messages()
  assert.deepEqual([first?.to, first?.from, first?.body], ['+14079780655', sandboxSender.number, 'Hello Ada'])
  assert.deepEqual(second?.media, ['https://example.com/a.jpg', 'https://example.com/b.jpg'])
  assert.match(mms.data.messageId, /^MM/)
})

test('a messaging service chooses the sender, unless one is asked for', async () => {
  await using account = await startAccount({ messagingServiceSid: sandboxSender.pool })

  await account.run('messaging.sendSms', hello)
  await account.run('messaging.sendSms', { ...hello, from: '+14155550199' })

  assert.deepEqual(
    account.emulator.messages().map(({ pool, from }) => [pool, from]),
    [
      [sandboxSender.pool, sandboxSender.number],
      [null, '+14155550199'],
    ],
  )
})

test('what can be no phone number is refused before anything is sent', async () => {
  await using account = await startAccount()
  for (const to of ['12345', '4079780655', '+1', 'not a number']) {
    const result = await account.run('messaging.sendSms', { ...hello, to })
    assert.ok(!result.success && result.errorCode === 'VALIDATION_FAILED', to)
  }
  assert.deepEqual(account.sandbox.requests, [])
})

test('segments are counted as carriers do', () => {
  const cases: [string, number, 'gsm7' | 'ucs2'][] = [
    ['a'.repeat(160), 1, 'gsm7'],
    ['a'.repeat(161), 2, 'gsm7'],
    ['a'.repeat(306), 2, 'gsm7'],
    ['a'.repeat(307), 3, 'gsm7'],
    ['€'.repeat(80), 1, 'gsm7'],
    ['€'.repeat(81), 2, 'gsm7'],
    // The sign for the euro takes two places and is not cut in half at the 153rd.
    [`${'a'.repeat(152)}€${'a'.repeat(152)}`, 3, 'gsm7'],
    ['ж'.repeat(70), 1, 'ucs2'],
    ['ж'.repeat(71), 2, 'ucs2'],
    ['😀'.repeat(35), 1, 'ucs2'],
    ['😀'.repeat(36), 2, 'ucs2'],
  ]
  for (const [text, segments, encoding] of cases) assert.deepEqual(segmentsOf(text), { segments, encoding }, text)
})

test('whoever has opted out at Twilio is told so, and an API key signs in instead of the token', async () => {
  await using account = await startAccount()
  const key = { apiKeySid: `SK${'0'.repeat(31)}1`, apiKeySecret: 'a-secret-of-the-key' }
  account.emulator.world.registerKey(`${key.apiKeySid}:${key.apiKeySecret}`)
  account.emulator.receive('+14079780655', 'stop')

  const context = account.open({ credentials: { ...credentials, ...key } })
  const result = await runOperation(twilio, context, 'messaging.sendSms', hello)

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'VENDOR_REJECTED')
  assert.match(result.error, /has opted out/)
})

test('a message that may have been handed over is not sent again by itself', async () => {
  await using vendor = await fakeVendor(() => 'cut')

  const result = await runOperation(
    twilio,
    connect(twilio, { vendor, credentials, settings }),
    'messaging.sendSms',
    hello,
  )

  assert.ok(!result.success)
  assert.equal(result.ambiguous, true)
  assert.equal(vendor.calls.length, 1)
})

test('reports and messages arrive at the hub, signed as the vendor itself checks it', async () => {
  await using hub = await startReceiver()
  const url = `${hub.url}/webhooks/twilio/i/1`
  await using account = await startAccount({ statusCallbackUrl: url })
  account.emulator.listen(url)

  const sent = await account.run('messaging.sendSms', hello)
  account.emulator.receive('+14079780655', 'Yes, please', ['https://example.com/roof.jpg'])
  await account.sandbox.idle()

  assert.ok(sent.success)
  const told = hub.requests.flatMap(({ headers, text }) => {
    const given = headers as Record<string, string>
    const fields = Object.fromEntries(new URLSearchParams(text))
    assert.ok(twilioClient.validateRequest(sandboxAccount.token, given['x-twilio-signature'] ?? '', url, fields))
    const request = inboundRequest({ headers: given, url, body: text, at: new Date() })
    assert.deepEqual(twilio.webhook?.verify(request, [sandboxAccount.token], new Date()), { ok: true })
    return twilio.webhook?.parse(request) ?? []
  })
  assert.deepEqual(told.map(({ type }) => type).sort(), [
    'message.received',
    'twilio.message.delivered',
    'twilio.message.sent',
  ])
  const received = told.find(({ type }) => type === 'message.received')?.data as {
    text: string
    attachments: unknown[]
  }
  assert.deepEqual(
    [received.text, received.attachments],
    ['Yes, please', [{ url: 'https://example.com/roof.jpg', contentType: 'image/jpeg' }]],
  )
  assert.equal(told.find(({ type }) => type === 'twilio.message.sent')?.externalId, sent.data.messageId)
})

test("Twilio's own client gets along with the sandbox", async () => {
  await using account = await startAccount()
  const base = account.sandbox.overrides()['api.twilio.com'] ?? ''
  const client = twilioClient(sandboxAccount.sid, sandboxAccount.token)
  const request = client.httpClient.request.bind(client.httpClient)
  client.httpClient.request = (options) =>
    request({ ...options, uri: options.uri.replace('https://api.twilio.com', base) })

  const made = await client.messages.create({ to: hello.to, from: sandboxSender.number, body: hello.text })
  const read = await client.messages(made.sid).fetch()

  assert.deepEqual([read.status, read.body], ['queued', hello.text])
  await assert.rejects(client.messages.create({ to: 'nobody', from: sandboxSender.number, body: 'x' }), {
    code: 21_211,
  })
  assert.deepEqual(account.sandbox.unknownRequests, [])
})

/** An account of the sandbox, and the connector connected to it. */
async function startAccount(more: Record<string, string> = {}) {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const open = (rest: Partial<Parameters<typeof connect>[1]> = {}) =>
    connect(twilio, {
      vendor: { url: sandbox.url },
      overrides: sandbox.overrides(),
      credentials,
      settings: { ...settings, ...more },
      ...rest,
    })
  const context = open()
  return {
    sandbox,
    open,
    emulator: sandbox.emulator(emulator),
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(twilio, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
