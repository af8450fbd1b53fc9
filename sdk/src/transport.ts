import { errorOfAnswer, TenonError } from './errors.ts'
import type { Operations } from './generated/api.ts'
import { type Page, pageOf } from './pages.ts'
import { wait, waitBeforeRetry } from './retry.ts'

export type ClientOptions = {
  /** Where the hub is: `https://hub.example.com`, without `/api`. */
  url: string
  /** A workspace's API key, the platform admin's, or a JWT. In a browser the console's session does without. */
  apiKey?: string | undefined
  /** Which workspace is meant, where the key does not say it: the platform admin's may act for all. */
  workspaceId?: string | undefined
  /** In place of the global `fetch`. */
  fetch?: typeof globalThis.fetch | undefined
  /** How long one try may take. Default 30,000. */
  timeoutMs?: number | undefined
  /** How often a request that can safely be repeated is tried again. Default 3. */
  retries?: number | undefined
  /** Sent with every request. */
  headers?: Record<string, string> | undefined
}

export type CallOptions = {
  signal?: AbortSignal | undefined
  timeoutMs?: number | undefined
  retries?: number | undefined
  /**
   * Names what is created, so that it is created once however often it is sent. Made by the client where it is not given.
   * `false` sends none, which spares the hub a row and forbids repeating.
   */
  idempotencyKey?: string | false | undefined
}

type Parts<Name extends keyof Operations> = Omit<Operations[Name], 'answer'>
type Answer<Name extends keyof Operations> = Operations[Name]['answer']
/** The lists are the operations whose query has a cursor. */
type ListName = {
  [Name in keyof Operations]: Operations[Name] extends { query?: { cursor?: unknown }; answer: readonly unknown[] }
    ? Name
    : never
}[keyof Operations]
type Query<Name extends ListName> = Operations[Name] extends { query?: infer Q } ? NonNullable<Q> : never
type Item<Name extends ListName> = Answer<Name> extends readonly (infer T)[] ? T : never

/** Sends the operations of the API, each by its method and path. */
export type Transport = {
  /** Does it, and answers its data. */
  call<Name extends keyof Operations>(name: Name, parts: Parts<Name>, options?: CallOptions): Promise<Answer<Name>>
  /** The same for what creates something: sent with an idempotency key, and therefore safe to repeat. */
  create<Name extends keyof Operations>(name: Name, parts: Parts<Name>, options?: CallOptions): Promise<Answer<Name>>
  /** Sends a file as the whole body. Not repeated, since the hub would keep it twice. */
  upload<Name extends keyof Operations>(
    name: Name,
    parts: Omit<Parts<Name>, 'body'>,
    file: { content: Uint8Array | Blob | string; contentType: string },
    options?: CallOptions,
  ): Promise<Answer<Name>>
  /** The first page of a list; iterating over it goes on to the others. */
  list<Name extends ListName>(
    name: Name,
    parts: Omit<Parts<Name>, 'query'> & { query?: Query<Name> | undefined },
    options?: CallOptions,
  ): Promise<Page<Item<Name>>>
}

type Request = {
  method: string
  path: string
  body?: unknown
  /** In place of a body of JSON. */
  file?: { content: Uint8Array | Blob | string; contentType: string }
  repeatable: boolean
  options: CallOptions
}

