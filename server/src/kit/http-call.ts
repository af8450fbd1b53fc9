import type { Dispatcher } from 'undici'
import { exponentialDelay, retryAfterMs } from '../lib/backoff.ts'
import { SendError, send } from '../lib/safe-fetch.ts'
import { ConnectorError } from './errors.ts'
import type { VendorHttpOptions } from './http.ts'
import { readBody, withQuery } from './http-body.ts'
import { readFailure, sentence, unreached } from './http-errors.ts'
import type { VendorAnswer } from './http-types.ts'
import type { RecordedCall } from './record.ts'
import type { Redactor } from './redact.ts'

/** One call as it is to be made, however many tries that takes. */
export type Call = {
  method: string
  /** The vendor's own URL, whole. */
  url: string
  headers: Record<string, string>
  /** As sent. */
  body: string | Uint8Array | undefined
  /** As shown in records. */
  shownBody: unknown
  repeatable: boolean
  timeoutMs: number
  accept: readonly number[]
  /** In place of the account's own. */
  credentials: Record<string, string> | undefined
}

/** What surrounds the tries of a call. */
export type Surroundings = Pick<VendorHttpOptions, 'connector' | 'log' | 'onCall' | 'clock' | 'signal' | 'pace'> & {
  gate: NonNullable<VendorHttpOptions['gate']>
  sleep: (ms: number, signal: AbortSignal) => Promise<void>
  what: string | undefined
  redactor(): Redactor
  /** Where the URL really goes. */
  route(url: string): { origin: string; path: string; agent: Dispatcher }
  /** What the credentials add to a request, as they are now. */
  authorize(call: Call): { headers: Record<string, string>; query: string }
  /** Gets new credentials after the vendor said that these are expired; answers whether there are any. */
  refresh(): Promise<boolean>
}

const mostTries = 3
const largestAnswer = 10 * 1024 * 1024
/** A try with less time than this is not begun. */
const shortestTryMs = 100

/**
 * Makes a call: up to three tries within its deadline, one refresh of the credentials. Tried again is what cannot have been acted on
 * (no connection, 429) or may be repeated; all else that ends without a clear answer is ambiguous.
 * @throws ConnectorError
 */
export async function makeCall(call: Call, given: Surroundings): Promise<VendorAnswer<unknown>> {
  const deadline = performance.now() + call.timeoutMs
  const leftMs = () => deadline - performance.now()
  let refreshed = false

  for (let attempt = 1; ; attempt++) {
    const outcome = await tryOnce(call, given, leftMs(), attempt)
    if ('answer' in outcome) {
      const { answer } = outcome
      if (isFine(answer, call)) return answer
      // The first DELETE was heard after all, if its repetition finds nothing.
      if (call.method === 'DELETE' && attempt > 1 && (answer.status === 404 || answer.status === 410)) return answer
      if (isExpired(answer, given) && !refreshed) {
        refreshed = true
        if (await given.refresh()) {
          attempt--
          continue
        }
      }
    }
    const { error, waitMs } = judge(outcome, call, given, attempt)
    if (waitMs === undefined || attempt >= mostTries || leftMs() - waitMs < shortestTryMs) throw error
    await given.sleep(waitMs, given.signal)
    if (given.signal.aborted) throw cancelled(given, false)
  }
}

type Outcome = { answer: VendorAnswer<unknown>; requestId: string | undefined } | { failure: SendError }

async function tryOnce(call: Call, given: Surroundings, leftMs: number, attempt: number): Promise<Outcome> {
  if (given.signal.aborted) throw cancelled(given, false)
  await given.pace(1, leftMs)
  const leave = await given.gate.enter(leftMs)
  let outcome: 'answered' | 'failed' | 'neither' = 'neither'
  const startedAt = performance.now()
  const { headers, query } = given.authorize(call)
  const url = withQuery(call.url, query)
  const sent = { ...call.headers, ...headers }
  const tell = (
    rest: Pick<RecordedCall, 'status' | 'responseHeaders' | 'responseBody'> & { error?: string },
    requestId?: string,
  ) => report(given, call, url, sent, attempt, startedAt, rest, requestId)
  try {
    const { origin, path, agent } = given.route(url)
    const raw = await untilAborted(
      send(agent, {
        origin,
        path,
        method: call.method as Dispatcher.HttpMethod,
        headers: sent,
        ...(call.body === undefined
          ? {}
          : {
              body:
                typeof call.body === 'string'
                  ? call.body
                  : Buffer.from(call.body.buffer, call.body.byteOffset, call.body.byteLength),
            }),
        timeoutMs: Math.max(1, leftMs),
        maxBytes: largestAnswer,
      }),
      given,
      !call.repeatable,
    )
    outcome = raw.status >= 500 ? 'failed' : 'answered'
    const received = flat(raw.headers)
    const requestId = requestIdOf(received)
    if (raw.truncated) {
      tell({ status: raw.status, responseHeaders: received, responseBody: '' }, requestId)
      throw unreadable(given, call, 'is larger than 10 MiB', raw.status, requestId)
    }
    let body: unknown
    try {
      body = readBody(raw.bodyHead, received['content-type'])
    } catch (cause) {
      tell({ status: raw.status, responseHeaders: received, responseBody: raw.bodyHead }, requestId)
      // A failure that reads badly is still the failure its status says.
      if (raw.status >= 200 && raw.status < 300)
        throw unreadable(given, call, 'is not valid JSON', raw.status, requestId, cause)
      return { answer: { status: raw.status, headers: received, body: undefined }, requestId }
    }
    tell({ status: raw.status, responseHeaders: received, responseBody: body ?? null }, requestId)
    return { answer: { status: raw.status, headers: received, body }, requestId }
  } catch (error) {
    if (!(error instanceof SendError)) throw error
    outcome = isOurFault(error) ? 'neither' : 'failed'
    tell({ status: 0, responseHeaders: {}, responseBody: null, error: error.message })
    return { failure: error }
  } finally {
    leave(outcome)
  }
}

