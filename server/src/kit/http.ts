import { setTimeout as wait } from 'node:timers/promises'
import type { Dispatcher } from 'undici'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { version } from '../version.ts'
import { applied, authOf, secretsOf } from './applied-credentials.ts'
import type { AnyConnector, Auth } from './connector.ts'
import { ConnectorError } from './errors.ts'
import { createGate, type Gate } from './gate.ts'
import { formBody, queryString, withQuery } from './http-body.ts'
import { makeCall, type Surroundings } from './http-call.ts'
import type { CallOptions, Paging, Query, VendorAnswer, VendorHttp } from './http-types.ts'
import { overrideUrl, type VendorOverrides } from './overrides.ts'
import type { Pace } from './pace.ts'
import type { RecordedCall } from './record.ts'
import { createRedactor, type Redactor } from './redact.ts'

export type VendorHttpOptions = {
  connector: Pick<AnyConnector, 'id' | 'name' | 'recordAs' | 'auth' | 'http' | 'settings'>
  /** Which of the connector's ways in the credentials belong to. Default: what they look like. */
  authType?: Auth['type']
  credentials: Record<string, string>
  /** Opened settings; the values of encrypted fields are kept out of logs and records. */
  settings: Record<string, unknown>
  /** Reaches public addresses only. */
  agent: Dispatcher
  /** Hosts that something else stands in for, and the agent that may reach it (loopback, for the sandbox). */
  overrides?: VendorOverrides
  overrideAgent?: Dispatcher
  pace: Pace
  /** Shared by the clients of one integration; without it this client has its own. */
  gate?: Gate
  /** Called once when the vendor says that the token is expired; undefined where no newer one can be had. */
  refresh(): Promise<Record<string, string> | undefined>
  /** Hears every try, redacted. */
  onCall?(call: RecordedCall): void
  /** Hears the same; for `TENON_RECORD_TRAFFIC` (see `trafficRecorder`). */
  record?(call: RecordedCall): void
  /** What the operation is about, for errors: `the contact`. */
  what?: string
  log: Log
  clock: Clock
  signal: AbortSignal
  /** Waits between tries. Default: real time. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

const defaultTimeoutMs = 15_000
const repeatableMethods = new Set(['GET', 'HEAD', 'PUT', 'DELETE'])

/** Makes the one way to a vendor for one integration: see `VendorHttp`. Cheap; made anew for every operation. */
export function createVendorHttp(options: VendorHttpOptions): VendorHttp {
  const { connector, settings, agent, overrides = {}, overrideAgent = agent } = options
  let credentials = options.credentials
  let redactor: Redactor | undefined
  /** Secrets besides those in use: of before a refresh, of single calls. */
  const further = new Set<string>()
  const auth = authOf(connector.auth, options.authType, credentials)
  const gate =
    options.gate ??
    createGate({ vendor: connector.name, clock: options.clock, concurrency: connector.http.concurrency })

  const surroundings: Surroundings = {
    ...options,
    gate,
    what: options.what,
    sleep: options.sleep ?? sleep,
    onCall(call) {
      options.record?.(call)
      options.onCall?.(call)
    },
    redactor: () => (redactor ??= createRedactor([...secretsOf(connector, auth, credentials, settings), ...further])),
    route(url) {
      const { url: real, isOverridden } = overrideUrl(url, overrides)
      const { origin, pathname, search } = new URL(real)
      return { origin, path: pathname + search, agent: isOverridden ? overrideAgent : agent }
    },
    authorize({ method, url, headers: sent, body, credentials: own }) {
      const used = { ...credentials, ...own }
      const { headers = {}, query } = applied(auth, used)
      if (auth.type !== 'keys' || !auth.sign) return { headers, query: queryString(query) }
      const request = { method, url, headers: sent, body, settings, now: new Date(options.clock.now()) }
      return { headers: { ...headers, ...auth.sign(request, used) }, query: queryString(query) }
    },
    async refresh() {
      const fresh = auth.type === 'oauth2' ? await options.refresh() : undefined
      if (!fresh) return false
      // What was secret stays secret.
      for (const secret of secretsOf(connector, auth, credentials, settings)) further.add(secret)
      credentials = fresh
      redactor = undefined
      return true
    },
  }

  const baseUrl = (): string => {
    const { baseUrl: base } = connector.http
    return (typeof base === 'string' ? base : base({ credentials, settings })).replace(/\/+$/, '')
  }

  async function request<T>(
    method: string,
    path: string,
    { query, body, form, ...rest }: CallOptions & { query?: Query; body?: unknown; form?: string } = {},
  ): Promise<VendorAnswer<T>> {
    const { bytes } = rest
    const sent = bytes?.content ?? form ?? (body === undefined ? undefined : JSON.stringify(body))
    for (const secret of Object.values(rest.credentials ?? {})) {
      if (further.has(secret)) continue
      further.add(secret)
      redactor = undefined
    }
    const type = bytes?.type ?? (form === undefined ? body !== undefined && 'application/json' : formType)
    const answer = await makeCall(
      {
        method,
        url: withQuery(resolve(path, baseUrl(), connector), queryString(query)),
        headers: headersOf(connector, rest, type),
        body: sent,
        shownBody: bytes ? `(${bytes.content.length} bytes)` : (form ?? body),
        repeatable: rest.repeatable ?? (rest.idempotencyKey !== undefined || repeatableMethods.has(method)),
        timeoutMs: rest.timeoutMs ?? defaultTimeoutMs,
        accept: rest.accept ?? [],
        credentials: rest.credentials,
      },
      surroundings,
    )
    return answer as VendorAnswer<T>
  }

  const bodyOf = async <T>(answer: Promise<VendorAnswer<T>>): Promise<T> => (await answer).body

  return {
    request,
    get: (path, query, rest) => bodyOf(request('GET', path, { ...rest, ...(query && { query }) })),
    delete: (path, query, rest) => bodyOf(request('DELETE', path, { ...rest, ...(query && { query }) })),
    post: (path, body, rest) => bodyOf(request('POST', path, { ...rest, body })),
    put: (path, body, rest) => bodyOf(request('PUT', path, { ...rest, body })),
    patch: (path, body, rest) => bodyOf(request('PATCH', path, { ...rest, body })),
    form: (path, fields, rest) => bodyOf(request('POST', path, { ...rest, form: formBody(fields) })),
    pages: (path, query, rest) => readPages(request, connector, path, query, rest),
  }
}

type Request = <T>(
  method: string,
  path: string,
  options?: CallOptions & { query?: Query; body?: unknown },
) => Promise<VendorAnswer<T>>

/** Reads page after page. Stops with an error where a vendor names the same next page twice in a row, which would never end. */
async function* readPages<T>(
  request: Request,
  connector: Pick<AnyConnector, 'name' | 'http'>,
  path: string,
  query: Query = {},
  options: CallOptions & { pages?: Paging; method?: 'GET' | 'POST'; body?: unknown; pageIn?: 'query' } = {},
): AsyncIterable<T> {
  const { pages = connector.http.pages, method = 'GET', body, pageIn, ...rest } = options
  if (!pages) throw new Error(`The connector ${connector.name} does not say how its vendor pages.`)
  const isPost = method === 'POST'
  let place = path
  let sent: Query = { ...pages.first, ...query }
  for (;;) {
    const answer = await request<unknown>(method, place, {
      repeatable: true,
      ...rest,
      // A search by POST mostly takes its page from the body.
      ...(!isPost
        ? { query: sent }
        : pageIn === 'query'
          ? { query: sent, body }
          : { body: { ...(body as object), ...sent } }),
    })
    const items = pages.items(answer.body) as readonly T[]
    yield* items
    const next = pages.next(answer, sent, items.length)
    if (!next) return
    const [nextPlace, nextSent]: [string, Query] =
      next.url === undefined ? [place, { ...sent, ...next.query }] : [next.url, next.query ?? {}]
    if (nextPlace === place && queryString(nextSent) === queryString(sent)) {
      throw new ConnectorError(
        'PROCESSING_ERROR',
        `${connector.name} names the same next page again and again (PROCESSING_ERROR)`,
      )
    }
    ;[place, sent] = [nextPlace, nextSent]
  }
}

const formType = 'application/x-www-form-urlencoded'

function headersOf(
  { http }: Pick<AnyConnector, 'http'>,
  options: CallOptions,
  contentType: string | false,
): Record<string, string> {
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': `Tenon/${version}` }
  if (contentType) headers['content-type'] = contentType
  for (const [name, value] of Object.entries({ ...http.headers, ...options.headers })) {
    if (value !== undefined) headers[name.toLowerCase()] = value
  }
  if (options.idempotencyKey !== undefined) {
    headers[(http.idempotencyHeader ?? 'Idempotency-Key').toLowerCase()] = options.idempotencyKey
  }
  return headers
}

/** A path of the base URL, or a whole URL of a host that the connector names. Credentials never go anywhere else. */
function resolve(path: string, base: string, { name, http }: Pick<AnyConnector, 'name' | 'http'>): string {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(path) && !path.startsWith('//'))
    return `${base}${path.startsWith('/') || path === '' ? '' : '/'}${path}`
  const [target, own] = [URL.parse(path), new URL(base)]
  const isOwn = target?.origin === own.origin
  if (target && (isOwn || (target.protocol === 'https:' && http.hosts?.some((host) => fits(target.hostname, host)))))
    return target.href
  throw new ConnectorError(
    'PROCESSING_ERROR',
    `${name} names a place that is not its own: ${target?.host ?? 'no URL'} (PROCESSING_ERROR)`,
  )
}

const fits = (hostname: string, pattern: string): boolean =>
  pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern

const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
  // Whoever waits looks at the signal itself.
  await wait(ms, undefined, { signal }).catch(() => {})
}