/** Makes the transport of one hub. Throws a TypeError when the URL is none. */
export function createTransport(client: ClientOptions): Transport {
  const base = readUrl(client.url)
  const fetch = client.fetch ?? globalThis.fetch

  async function send(request: Request): Promise<{ data: unknown; nextCursor: string | null }> {
    const retries = request.options.retries ?? client.retries ?? 3
    for (let failed = 1; ; failed += 1) {
      try {
        return await sendOnce(request)
      } catch (error) {
        const waitMs = waitBeforeRetry(error, { failed, retries, repeatable: request.repeatable })
        if (waitMs === undefined) throw error
        await wait(waitMs, request.options.signal)
      }
    }
  }

  async function sendOnce({ method, path, body, file, options }: Request) {
    const timeoutMs = options.timeoutMs ?? client.timeoutMs ?? 30_000
    const timeout = AbortSignal.timeout(timeoutMs)
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout
    let response: Response
    let text: string
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers: headersFor(file?.contentType ?? (body === undefined ? undefined : 'application/json'), options),
        // One of the kinds of array that a body may be, as every program has them.
        ...(file ? { body: file.content as Blob } : body === undefined ? {} : { body: JSON.stringify(body) }),
        signal,
        redirect: 'manual',
      })
      text = await response.text()
    } catch (cause) {
      if (options.signal?.aborted) throw options.signal.reason
      throw timeout.aborted ? timedOut(base, timeoutMs, cause) : unreachable(base, cause)
    }
    if (response.status === 204) return { data: undefined, nextCursor: null }
    const answer = parse(text)
    if (!response.ok || !isSuccess(answer)) throw errorOfAnswer(response, answer)
    return { data: answer.data, nextCursor: answer.nextCursor ?? null }
  }

  function headersFor(contentType: string | undefined, options: CallOptions): Record<string, string> {
    return {
      accept: 'application/json',
      ...client.headers,
      ...(client.apiKey === undefined ? {} : { authorization: `Bearer ${client.apiKey}` }),
      ...(client.workspaceId === undefined ? {} : { 'x-workspace-id': client.workspaceId }),
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
    }
  }

  return {
    call: async (name, parts, options = {}) => {
      const request = requestOf(name, parts)
      const repeatable = request.method === 'GET' || Boolean(options.idempotencyKey)
      const { data } = await send({ ...request, repeatable, options })
      return data as Answer<typeof name>
    },
    create: async (name, parts, options = {}) => {
      const idempotencyKey = options.idempotencyKey ?? randomKey()
      const request = requestOf(name, parts)
      const repeatable = idempotencyKey !== false
      const { data } = await send({ ...request, repeatable, options: { ...options, idempotencyKey } })
      return data as Answer<typeof name>
    },
    upload: async (name, parts, file, options = {}) => {
      const { data } = await send({ ...requestOf(name, parts), file, repeatable: false, options })
      return data as Answer<typeof name>
    },
    list: (name, parts, options = {}) =>
      pageOf(async (cursor) => {
        const query = cursor === undefined ? parts.query : { ...parts.query, cursor }
        const { data, nextCursor } = await send({ ...requestOf(name, { ...parts, query }), repeatable: true, options })
        return { data: data as Item<typeof name>[], nextCursor }
      }),
  }
}

/** Fills in the path, and writes the query: lists joined by commas, times in ISO 8601. */
function requestOf(name: string, parts: { path?: object; query?: object; body?: unknown }) {
  const space = name.indexOf(' ')
  const values = (parts.path ?? {}) as Record<string, unknown>
  const path = name.slice(space + 1).replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = values[key]
    // An empty id would turn one thing's path into the path of all of them.
    if (typeof value !== 'string' || value === '') throw new TypeError(`${name} was called without its ${key}.`)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(parts.query ?? {})) {
    if (value === undefined || value === null) continue
    query.set(key, value instanceof Date ? value.toISOString() : Array.isArray(value) ? value.join(',') : String(value))
  }
  const search = query.size > 0 ? `?${query}` : ''
  return { method: name.slice(0, space), path: path + search, body: parts.body }
}

/** 128 random bits. Browsers have `crypto.randomUUID` on pages with TLS only, and this everywhere. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function readUrl(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new TypeError(`The hub's url must start with http:// or https://; ${JSON.stringify(url)} does not.`)
  }
  return url.replace(/\/+$/, '')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isSuccess(answer: unknown): answer is { success: true; data: unknown; nextCursor?: string | null } {
  return typeof answer === 'object' && answer !== null && 'success' in answer && answer.success === true
}

function timedOut(url: string, timeoutMs: number, cause: unknown): TenonError {
  return new TenonError(`The hub at ${url} did not answer within ${timeoutMs} ms.`, {
    errorCode: 'TIMEOUT',
    gracefulFail: true,
    cause,
  })
}

function unreachable(url: string, cause: unknown): TenonError {
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const code = reason instanceof Error && 'code' in reason ? ` (${String(reason.code)})` : ''
  return new TenonError(`The hub at ${url} cannot be reached${code}.`, {
    errorCode: 'CONNECTION_FAILED',
    gracefulFail: true,
    cause,
  })
}
