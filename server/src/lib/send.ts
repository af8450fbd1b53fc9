import { performance } from 'node:perf_hooks'
import { type Dispatcher, errors } from 'undici'
import { AddressRefusedError } from './judged-lookup.ts'

export type SendRequest = {
  /** Scheme, host and port, such as `https://example.com:8443`. */
  origin: string
  /** Path and query, such as `/hooks?tenant=1`. */
  path: string
  method: Dispatcher.HttpMethod
  /** A flat list of names and values, or an object prepared once. */
  headers: string[] | Record<string, string>
  body?: string | Buffer
  /** Covers everything from the queue to the last byte of the answer. Kept to about 100 ms. */
  timeoutMs: number
  /** How much of the answer's body is kept. */
  maxBytes: number
}

export type SendAnswer = {
  status: number
  headers: Record<string, string | string[] | undefined>
  /** At most `maxBytes` of the body as text; what is not UTF-8, and NUL, which PostgreSQL cannot store, become U+FFFD. */
  bodyHead: string
  truncated: boolean
  durationMs: number
}

export type SendErrorCode =
  | 'TIMEOUT'
  | 'CONNECTION_FAILED'
  | 'TLS'
  | 'ADDRESS_REFUSED'
  | 'BAD_RESPONSE'
  | 'INVALID_REQUEST'

/** No complete answer arrived. `status` is there when at least its head did. */
export class SendError extends Error {
  override readonly name = 'SendError'
  readonly code: SendErrorCode
  /** The code of the system, OpenSSL or undici below, such as `ECONNREFUSED`. */
  readonly causeCode: string | undefined
  readonly durationMs: number
  readonly status: number | undefined
  /** Whether anything went out: if not, the other side cannot have acted on it. */
  readonly sent: boolean

  constructor(code: SendErrorCode, message: string, facts: SendErrorFacts) {
    super(message, { cause: facts.cause })
    this.code = code
    this.causeCode = codeOf(facts.cause)
    this.durationMs = facts.durationMs
    this.status = facts.status
    this.sent = facts.sent
  }
}

type SendErrorFacts = { cause?: unknown; durationMs: number; status?: number | undefined; sent: boolean }

/** An answer longer than this is cut off, connection included; up to here it is read so that the connection lives on. */
const maxDrainedBytes = 64 * 1024
const sweepMs = 100

/**
 * Sends one request and answers whatever status came back, 3xx included; throws a `SendError` when no answer did.
 *
 * This is the hottest path of the product, hence `dispatch` with one handler object instead of streams, and one
 * sweep over all requests in flight instead of a timer and an AbortSignal for each.
 */
