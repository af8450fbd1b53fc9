import assert from 'node:assert/strict'
import { test } from 'node:test'
import client from '@sendgrid/client'
import { EventWebhook } from '@sendgrid/eventwebhook'
import mail from '@sendgrid/mail'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { makeKeys, signed } from '../../sandbox/sendgrid/events.ts'
import { sendgrid as emulator } from '../../sandbox/sendgrid/sendgrid.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { contact } from './contacts.ts'
import { sendgrid } from './sendgrid.ts'

const credentials = { apiKey: 'SG.sandbox' }
const settings = { fromEmail: 'hub@sandbox.example', fromName: 'Tenon' }
const [mine, other] = [makeKeys(), makeKeys()]
const happened = [
  {
    email: 'ada@example.com',
    event: 'delivered',
    timestamp: 1_780_000_000,
    sg_event_id: 'one',
    sg_message_id: 'abc.recvd-1',
    tenon_reference: 'send-1',
  },
  {
    email: 'ada@example.com',
    event: 'click',
    timestamp: 1_780_000_001,
    sg_event_id: 'two',
    url: 'https://example.com/',
  },
  { email: 'ada@example.com', event: 'deferred', timestamp: 1_780_000_002, sg_event_id: 'three' },
]

conformance(sendgrid, {
  emulator,
  credentials,
  settings,
  failureBody: (status) => ({ errors: [{ message: `status ${status}`, field: null }] }),
  mappings: {
    contact: {
      mapping: contact,
      record: {
        id: 'b0d1',
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        phone_number_id: '+14079780655',
        created_at: '2026-01-02T03:04:05Z',
        updated_at: '2026-01-02T03:04:05Z',
      },
    },
  },
  async prepare({ http }) {
    await http.put('/v3/marketing/contacts', { contacts: [{ email: 'prepared@example.com' }] })
    return {
      'contacts.get': { externalId: 'prepared@example.com' },
      'contacts.find': { email: 'prepared@example.com' },
      'contacts.delete': { externalId: 'prepared@example.com' },
    }
  },
  webhook: {
    secret: mine.publicKey,
    otherSecret: other.publicKey,
    body: `${JSON.stringify(happened)}\r\n`,
    sign: ({ body, secret, at }) => ({
      headers: signed({ body, privateKey: (secret === mine.publicKey ? mine : other).privateKey, at: at.getTime() }),
    }),
    events: ['email.engagement', 'email.engagement', 'sendgrid.deferred'],
  },
})

test('a mail arrives with both parts, its reference, categories and attachment, and no address twice', async () => {
  await using account = await startAccount()

  const result = await account.run('messaging.sendEmail', {
    to: [{ email: 'ada@example.com', name: 'Ada' }],
    cc: [{ email: 'ADA@example.com' }, { email: 'grace@example.com' }],
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: 'Hello',
    reference: 'send-7',
    categories: ['welcome', 'welcome'],
    headers: { 'List-Unsubscribe': '<https://hub.example/u/1>' },
    attachments: [{ name: 'hello.txt', type: 'text/plain', base64: 'SGVsbG8=' }],
  })

  assert.ok(result.success, !result.success ? result.error : '')
  const [mail] = account.emulator.mails()
  assert.equal(mail?.messageId, result.data.messageId)
  assert.deepEqual([mail?.to, mail?.cc, mail?.from], [['ada@example.com'], ['grace@example.com'], settings.fromEmail])
  assert.deepEqual(
    mail?.content.map(({ type }) => type),
    ['text/plain', 'text/html'],
  )
  assert.deepEqual(
    [mail?.args, mail?.categories, mail?.attachments],
    [{ tenon_reference: 'send-7' }, ['welcome'], ['hello.txt']],
  )
})

test('a mail that may have been handed over is not sent again by itself', async () => {
  await using vendor = await fakeVendor(() => 'cut')
  const context = connect(sendgrid, { vendor, credentials, settings })

  const result = await runOperation(sendgrid, context, 'messaging.sendEmail', hello)

  assert.ok(!result.success)
  assert.equal(result.ambiguous, true)
  assert.equal(vendor.calls.length, 1)
})

test('a sender that nobody verified is refused in the words of the vendor', async () => {
  await using account = await startAccount()

  const result = await account.run('messaging.sendEmail', { ...hello, from: { email: 'me@unverified.example' } })

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'PERMISSION_DENIED')
  assert.match(result.error, /verified Sender Identity/)
})

test('a key that may not send mail fails the check', async () => {
  await using account = await startAccount()
  account.emulator.world.registerKey('SG.readonly', 'sandbox', ['marketing.read'])

  const context = account.open({ credentials: { apiKey: 'SG.readonly' } })

  await assert.rejects(sendgrid.check(context as never), { code: 'PERMISSION_DENIED' })
})

