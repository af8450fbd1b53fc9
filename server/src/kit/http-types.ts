/** Values of a query string; undefined is left out, arrays repeat the name. */
export type Query = Record<string, string | number | boolean | Date | readonly string[] | undefined>

export type CallOptions = {
  headers?: Record<string, string | undefined>
  /** A call that changes something is repeated after an ambiguous failure only where this says that it may. GET, PUT and DELETE may. */
  repeatable?: boolean
  /** The vendor's own idempotency key, sent in the header that the connector names; makes the call repeatable. */
  idempotencyKey?: string | undefined
  /** Sent as they are instead of a JSON body. */
  bytes?: { content: Uint8Array; type: string }
  /** Milliseconds for the whole call; default 15,000. */
  timeoutMs?: number
  /** Stand in for the account's own in this call, such as a token that the vendor gave for a part of the account. */
  credentials?: Record<string, string>
  /** Statuses besides 2xx that are an answer and no failure. */
  accept?: readonly number[]
}

/** What a vendor answered. */
export type VendorAnswer<T> = { status: number; headers: Record<string, string>; body: T }

/**
 * The one way to a vendor: authenticated, paced, retried where safe, logged and recorded. Paths are relative to the connector's base
 * URL; a full URL is taken only if its host is among the connector's hosts. Bodies are JSON unless `form` is used.
 * @throws ConnectorError with the code that the connector's error reading gives
 */
export type VendorHttp = {
  get<T = unknown>(path: string, query?: Query, options?: CallOptions): Promise<T>
  post<T = unknown>(path: string, body?: unknown, options?: CallOptions & { query?: Query }): Promise<T>
  put<T = unknown>(path: string, body?: unknown, options?: CallOptions & { query?: Query }): Promise<T>
  patch<T = unknown>(path: string, body?: unknown, options?: CallOptions & { query?: Query }): Promise<T>
  delete<T = unknown>(path: string, query?: Query, options?: CallOptions): Promise<T>
  /** Form-encoded (nested names as the vendor writes them); pairs where a name may stand several times. */
  form<T = unknown>(path: string, fields: FormFields, options?: CallOptions): Promise<T>
  /** With status and headers, for the few calls that need them. */
  request<T = unknown>(
    method: string,
    path: string,
    options?: CallOptions & { query?: Query; body?: unknown },
  ): Promise<VendorAnswer<T>>
  /** Every item of every page, by the connector's paging or one given here. */
  pages<T = unknown>(
    path: string,
    query?: Query,
    /** `pageIn`: where a POST says which page it wants; its body unless given. */
    options?: CallOptions & { pages?: Paging; method?: 'GET' | 'POST'; body?: unknown; pageIn?: 'query' },
  ): AsyncIterable<T>
}

export type FormFields = Record<string, string | number | boolean | undefined> | readonly (readonly [string, string])[]

/** How a vendor pages: where the items are, and what the next call needs. */
export type Paging = {
  /** The first call's own parameters, such as the page size. */
  first: Query
  items(body: unknown): readonly unknown[]
  /** Parameters (or a URL) of the next call; undefined at the end. */
  next(answer: VendorAnswer<unknown>, sent: Query, count: number): { query?: Query; url?: string } | undefined
}
