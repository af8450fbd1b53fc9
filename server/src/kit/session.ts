import type { Socket } from 'node:net'
import { AddressRefusedError, type Dial } from '../lib/safe-fetch.ts'
import { authOf, secretsOf } from './applied-credentials.ts'
import { ConnectorError } from './errors.ts'
import { createGate } from './gate.ts'
import type { VendorHttpOptions } from './http.ts'
import { overrideUrl } from './overrides.ts'
import { createRedactor } from './redact.ts'

/** A connection to the vendor, and how long it may last. */
export type Line = {
  socket: Socket
  /** The vendor's own host, which its certificate must name; also where something else stands in. */
  host: string
  timeoutMs: number
}

/**
 * The one way to a vendor that does not speak HTTP: a connection of its own to the host and port of the connector's base URL
 * (`smtp://mail.example:587`), made by the same rules as a call (judged address, pace, gate, deadline) and logged and recorded like
 * one. What `run` throws is passed on if it is a ConnectorError. The connection is closed at the end, whatever happens.
 * @throws ConnectorError
 */
export type VendorSession = <T>(
  exchange: {
    /** What is done, as the log and the operation's record name it: `SEND`. */
    method: string
    /** As shown in records. */
    shown?: unknown
    /** For everything, from the first packet on. Default: 30,000. */
    timeoutMs?: number
  },
  run: (line: Line) => Promise<{ answer: T; status: number; shown?: unknown }>,
) => Promise<T>

export type SessionOptions = {
  dial?: Dial | undefined
  /** Reaches what stands in for a host. */
  overrideDial?: Dial | undefined
}

/** How long a conversation has to end by itself once its connection was destroyed. */
const graceMs = 250

/** Makes the session of one integration: see `VendorSession`. */
export function createVendorSession(options: VendorHttpOptions & SessionOptions): VendorSession {
  const { connector, credentials, settings, overrides = {}, dial, overrideDial = dial, clock, log, signal } = options
  const { name, http } = connector
  const gate = options.gate ?? createGate({ vendor: name, clock, concurrency: http.concurrency })
  const redactor = createRedactor(
    secretsOf(connector, authOf(connector.auth, options.authType, credentials), credentials, settings),
  )

  async function open(url: URL, timeoutMs: number): Promise<Socket> {
    const { url: real, isOverridden } = overrideUrl(url.href, overrides)
    const { hostname, port } = new URL(real)
    const reach = isOverridden ? overrideDial : dial
    if (!reach) throw new TypeError('Nothing to dial with was given.')
    try {
      return await reach({ host: hostname, port: Number(port), timeoutMs, signal })
    } catch (cause) {
      const refused = cause instanceof AddressRefusedError
      const code = refused ? 'CONFIG_SCHEMA_INVALID' : 'CONNECTION_FAILED'
      const { message } = cause as Error
      const said = refused ? message : `${name} could not be reached: ${redactor.text(message)}`
      throw new ConnectorError(code, `${said} (${code})`, { cause })
    }
  }

  return async (exchange, run) => {
    const { baseUrl: base } = http
    const url = new URL(typeof base === 'string' ? base : base({ credentials, settings }))
    const deadline = performance.now() + (exchange.timeoutMs ?? 30_000)
    const leftMs = () => Math.max(1, deadline - performance.now())
    if (signal.aborted) throw calledOff(name)
    await options.pace(1, leftMs())
    const leave = await gate.enter(leftMs())
    const startedAt = performance.now()
    let outcome: 'answered' | 'failed' | 'neither' = 'failed'
    let socket: Socket | undefined
    const tell = (rest: { status: number; shown?: unknown; error?: string }) => {
      const durationMs = Math.round(performance.now() - startedAt)
      const shownUrl = redactor.url(url.href)
      log.debug(
        { vendor: connector.id, method: exchange.method, url: shownUrl, status: rest.status, durationMs },
        'vendor call',
      )
      const call = {
        vendor: connector.recordAs ?? connector.id,
        method: exchange.method,
        url: shownUrl,
        requestHeaders: {},
        requestBody: redactor.body(exchange.shown ?? null),
        status: rest.status,
        responseHeaders: {},
        responseBody: redactor.body(rest.shown ?? null),
        durationMs,
        attempt: 1,
        ...(rest.error === undefined ? {} : { error: redactor.text(rest.error) }),
      }
      options.record?.(call)
      options.onCall?.(call)
    }
    try {
      socket = await open(url, leftMs())
      const { answer, status, shown } = await bounded(run, { socket, host: url.hostname, timeoutMs: leftMs() })
      outcome = 'answered'
      tell({ status, shown })
      return answer
    } catch (error) {
      const failure = error instanceof ConnectorError ? error : undefined
      // What was refused in words is an answer; an address that may not be called says nothing of the vendor.
      if (failure)
        outcome = failure.code === 'CONFIG_SCHEMA_INVALID' ? 'neither' : failure.status ? 'answered' : 'failed'
      tell({ status: failure?.status ?? 0, shown: failure?.vendorMessage, error: (error as Error).message })
      if (!failure) throw error
      throw new ConnectorError(failure.code, redactor.text(failure.message), failure)
    } finally {
      socket?.destroy()
      leave(outcome)
    }
  }

  /** Destroys the connection when its time is over or the operation is called off, and waits no longer for what is left of it. */
  async function bounded<T>(run: (line: Line) => Promise<T>, line: Line): Promise<T> {
    const { promise: over, reject } = Promise.withResolvers<never>()
    const end = (why: string) => () => {
      line.socket.destroy(new Error(why))
      setTimeout(
        () =>
          reject(new ConnectorError('CONNECTION_FAILED', `${name} ${why} (CONNECTION_FAILED)`, { ambiguous: true })),
        graceMs,
      ).unref()
    }
    const abort = end('was left, since the operation was called off')
    const timer = setTimeout(end('did not finish in time'), line.timeoutMs)
    signal.addEventListener('abort', abort, { once: true })
    over.catch(() => {})
    // Nobody else may listen when the other side breaks off.
    line.socket.on('error', () => {})
    try {
      return await Promise.race([run(line), over])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }
}

const calledOff = (name: string) =>
  new ConnectorError('CONNECTION_FAILED', `The call to ${name} was called off (CONNECTION_FAILED)`)
