/** Some of a list, and where the rest begins. */
export type Page<T> = { items: T[]; nextCursor: string | null }
export type FieldFault = { field: string; message: string }

/** A refusal or failure of the hub, or (`errorCode` NETWORK) no answer at all. `message` is a sentence for the reader. */
export class ApiError extends Error {
  readonly status: number
  readonly errorCode: string
  readonly gracefulFail: boolean
  readonly details: FieldFault[]
  readonly requestId: string | null

  constructor(failure: Failure, status: number) {
    super(failure.error)
    this.name = 'ApiError'
    this.status = status
    this.errorCode = failure.errorCode
    this.gracefulFail = failure.gracefulFail ?? false
    this.details = failure.details ?? []
    this.requestId = failure.requestId ?? null
  }
}

type Failure = {
  error: string
  errorCode: string
  gracefulFail?: boolean
  details?: FieldFault[]
  requestId?: string
}
type Query = Record<string, string | number | boolean | null | undefined>
type Options = {
  query?: Query
  body?: unknown
  /** Sent as it is, in place of a `body` of JSON. */
  file?: File
  workspaceId?: string | null
  signal?: AbortSignal
  idempotent?: boolean
}

let chosenWorkspace: string | null = null
const underWay = new Map<string, Promise<unknown>>()
const sessionEnded = new Set<() => void>()

/** Names the workspace that every following request is about; null leaves the choice to the hub. */
export function chooseWorkspace(id: string | null): void {
  chosenWorkspace = id
}

/** Calls `listener` whenever the hub says that nobody is signed in any more; returns how to stop listening. */
export function onSessionEnd(listener: () => void): () => void {
  sessionEnded.add(listener)
  return () => sessionEnded.delete(listener)
}

/**
 * Sends one request and answers the envelope's `data`. A change that is asked for again while it is under way, by a button
 * pressed twice, is asked for once. @throws ApiError for everything but success
 */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const ask = async () => (await send<T>(method, path, options)).data
  if (method === 'GET' || options.file || options.signal) return ask()
  const same = JSON.stringify([method, path, options.query, options.body, options.workspaceId])
  const asked = (underWay.get(same) as Promise<T> | undefined) ?? ask().finally(() => underWay.delete(same))
  underWay.set(same, asked)
  return asked
}

/** Reads one page of a list. @throws ApiError */
export async function list<T>(path: string, query: Query, signal?: AbortSignal): Promise<Page<T>> {
  const { data, nextCursor } = await send<T[]>('GET', path, { query, ...(signal && { signal }) })
  return { items: data, nextCursor: nextCursor ?? null }
}

/** The query string of the values that say something, with its question mark, or nothing. */
export function queryString(query: Query = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return entries.length ? `?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}` : ''
}

/** Reads what an address gives as a file. @throws ApiError */
export async function readFile(path: string): Promise<Blob> {
  const response = await sendRaw('GET', path, {})
  if (!response.ok) await readEnvelope(response)
  return response.blob()
}

async function send<T>(
  method: string,
  path: string,
  options: Options,
): Promise<{ data: T; nextCursor?: string | null }> {
  return readEnvelope<T>(await sendRaw(method, path, options))
}

async function sendRaw(method: string, path: string, options: Options): Promise<Response> {
  const workspaceId = options.workspaceId === undefined ? chosenWorkspace : options.workspaceId
  const headers: Record<string, string> = { accept: 'application/json, */*;q=0.8' }
  if (workspaceId) headers['x-workspace-id'] = workspaceId
  // Browsers do not let another site's page send this header with our cookie: it is the guard against forged requests.
  if (method !== 'GET') headers['x-tenon-console'] = '1'
  if (options.idempotent) headers['idempotency-key'] = crypto.randomUUID()
  if (options.file) headers['content-type'] = 'text/csv'
  else if (options.body !== undefined) headers['content-type'] = 'application/json'
  const body = options.file ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  try {
    return await fetch(path + queryString(options.query), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body !== undefined && { body }),
      ...(options.signal && { signal: options.signal }),
    })
  } catch (cause) {
    if (options.signal?.aborted) throw cause
    throw new ApiError({ error: 'The hub did not answer. Is it running, and are you online?', errorCode: 'NETWORK' }, 0)
  }
}

async function readEnvelope<T>(response: Response): Promise<{ data: T; nextCursor?: string | null }> {
  if (response.status === 204) return { data: undefined as T }
  const envelope = (await response.json().catch(() => null)) as
    | { success: true; data: T; nextCursor?: string | null }
    | ({ success: false } & Failure)
    | null
  if (envelope?.success) return envelope
  const error = new ApiError(
    envelope ?? {
      error: `The hub gave an answer that is not its own (HTTP ${response.status}).`,
      errorCode: 'INTERNAL',
    },
    response.status,
  )
  if (response.status === 401 && error.errorCode === 'UNAUTHENTICATED') for (const listener of sessionEnded) listener()
  throw error
}