export function send(agent: Dispatcher, request: SendRequest): Promise<SendAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = new Exchange(request, resolve, reject)
    track(exchange)
    agent.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      exchange,
    )
  })
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly deadline: number
  /** Position in `inFlight`, or -1 when settled. */
  index = -1
  private readonly startedAt = performance.now()
  private readonly request: SendRequest
  private readonly resolve: (answer: SendAnswer) => void
  private readonly reject: (error: SendError) => void
  private controller: Dispatcher.DispatchController | undefined
  private status = 0
  private headers: SendAnswer['headers'] = {}
  private chunks: Buffer[] | undefined
  private keptBytes = 0
  private seenBytes = 0

  constructor(request: SendRequest, resolve: (answer: SendAnswer) => void, reject: (error: SendError) => void) {
    this.request = request
    this.deadline = this.startedAt + request.timeoutMs
    this.resolve = resolve
    this.reject = reject
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A request whose deadline passed while it waited must not be sent after all. Throwing drops it alone, where
    // `abort` would also close the connection that the next one is waiting for.
    if (this.index === -1) throw timedOut
    this.controller = controller
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: SendAnswer['headers']): void {
    this.status = status
    this.headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.seenBytes += chunk.length
    const room = this.request.maxBytes - this.keptBytes
    if (room > 0) {
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk
      this.keptBytes += kept.length
      if (this.chunks) this.chunks.push(kept)
      else this.chunks = [kept]
    }
    if (this.seenBytes > maxDrainedBytes && this.seenBytes > this.request.maxBytes) {
      this.succeed()
      controller.abort(cutOff)
    }
  }

  onResponseEnd(): void {
    this.succeed()
  }

  onResponseError(_: Dispatcher.DispatchController | null, cause: Error): void {
    if (this.index === -1) return
    const [code, message] = describe(cause)
    this.fail(code, message, cause)
  }

  expire(): void {
    const { method, origin, timeoutMs } = this.request
    const waitedFor = this.status ? 'the end of the answer' : this.controller ? 'an answer' : 'a connection'
    this.fail('TIMEOUT', `${method} ${origin} took longer than ${timeoutMs} ms, waiting for ${waitedFor}`)
    this.controller?.abort(timedOut)
  }

  private succeed(): void {
    if (this.index === -1) return
    untrack(this)
    this.resolve({
      status: this.status,
      headers: this.headers,
      bodyHead: this.bodyHead(),
      truncated: this.seenBytes > this.keptBytes,
      durationMs: performance.now() - this.startedAt,
    })
  }

  private fail(code: SendErrorCode, message: string, cause?: unknown): void {
    untrack(this)
    const durationMs = performance.now() - this.startedAt
    this.reject(
      new SendError(code, message, {
        cause,
        durationMs,
        status: this.status || undefined,
        sent: this.controller !== undefined,
      }),
    )
  }

  private bodyHead(): string {
    if (!this.chunks) return ''
    const bytes = this.chunks.length === 1 ? this.chunks[0]! : Buffer.concat(this.chunks, this.keptBytes)
    // Where we cut the body ourselves, half a character at the end is our doing and is left out.
    const wasCut = this.seenBytes > this.keptBytes
    const text = wasCut
      ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true })
      : bytes.toString()
    return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
  }
}

// Abort reasons are made once: nobody sees them, and an Error's stack costs more than the rest of a request.
const timedOut = new Error('the deadline of the request has passed')
const cutOff = new Error('the answer is longer than wanted')

/** Unordered; an exchange leaves by giving its place to the last one. */
const inFlight: Exchange[] = []
let sweeper: NodeJS.Timeout | undefined

function track(exchange: Exchange): void {
  exchange.index = inFlight.push(exchange) - 1
  sweeper ??= setInterval(sweep, sweepMs).unref()
}

function untrack(exchange: Exchange): void {
  const last = inFlight.pop()!
  if (last !== exchange) {
    inFlight[exchange.index] = last
    last.index = exchange.index
  }
  exchange.index = -1
}

function sweep(): void {
  if (inFlight.length === 0) {
    clearInterval(sweeper)
    sweeper = undefined
    return
  }
  const now = performance.now()
  // From the end, since an exchange that expires is replaced by one that was already looked at.
  for (let index = inFlight.length - 1; index >= 0; index--) {
    const exchange = inFlight[index]
    if (exchange && exchange.deadline <= now) exchange.expire()
  }
}

function describe(cause: Error): [SendErrorCode, string] {
  if (cause instanceof AddressRefusedError) return ['ADDRESS_REFUSED', cause.message]
  const code = codeOf(cause) ?? 'no code'
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return ['TIMEOUT', 'No connection was made in time']
  if (invalidRequestCodes.includes(code)) return ['INVALID_REQUEST', `The request cannot be sent: ${cause.message}`]
  // Node adds advice on its own command line after a semicolon, which is not for the owner of the endpoint.
  if (tlsCode.test(code)) return ['TLS', `No secure connection was made: ${cause.message.split(';')[0]} (${code})`]
  if (badResponses.some((kind) => cause instanceof kind)) {
    return ['BAD_RESPONSE', `The answer is not valid HTTP: ${cause.message}`]
  }
  return ['CONNECTION_FAILED', `The connection failed: ${cause.message || code} (${code})`]
}

const invalidRequestCodes = ['UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH', 'ERR_INVALID_URL']
const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/
const badResponses = [errors.HTTPParserError, errors.HeadersOverflowError, errors.ResponseContentLengthMismatchError]

/** The code of an error; with several addresses tried, the code of the last one. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  return error instanceof AggregateError ? codeOf(error.errors.at(-1)) : undefined
}
