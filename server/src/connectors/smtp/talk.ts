import { once } from 'node:events'
import { Readable } from 'node:stream'
import type SMTPConnection from 'nodemailer/lib/smtp-connection'
import { ConnectorError, type Line } from '../../kit/index.ts'
import { failureOf, type SmtpFailure } from './failures.ts'
import type { Message } from './message.ts'
import type { SmtpContext } from './settings.ts'

/** What the server said of a message. */
export type Reply = { status: number; response: string; rejected: string[] }

/** A server sends no more than a line or two at a time. */
const largestReply = 64 * 1_024

/** Signs in, and lets `talk` go on from there. */
export async function talk<T>(
  { settings, credentials }: SmtpContext,
  { socket, host, timeoutMs }: Line,
  use: (connection: SMTPConnection) => Promise<T>,
): Promise<T> {
  const { security = 'starttls', user } = settings
  const { default: Connection } = await import('nodemailer/lib/smtp-connection')
  const connection = new Connection({
    connection: socket,
    host,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { servername: host, minVersion: 'TLSv1.2' },
    greetingTimeout: timeoutMs,
    connectionTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxResponseSize: largestReply,
    logger: false,
  })
  const { promise: broken, reject } = Promise.withResolvers<never>()
  broken.catch(() => {})
  connection.on('error', reject)
  connection.on('end', () => reject(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' })))
  const within = <R>(step: (done: (error?: Error | null, result?: R) => void) => void): Promise<R> =>
    Promise.race([
      new Promise<R>((resolve, fail) => step((error, result) => (error ? fail(error) : resolve(result as R)))),
      broken,
    ])
  try {
    await within<void>((done) => connection.connect(done))
    const { password: pass } = credentials
    if (pass !== undefined) {
      if (!connection.allowsAuth) throw needsNoPassword()
      await within<unknown>((done) => connection.login({ credentials: { user: user ?? '', pass } }, done))
    }
    return await use(connection)
  } catch (error) {
    throw error instanceof ConnectorError ? error : failureOf(error as SmtpFailure, false)
  } finally {
    connection.close()
  }
}

/** Hands the message over. From the moment the server has all of it, nobody knows what it did until it says so. */
export async function handOver(connection: SMTPConnection, { from, to, bytes }: Message): Promise<Reply> {
  const body = Readable.from([bytes])
  let isHanded = false
  body.once('end', () => {
    isHanded = true
  })
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const broken = (error: SmtpFailure) => reject(failureOf(error, isHanded))
  connection.prependOnceListener('error', broken)
  connection.prependOnceListener('end', () =>
    broken(Object.assign(new Error('Connection closed'), { code: 'ECONNECTION' })),
  )
  connection.send({ from, to }, body, (error, info) => {
    if (error) return broken(error as SmtpFailure)
    const { response = '', rejected = [] } = info ?? {}
    resolve({ status: Number(response.slice(0, 3)) || 250, response, rejected: rejected.map(String) })
  })
  return await promise
}

/** Says goodbye, and does not wait long for the answer. */
export async function leave(connection: SMTPConnection): Promise<void> {
  connection.quit()
  await once(connection, 'end', { signal: AbortSignal.timeout(1_000) }).catch(() => {})
}

const needsNoPassword = () =>
  new ConnectorError(
    'CONFIG_SCHEMA_INVALID',
    'SMTP: the server offers no sign-in here; check encryption and port, or connect without a password (CONFIG_SCHEMA_INVALID)',
  )
