import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sandboxAccount, sandboxSender, twilio } from '../sandbox/twilio/twilio.ts'
import { startHub } from '../test/hub.ts'
import { startSandbox } from '../test/sandbox.ts'
import { until } from '../test/until.ts'
import type { OptOut, Sms } from './schema.ts'

const sandbox = await startSandbox({ emulators: [twilio] })
const phone = sandbox.emulator(twilio)
const hub = await startHub({ env: { TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()) } })
after(async () => {
  await hub[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

test('an SMS is sent by what the workspace connected, and what becomes of it moves on only', async () => {
  const workspace = await connected()

  const { id } = await workspace.send({ to: '+14079780601', text: 'Hello Ada' })
  const delivered = await workspace.until(id, ({ reported }) => reported === 'delivered')
  phone.report(delivered.messageId ?? '', 'sent')
  await sandbox.idle()
  await workspace.processed(3)
  const after = await workspace.get(id)

  assert.deepEqual([delivered.status, delivered.segments, delivered.attempts], ['sent', 1, 1])
  assert.equal(after.reported, 'delivered')
})

test('whoever answers STOP gets nothing before the vendor is asked, by any way, until START', async () => {
  const workspace = await connected()
  const to = '+14079780602'
  const sentTo = () => phone.messages().filter((message) => message.to === to).length

  phone.receive(to, ' Stop. ')
  await sandbox.idle()
  await until('the opt-out', async () => (await workspace.optOuts()).some((one) => one.phone === to))
  const { id } = await workspace.send({ to, text: 'Hello' })
  const failed = await workspace.until(id, ({ status }) => status === 'failed')
  const byHand = await workspace.operation({ to: '(407) 978-0602', text: 'Hello' })
  assert.deepEqual(
    [failed.errorCode, byHand.errorCode, byHand.gracefulFail, sentTo()],
    ['CONFLICT', 'CONFLICT', true, 0],
  )

  phone.receive(to, 'START')
  await sandbox.idle()
  await until('the opt-in', async () => (await workspace.optOuts()).length === 0)
  const again = await workspace.send({ to, text: 'Hello again' })
  await workspace.until(again.id, ({ status }) => status === 'sent')
  assert.equal(sentTo(), 1)
})

test('an opt-out of one workspace is none of another, and a person can enter and lift one', async () => {
  const [one, other] = [await connected(), await connected()]
  const to = '+14079780603'

  await one.change('/api/sms/opt-outs', to)
  const refused = await one.send({ to, text: 'Hello' })
  const sent = await other.send({ to, text: 'Hello' })
  await one.until(refused.id, ({ status }) => status === 'failed')
  await other.until(sent.id, ({ status }) => status === 'sent')
  const listed = await one.optOuts()
  await one.change('/api/sms/opt-ins', to)

  assert.deepEqual(
    listed.map(({ phone, source }) => [phone, source]),
    [[to, 'person']],
  )
  assert.deepEqual(await one.optOuts(), [])
})

test('a key makes one SMS, and without anything connected it fails in words', async () => {
  const { id: workspaceId, apiKey: key } = await hub.addWorkspace()
  const send = async () => {
    const body = { to: '+14079780604', text: 'Hello', key: 'reminder-1' }
    return (await hub.request<Sms>('POST', '/api/sms/sends', { body, key })).body.data
  }

  const [first, again] = [await send(), await send()]
  const failed = await until('the failure', async () => {
    const { body } = await hub.request<Sms>('GET', `/api/sms/sends/${first.id}`, { key })
    return body.data.status === 'failed' && body.data
  })

  assert.equal(again.id, first.id)
  assert.equal(failed.errorCode, 'INTEGRATION_NOT_ACTIVE')
  const inTransaction = await hub.database.transaction((tx) =>
    hub.app.sms.send(tx, workspaceId, { to: '+14079780604', text: 'x' }),
  )
  assert.equal(inTransaction.isNew, true)
})

/** A workspace with Twilio connected, whose webhooks come to the hub. */
async function connected() {
  const { apiKey: key } = await hub.addWorkspace()
  const body = {
    templateId: 'twilio',
    credentials: { accountSid: sandboxAccount.sid, authToken: sandboxAccount.token },
    config: { fromNumber: sandboxSender.number, country: 'US' },
  }
  const made = await hub.request<{ id: string }>('POST', '/api/integrations', { body, key })
  const { id } = made.body.data
  const url = `${hub.url}/webhooks/twilio/i/${id}`
  await hub.request('PATCH', `/api/integrations/${id}`, { body: { config: { statusCallbackUrl: url } }, key })
  phone.listen(url)
  const get = async (smsId: string) => (await hub.request<Sms>('GET', `/api/sms/sends/${smsId}`, { key })).body.data
  return {
    get,
    send: async (sms: object) => {
      const { status, text, body: answer } = await hub.request<Sms>('POST', '/api/sms/sends', { body: sms, key })
      assert.equal(status, 202, text)
      return answer.data
    },
    until: (smsId: string, fits: (sms: Sms) => boolean) =>
      until('the SMS', async () => {
        const sms = await get(smsId)
        return fits(sms) && sms
      }),
    operation: async (input: object) =>
      (await hub.request('POST', `/api/integrations/${id}/operations/messaging.sendSms`, { body: input, key })).body,
    optOuts: async () => (await hub.request<OptOut[]>('GET', '/api/sms/opt-outs', { key })).body.data,
    change: (path: string, number: string) => hub.request('POST', path, { body: { phone: number }, key }),
    /** Waits until so many webhooks of the integration were processed. */
    processed: (count: number) =>
      until(`${count} webhooks`, async () => {
        const { rows } = await hub.database.pool.query(
          "select count(*)::int as count from inbound_webhooks where integration_id = $1 and status in ('processed', 'duplicate')",
          [id],
        )
        return rows[0].count >= count
      }),
  }
}
