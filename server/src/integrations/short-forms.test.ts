import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { googleCalendar } from '../sandbox/google-calendar/google-calendar.ts'
import { s3, sandboxKeys } from '../sandbox/s3/s3.ts'
import { sendgrid } from '../sandbox/sendgrid/sendgrid.ts'
import { sandboxAccount, sandboxSender, twilio } from '../sandbox/twilio/twilio.ts'
import { startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import type { Integration, TestResult } from './schema.ts'

const sandbox = await startSandbox({ emulators: [sendgrid, twilio, googleCalendar, s3] })
const [mail, phone] = [sandbox.emulator(sendgrid), sandbox.emulator(twilio)]
const hub = await startHub({
  env: {
    TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()),
    GOOGLE_CLIENT_ID: 'sandbox-google-calendar',
    GOOGLE_CLIENT_SECRET: 'sandbox-google-calendar-secret',
  },
})
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

const configure = (path: string, body: object) =>
  hub.request<Integration>('POST', `/api/integrations/${path}`, { body })

test('a calendar is configured with tokens that are there already: they are renewed at once, sealed, and never shown', async () => {
  const { accessToken, refreshToken } = await sandbox.emulator(googleCalendar).world.oauth.grant()

  const { body, text } = await configure('calendar', { accessToken, refreshToken, calendarId: 'primary' })
  const again = await configure('calendar', { refreshToken })

  const { status, authType, credentialsExpireAt, config } = body.data
  assert.deepEqual([status, authType, config.calendar_id], ['active', 'oauth2', 'primary'], text)
  assert.ok(Date.parse(credentialsExpireAt!) > Date.now() + 3_000_000)
  assert.ok(!text.includes(accessToken) && !text.includes(refreshToken))
  assert.deepEqual([again.body.data.id, again.body.data.status], [body.data.id, 'active'])
})

test('a refresh token that the vendor does not know is told of, and so is one that is missing', async () => {
  const { accessToken } = await sandbox.emulator(googleCalendar).world.oauth.grant()
  const body = { templateId: 'google-calendar', credentials: { accessToken } }

  const wrong = await configure('calendar', { accessToken, refreshToken: 'nobody-gave-this' })
  const missing = await hub.request('POST', '/api/integrations', { body })
  const strange = await hub.request('POST', '/api/integrations', {
    body: { ...body, credentials: { refreshToken: 'x', instance_url: 'https://evil.example' } },
  })

  assert.deepEqual([wrong.body.data.status === 'active', wrong.body.data.errorCode], [false, 'AUTH_ERROR'], wrong.text)
  assert.match(wrong.body.data.errorMessage!, /invalid_grant/)
  assert.deepEqual([missing.status, missing.body.details?.[0]?.field], [400, 'body.credentials.refreshToken'])
  assert.match(missing.body.error, /cannot be renewed/)
  assert.deepEqual(
    strange.body.details?.map(({ field }) => field),
    ['body.credentials.instance_url'],
  )
})

test('a calendar and a storage are tried without being kept, and tokens that are tried are not used up', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  const { accessToken, refreshToken } = await sandbox.emulator(googleCalendar).world.oauth.grant()
  const files = { ...sandboxKeys, bucketName: 'files' }
  const test = async (path: string, body: object) =>
    (await hub.request<TestResult>('POST', `/api/integrations/${path}/test`, { body, key })).body.data

  const calendar = await test('calendar', { accessToken, refreshToken })
  const ended = await test('calendar', { accessToken: 'ended', refreshToken })
  const storage = await test('storage', files)
  const wrong = await test('storage', { ...files, secretAccessKey: 'wrong-secret' })
  const kept = await hub.request<Integration[]>('GET', '/api/integrations', { key })

  assert.deepEqual([calendar.success, ended.success, storage.success, wrong.success], [true, false, true, false])
  assert.deepEqual([ended.errorCode, wrong.errorCode], ['AUTH_ERROR', 'AUTH_ERROR'])
  assert.deepEqual(kept.body.data, [])
  assert.equal((await configure('storage', files)).body.data.status, 'active')
})

test('what no such account can be is refused field by field', async () => {
  const { status, body } = await hub.request('POST', '/api/integrations/email', {
    body: { ...email, apiKey: 'nonsense' },
  })

  assert.deepEqual([status, body.details?.[0]?.field], [400, 'body.credentials.apiKey'])
})
