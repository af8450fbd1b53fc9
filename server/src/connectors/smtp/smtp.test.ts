import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { SMTPServer } from 'smtp-server'
import { type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { createSafeDial } from '../../lib/safe-fetch.ts'
import { smtp as emulator } from '../../sandbox/smtp/smtp.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { smtp } from './smtp.ts'

const credentials = { password: 'sandbox-password' }
const settings = {
  host: 'smtp.sandbox.example',
  security: 'none',
  user: 'sandbox',
  fromEmail: 'hub@sandbox.example',
  fromName: 'Tenon',
}
const hello = { to: [{ email: 'ada@example.com', name: 'Ada' }], subject: 'Grüße', text: 'Hello Ada' }

conformance(smtp, { emulator, credentials, settings, speaksHttp: false })

test('a mail arrives with both parts, attachment, headers and everybody it is for', async () => {
  await using server = await startServer()

  const result = await server.run('messaging.sendEmail', {
    ...hello,
    html: '<p>Hello Ada</p>',
    cc: [{ email: 'grace@example.com' }],
    bcc: [{ email: 'hidden@example.com' }],
    headers: { 'List-Unsubscribe': '<https://hub.example/u/1>' },
    reference: 'send-1',
    attachments: [{ name: 'hello.txt', type: 'text/plain', base64: 'SGVsbG8=' }],
  })

  assert.ok(result.success, !result.success ? result.error : '')
  const [mail] = server.delivered()
  assert.deepEqual(mail?.to, ['ada@example.com', 'grace@example.com', 'hidden@example.com'])
  const { message = '' } = mail ?? {}
  assert.match(message, /^From: Tenon <hub@sandbox\.example>/m)
  assert.match(message, /^List-Unsubscribe: <https:\/\/hub\.example\/u\/1>/m)
  assert.match(message, /^X-Reference: send-1/m)
  for (const part of ['text/plain', 'text/html', 'hello.txt', 'SGVsbG8=']) assert.ok(message.includes(part), part)
  assert.ok(!message.includes('hidden@example.com'))
})

test('the same idempotency key gives the same Message-ID, another one another', async () => {
  await using server = await startServer()
  const send = async (idempotencyKey: string) => {
    const result = await server.run('messaging.sendEmail', { ...hello, idempotencyKey })
    return result.success ? result.data.messageId : result.error
  }

  const [first, again, other] = [await send('one'), await send('one'), await send('two')]

  assert.match(first, /^<[0-9a-f]{32}@sandbox\.example>$/)
  assert.equal(again, first)
  assert.notEqual(other, first)
  assert.ok(server.delivered()[0]?.message.includes(`Message-ID: ${first}`))
})

test('who is refused among others is named; where all are, the mail is refused', async () => {
  await using server = await startServer()
  const to = (...addresses: string[]) => ({ ...hello, to: addresses.map((email) => ({ email })) })

  const some = await server.run('messaging.sendEmail', to('ada@example.com', 'nobody@example.com'))
  const none = await server.run('messaging.sendEmail', to('nobody@example.com'))
  const later = await server.run('messaging.sendEmail', to('later@example.com'))

  assert.ok(some.success && !none.success && !later.success)
  assert.deepEqual(some.data.rejected, ['nobody@example.com'])
  assert.deepEqual([none.errorCode, none.retry, none.gracefulFail], ['VENDOR_REJECTED', false, true])
  assert.deepEqual([later.errorCode, later.retry], ['PROCESSING_ERROR', true])
})

test('a connection that breaks after the mail was handed over leaves the outcome open', async () => {
  await using server = await startServer()

  const result = await server.run('messaging.sendEmail', { ...hello, to: [{ email: 'cut@example.com' }] })

  assert.ok(!result.success)
  assert.deepEqual([result.errorCode, result.ambiguous], ['CONNECTION_FAILED', true])
  assert.equal(server.delivered().length, 1)
})

test('a wrong password needs a person, and does not come out', async () => {
  await using server = await startServer()
  const context = server.open({ credentials: { password: 'a-wrong-password' } })

  await assert.rejects(smtp.check(context as never), { code: 'AUTH_ERROR' })
  assert.ok(!JSON.stringify(context.recorded).includes('a-wrong-password'))
})

test('a server that does not encrypt gets nothing where encryption is asked for', async () => {
  await using server = await startServer()
  const context = server.open({ settings: { ...settings, security: 'starttls' } })

  const result = await runOperation(smtp, context, 'messaging.sendEmail', hello)

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'CONFIG_SCHEMA_INVALID')
  assert.deepEqual(server.delivered(), [])
})

test('a certificate that nobody vouches for is refused, from the first byte and by STARTTLS', async () => {
  for (const security of ['tls', 'starttls'] as const) {
    const own = new SMTPServer({
      secure: security === 'tls',
      logger: false,
      onAuth: (_, __, done) => done(null, { user: 'x' }),
    })
    own.on('error', () => {})
    own.listen(0, '127.0.0.1')
    await once(own.server, 'listening')
    const { port } = own.server.address() as AddressInfo
    const context = connect(smtp, {
      vendor: { url: `smtp://127.0.0.1:${port}` },
      credentials,
      settings: { ...settings, security },
    })

    const result = await runOperation(smtp, context, 'messaging.sendEmail', hello)
    own.close()

    assert.ok(!result.success)
    assert.equal(result.errorCode, 'CONFIG_SCHEMA_INVALID', result.error)
  }
})

test('a private host is refused before anything is sent, and no host is one of this machine', async () => {
  for (const host of ['127.0.0.1', '10.0.0.7', '169.254.169.254']) {
    const context = connect(smtp, {
      vendor: { url: 'smtp://unused' },
      overrides: {},
      dial: createSafeDial(),
      credentials,
      settings: { ...settings, host },
    })

    const result = await runOperation(smtp, context, 'messaging.sendEmail', hello)

    assert.ok(!result.success)
    assert.equal(result.errorCode, 'CONFIG_SCHEMA_INVALID')
  }
})

test('a server that says nothing is left as soon as the operation is called off', async () => {
  const controller = new AbortController()
  const silent = createServer((socket) => {
    socket.on('error', () => {})
    controller.abort()
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const context = connect(smtp, {
    vendor: { url: `smtp://127.0.0.1:${port}` },
    credentials,
    settings,
    signal: controller.signal,
  })

  const result = await runOperation(smtp, context, 'messaging.sendEmail', hello)
  silent.close()

  assert.ok(!result.success)
  assert.equal(result.errorCode, 'CONNECTION_FAILED')
})

/** A mail server of the sandbox, and the connector connected to it. */
async function startServer() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const open = (more: Partial<Parameters<typeof connect>[1]> = {}) =>
    connect(smtp, { vendor: { url: sandbox.url }, overrides: sandbox.overrides(), credentials, settings, ...more })
  const context = open()
  return {
    open,
    delivered: sandbox.emulator(emulator).delivered,
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(smtp, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