/** What a failed try means, and after which wait another may follow, if so. */
function judge(
  outcome: Outcome,
  call: Call,
  given: Surroundings,
  attempt: number,
): { error: ConnectorError; waitMs?: number } {
  const subject = { vendor: given.connector.name, what: given.what }
  const backoff = exponentialDelay(attempt, 250, 4_000)
  if ('failure' in outcome) {
    const { failure } = outcome
    const error = unreached(subject, failure, failure.sent && !call.repeatable)
    return isOurFault(failure) || error.ambiguous ? { error } : { error, waitMs: backoff }
  }
  const { answer, requestId } = outcome
  const { code, message, vendorCode, retryAfterMs: read } = readFailure(answer, given.connector.http.readError)
  const told = read ?? toldToWait(answer, given)
  const said = message === undefined ? undefined : given.redactor().text(message)
  const mayHaveActed = answer.status >= 500 || answer.status === 408
  const isThrottled = code === 'RATE_LIMIT_EXCEEDED'
  const ambiguous = mayHaveActed && !isThrottled && !call.repeatable
  const error = new ConnectorError(code, sentence(subject, code, answer.status, said), {
    status: answer.status,
    vendorMessage: said,
    vendorCode,
    requestId,
    ambiguous,
    retryAfterMs: told,
  })
  if (isThrottled) return { error, waitMs: told ?? exponentialDelay(attempt, 1_000, 8_000) }
  return mayHaveActed && call.repeatable ? { error, waitMs: told ?? backoff } : { error }
}

const isFine = ({ status }: VendorAnswer<unknown>, call: Call): boolean =>
  (status >= 200 && status < 300) || call.accept.includes(status)

const isExpired = (answer: VendorAnswer<unknown>, { connector }: Surroundings): boolean =>
  answer.status === 401 || (connector.http.isExpired?.(answer) ?? false)

/** Errors that say nothing of the vendor: an address we refuse to call, a request that could not be written. */
const isOurFault = ({ code }: SendError): boolean => code === 'ADDRESS_REFUSED' || code === 'INVALID_REQUEST'

function toldToWait(answer: VendorAnswer<unknown>, { connector, clock }: Surroundings): number | undefined {
  const now = clock.now()
  return (
    retryAfterMs(answer.headers['retry-after'], now) ?? connector.http.retryHeaders?.(answer.headers, new Date(now))
  )
}

function report(
  given: Surroundings,
  call: Call,
  url: string,
  headers: Record<string, string>,
  attempt: number,
  startedAt: number,
  rest: Pick<RecordedCall, 'status' | 'responseHeaders' | 'responseBody'> & { error?: string },
  requestId: string | undefined,
): void {
  const durationMs = Math.round(performance.now() - startedAt)
  const { connector, log, onCall } = given
  const redactor = given.redactor()
  const shownUrl = redactor.url(url)
  log.debug(
    { vendor: connector.id, method: call.method, url: shownUrl, status: rest.status, durationMs, attempt },
    'vendor call',
  )
  onCall?.({
    vendor: connector.recordAs ?? connector.id,
    method: call.method,
    url: shownUrl,
    requestHeaders: redactor.headers(headers),
    requestBody: redactor.body(call.shownBody ?? null),
    status: rest.status,
    responseHeaders: redactor.headers(rest.responseHeaders),
    responseBody: redactor.body(rest.responseBody),
    durationMs,
    attempt,
    ...(requestId === undefined ? {} : { requestId }),
    ...(rest.error === undefined ? {} : { error: redactor.text(rest.error) }),
  })
}

async function untilAborted<T>(work: Promise<T>, given: Surroundings, isAmbiguous: boolean): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(cancelled(given, isAmbiguous))
  if (given.signal.aborted) abort()
  else given.signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, aborted])
  } finally {
    given.signal.removeEventListener('abort', abort)
    // Whoever lost the race has nobody to listen.
    work.catch(() => {})
    aborted.catch(() => {})
  }
}

const cancelled = ({ connector }: Surroundings, ambiguous: boolean): ConnectorError =>
  new ConnectorError('CONNECTION_FAILED', `The call to ${connector.name} was called off (CONNECTION_FAILED)`, {
    ambiguous,
  })

function unreadable(
  given: Surroundings,
  call: Call,
  why: string,
  status: number,
  requestId: string | undefined,
  cause?: unknown,
) {
  const message = `The answer of ${given.connector.name} ${why} (PROCESSING_ERROR)`
  return new ConnectorError('PROCESSING_ERROR', message, { status, requestId, ambiguous: !call.repeatable, cause })
}

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )

const requestIdHeaders = [
  'x-request-id',
  'request-id',
  'x-hubspot-correlation-id',
  'x-correlation-id',
  'x-trace-id',
  'x-message-id',
  'twilio-request-id',
  'x-fb-trace-id',
  'cf-ray',
]
const requestIdOf = (headers: Record<string, string>): string | undefined => {
  const name = requestIdHeaders.find((header) => headers[header] !== undefined)
  return name === undefined ? undefined : headers[name]
}
