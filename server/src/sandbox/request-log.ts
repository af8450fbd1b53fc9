import type { FastifyRequest } from 'fastify'

/** A request as an emulator saw it. Tokens are left out. */
export type ArrivedRequest = {
  id: number
  at: number
  vendor: string
  account?: string | undefined
  method: string
  /** Without the emulator's prefix and the query. */
  path: string
  query: string
  headers: Record<string, string>
  /** The beginning of the body. */
  body?: string
  /** Undefined until answered, and for good where a fault kept the answer back. */
  status?: number
  fault?: string
  /** The stack of an emulator's own failure. */
  error?: string
}

const mostRequests = 1_000
const mostOfBody = 16_384
const secretHeaders = /authorization|cookie|token|key|secret/i

/** The last requests that arrived. */
export function createRequestLog(now: () => number) {
  const all: ArrivedRequest[] = []
  /** Those whose path no emulator knows. */
  const unknown: ArrivedRequest[] = []
  let last = 0

  return {
    all,
    unknown,
    begin(
      vendor: string,
      { method, url, headers }: Pick<FastifyRequest, 'method' | 'url' | 'headers'>,
    ): ArrivedRequest {
      const [path = '', query = ''] = url.split('?', 2)
      const shown = Object.entries(headers).map(([name, value]) => [
        name,
        secretHeaders.test(name) ? '[redacted]' : String(value),
      ])
      const entry: ArrivedRequest = {
        id: ++last,
        at: now(),
        vendor,
        method,
        path,
        query,
        headers: Object.fromEntries(shown),
      }
      all.push(entry)
      if (all.length > mostRequests) all.shift()
      if (unknown.length > mostRequests) unknown.shift()
      return entry
    },
    body(entry: ArrivedRequest, bytes: Buffer | undefined): void {
      if (bytes && bytes.length > 0 && !/token/i.test(entry.path)) entry.body = bytes.toString('utf8', 0, mostOfBody)
    },
    end(entry: ArrivedRequest, status: number): void {
      entry.status = status
    },
  }
}

export type RequestLog = ReturnType<typeof createRequestLog>