test('a contact is upserted with custom fields by name, found by phone and got by its address', async () => {
  await using account = await startAccount()
  account.emulator.addField({ name: 'plan', field_type: 'Text' })
  const given = {
    email: 'Ada@Example.com',
    name: 'Ada King Lovelace',
    phone: '+14079780655',
    customFields: { plan: 'pro' },
  }

  const made = await account.run('contacts.upsert', given)
  const found = await account.run('contacts.find', { phone: '+14079780655' })
  const unknown = await account.run('contacts.upsert', { ...given, customFields: { shoe_size: 40 } })

  assert.ok(made.success && found.success && !unknown.success)
  assert.deepEqual([made.data.created, made.data.contact.externalId], [true, 'ada@example.com'])
  assert.deepEqual([found.data?.firstName, found.data?.lastName], ['Ada', 'King Lovelace'])
  assert.equal(unknown.errorCode, 'CONTACT_ERROR')
})

test('in a batch, a contact without an address fails by itself', async () => {
  await using account = await startAccount()

  const rows = await account.run('contacts.batchUpsert', {
    contacts: [{ email: 'ada@example.com' }, { name: 'Nobody' }],
  })

  assert.ok(rows.success)
  assert.deepEqual(
    rows.data.map(({ success }) => success),
    [true, false],
  )
})

test("what becomes of a mail is told to the hub, signed as the vendor's own verifier wants it", async () => {
  await using hub = await startReceiver()
  await using account = await startAccount()
  const publicKey = account.emulator.listen(hub.url)
  const sent = await account.run('messaging.sendEmail', {
    ...hello,
    to: [{ email: 'bounce@example.com' }],
    reference: 'send-9',
  })
  assert.ok(sent.success)

  account.emulator.engage(sent.data.messageId, 'open')
  await account.sandbox.idle()

  const told = hub.requests.flatMap(({ headers, text }) => {
    const given = headers as Record<string, string>
    const request = inboundRequest({ headers: given, body: text, at: new Date() })
    assert.deepEqual(sendgrid.webhook?.verify(request, [publicKey], new Date()), { ok: true })
    const theirs = new EventWebhook()
    const [signature, timestamp] = ['signature', 'timestamp'].map(
      (name) => given[`x-twilio-email-event-webhook-${name}`],
    )
    assert.ok(theirs.verifySignature(theirs.convertPublicKeyToECDSA(publicKey), text, signature!, timestamp!))
    return sendgrid.webhook?.parse(request) ?? []
  })
  const about = told.map(({ type, data }) => `${type} ${(data as { action?: string }).action ?? ''}`.trim())
  assert.deepEqual(about.sort(), ['email.engagement bounced', 'email.engagement opened', 'sendgrid.processed'])
  const bounced = told.find(({ data }) => (data as { action?: string }).action === 'bounced')
  assert.equal((bounced?.data as { sendId?: string } | undefined)?.sendId, 'send-9')
  assert.equal(bounced?.externalId, sent.data.messageId)
})

test("SendGrid's own clients get along with the sandbox", async () => {
  await using account = await startAccount()
  client.setApiKey(credentials.apiKey)
  client.setDefaultRequest('baseUrl', account.sandbox.overrides()['api.sendgrid.com'] ?? '')
  mail.setClient(client)

  const [answer] = await mail.send({
    to: 'ada@example.com',
    from: settings.fromEmail,
    subject: 'Hi',
    text: 'Hi',
    html: '<p>Hi</p>',
  })
  const [put] = await client.request({
    method: 'PUT',
    url: '/v3/marketing/contacts',
    body: { contacts: [{ email: 'ada@example.com' }] },
  })

  assert.deepEqual([answer.statusCode, put.statusCode], [202, 202])
  assert.equal(account.emulator.mails()[0]?.messageId, (answer.headers as Record<string, string>)['x-message-id'])
  await assert.rejects(client.request({ method: 'POST', url: '/v3/mail/send', body: { nonsense: true } }), {
    code: 400,
  })
  assert.deepEqual(account.sandbox.unknownRequests, [])
})

const hello = { to: [{ email: 'ada@example.com' }], subject: 'Hello', text: 'Hello' }

/** An account of the sandbox, and the connector connected to it. */
async function startAccount() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const open = (more: Partial<Parameters<typeof connect>[1]> = {}) =>
    connect(sendgrid, { vendor: { url: sandbox.url }, overrides: sandbox.overrides(), credentials, settings, ...more })
  const context = open()
  return {
    sandbox,
    open,
    emulator: sandbox.emulator(emulator),
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(sendgrid, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
