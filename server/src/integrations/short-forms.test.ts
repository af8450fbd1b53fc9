import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sendgrid } from '../sandbox/sendgrid/sendgrid.ts'
import { sandboxAccount, sandboxSender, twilio } from '../sandbox/twilio/twilio.ts'
import { startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import type { Integration, TestResult } from './schema.ts'

const sandbox = await startSandbox({ emulators: [sendgrid, twilio] })
const [mail, phone] = [sandbox.emulator(sendgrid), sandbox.emulator(twilio)]
const hub = await startHub({ env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
after(async () => {
  await hub[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

const email = { apiKey: 'SG.sandbox', fromEmail: 'hub@sandbox.example', fromName: 'Tenon' }
const sms = { accountSid: sandboxAccount.sid, authToken: sandboxAccount.token, fromNumber: sandboxSender.number }

test('e-mail and SMS are configured in one call each, and a second call changes the same account', async () => {
  const configure = async (path: string, body: object) =>
    (await hub.request<Integration>('POST', `/api/integrations/${path}`, { body })).body.data

  const first = await configure('email', email)
  const second = await configure('email', { ...email, fromEmail: 'other@sandbox.example' })
  const third = await configure('sms', sms)
  const wrong = await configure('email', { ...email, apiKey: 'SG.wrong' })

  assert.deepEqual(
    [first.templateId, first.status, third.templateId, third.status],
    ['sendgrid', 'active', 'twilio', 'active'],
  )
  assert.deepEqual([second.id, second.config.fromEmail], [first.id, 'other@sandbox.example'])
  assert.deepEqual([wrong.id, wrong.status === 'active'], [first.id, false])
})

test('an account is tried without being kept, and something is sent where a person asks for it', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  const test = async (path: string, body: object) =>
    (await hub.request<TestResult>('POST', `/api/integrations/${path}/test`, { body, key })).body.data

  const good = await test('email', { ...email, testTo: 'tried@example.com' })
  const text = await test('sms', { ...sms, testTo: '+14079780699' })
  const bad = await test('email', { ...email, apiKey: 'SG.wrong' })
  const kept = await hub.request<Integration[]>('GET', '/api/integrations', { key })

  assert.deepEqual([good.success, text.success, bad.success, bad.errorCode], [true, true, false, 'AUTH_ERROR'])
  assert.ok(mail.mails().some(({ to }) => to[0] === 'tried@example.com'))
  assert.ok(phone.messages().some(({ to }) => to === '+14079780699'))
  assert.deepEqual(kept.body.data, [])
})

test('what no such account can be is refused field by field', async () => {
  const { status, body } = await hub.request('POST', '/api/integrations/email', {
    body: { ...email, apiKey: 'nonsense' },
  })

  assert.deepEqual([status, body.details?.[0]?.field], [400, 'body.credentials.apiKey'])
})
