import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendgrid } from '../sandbox/sendgrid/sendgrid.ts'
import { smtp } from '../sandbox/smtp/smtp.ts'
import { type Hub, startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'
import type { Send } from './schema.ts'

const hello = { to: { email: 'ada@example.com', name: 'Ada' }, subject: 'Hello', html: '<p>Hello <b>Ada</b></p>' }

test('a mail goes over the default integration that can send e-mail, with a text part and its id as reference', async () => {
  await using mail = await startMail()
  await mail.connectSmtp()
  const { id } = await mail.connectSendGrid({ defaultFor: ['messaging'] })

  const created = await mail.send(hello)
  const sent = await mail.ended(created.id, 'sent')

  assert.equal(created.status, 'queued')
  const [mailed] = mail.sendgrid.mails()
  assert.deepEqual(
    [mailed?.to, mailed?.subject, mailed?.args],
    [['ada@example.com'], 'Hello', { tenon_reference: created.id }],
  )
  assert.deepEqual(mailed?.content, [
    { type: 'text/plain', value: 'Hello Ada' },
    { type: 'text/html', value: hello.html },
  ])
  assert.deepEqual([sent.integrationId, sent.messageId, sent.attempts], [id, mailed?.messageId, 1])
  assert.equal(mail.smtp.delivered().length, 0)
})

test('without anything connected a mail is kept in the outbox, and sent from there once there is', async () => {
  await using mail = await startMail()

  const { id } = await mail.send(hello)
  await mail.ended(id, 'kept')
  const outbox = await mail.hub.request<Send[]>('GET', '/api/email/sends?status=kept')
  await mail.connectSmtp()
  await mail.hub.request('POST', `/api/email/sends/${id}/retry`)
  await mail.ended(id, 'sent')

  assert.deepEqual(
    outbox.body.data.map((one) => one.id),
    [id],
  )
  assert.deepEqual(mail.smtp.delivered()[0]?.to, ['ada@example.com'])
})

test('a mail belongs to the transaction that sends it, and a key makes one', async () => {
  await using mail = await startMail()
  await mail.connectSmtp()
  const { email } = mail.hub.app
  const { id: workspaceId } = mail.hub.workspace
  const queue = (key: string) =>
    mail.hub.database.transaction((tx) => email.send(tx, workspaceId, { ...hello, to: 'ada@example.com', key }))

  const [first, again] = [await queue('booking-1'), await queue('booking-1')]
  const rolledBack = mail.hub.database.transaction(async (tx) => {
    await email.send(tx, workspaceId, { ...hello, key: 'booking-2' })
    throw new Error('the booking failed')
  })
  await assert.rejects(rolledBack, /the booking failed/)
  await mail.ended(first.id, 'sent')

  assert.deepEqual([first.isNew, again.isNew, again.id], [true, false, first.id])
  assert.equal(mail.smtp.delivered().length, 1)
})

test('two transactions with one key make one mail', async () => {
  await using mail = await startMail()
  const { email } = mail.hub.app
  const { id: workspaceId } = mail.hub.workspace

  const all = await Promise.all(
    [1, 2, 3].map(() => mail.hub.database.transaction((tx) => email.send(tx, workspaceId, { ...hello, key: 'once' }))),
  )

  assert.equal(new Set(all.map(({ id }) => id)).size, 1)
  assert.equal(all.filter(({ isNew }) => isNew).length, 1)
})

test('what the vendor refuses has failed, with its words', async () => {
  await using mail = await startMail()
  await mail.connectSendGrid()

  const { id } = await mail.send({ ...hello, from: { email: 'me@unverified.example' } })
  const failed = await mail.ended(id, 'failed')

  assert.equal(failed.errorCode, 'PERMISSION_DENIED')
  assert.match(failed.error ?? '', /verified Sender Identity/)
})

test('a vendor that fails for now is tried again later', async () => {
  await using mail = await startMail()
  await mail.connectSmtp()

  const { id } = await mail.send({ ...hello, to: 'later@example.com' })
  const waiting = await until('the first try', async () => {
    const { body } = await mail.hub.request<Send>('GET', `/api/email/sends/${id}`)
    return body.data.attempts === 1 && body.data.status === 'queued' && body.data
  })

  assert.equal(waiting.errorCode, 'PROCESSING_ERROR')
  const { rows } = await mail.hub.database.pool.query(
    'select kind, due_at > now() as later from scheduled where kind = $1',
    ['email.send'],
  )
  assert.deepEqual(rows, [{ kind: 'email.send', later: true }])
})

test('a mail of which nobody knows whether it was taken is not sent again by itself', async () => {
  await using mail = await startMail()
  await mail.connectSmtp()

  const { id } = await mail.send({ ...hello, to: 'cut@example.com' })
  const unknown = await mail.ended(id, 'unknown')

  assert.equal(unknown.attempts, 1)
  assert.equal(mail.smtp.delivered().length, 1)
})

test('what a process that died had begun is unknown, and not sent a second time', async () => {
  await using mail = await startMail()
  await mail.connectSmtp()
  const { database, workspace, app } = mail.hub
  const { id } = await database.transaction(async (tx) => {
    const made = await app.email.send(tx, workspace.id, hello)
    // As the process that took the job left it.
    await tx.updateTable('emailSendRecords').set({ status: 'sending' }).where('id', '=', made.id).execute()
    return made
  })

  const unknown = await mail.ended(id, 'unknown')

  assert.equal(unknown.errorCode, 'OUTCOME_UNKNOWN')
  assert.equal(mail.smtp.delivered().length, 0)
})

test('a mail that says nothing, or names what is not there, is refused field by field', async () => {
  await using hub = await startHub()
  const send = async (body: object) => {
    const { status, body: answer } = await hub.request('POST', '/api/email/sends', { body })
    return [status, answer.details?.[0]?.field]
  }

  assert.deepEqual(await send({ to: 'ada@example.com', html: '<p>' }), [400, 'body.subject'])
  assert.deepEqual(await send({ to: 'ada@example.com', subject: 'Hello' }), [400, 'body'])
  assert.deepEqual(await send({ to: 'ada@example.com', template: 'nothing' }), [400, 'body.template'])
  assert.deepEqual(await send({ to: 'ada@example.com', subject: 'a\r\nBcc: x@example.com', text: 'a' }), [
    400,
    'body.subject',
  ])
  assert.deepEqual(await send({ to: 'ada', subject: 'Hello', text: 'a' }), [400, 'body.to'])
})

/** A hub with a sandbox of SendGrid and a mail server. */
async function startMail() {
  const sandbox = await startSandbox({ emulators: [sendgrid, smtp] })
  const hub = await startHub({ env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
  const connect = async (body: object) => {
    const { body: answer, text } = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
      body,
    })
    assert.equal(answer.data?.status, 'active', text)
    return answer.data
  }
  return {
    hub,
    sendgrid: sandbox.emulator(sendgrid),
    smtp: sandbox.emulator(smtp),
    connectSendGrid: (more: object = {}) =>
      connect({
        templateId: 'sendgrid',
        credentials: { apiKey: 'SG.sandbox' },
        config: { fromEmail: 'hub@sandbox.example' },
        ...more,
      }),
    connectSmtp: () =>
      connect({
        templateId: 'smtp',
        credentials: { password: 'sandbox-password' },
        config: { host: 'smtp.sandbox.example', security: 'none', user: 'sandbox', fromEmail: 'hub@sandbox.example' },
      }),
    send: async (body: object) => {
      const { status, body: answer, text } = await hub.request<Send>('POST', '/api/email/sends', { body })
      assert.equal(status, 202, text)
      return answer.data
    },
    ended: (id: string, status: Send['status']) => ended(hub, id, status),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}

const ended = (hub: Hub, id: string, status: Send['status']): Promise<Send> =>
  until(`the mail to be ${status}`, async () => {
    const { body } = await hub.request<Send>('GET', `/api/email/sends/${id}`)
    return body.data.status === status && body.data
  })
