import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type VendorCall = {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  /** Parsed where it is JSON, fields of a form as an object, text otherwise, undefined where there is none. */
  body: unknown
  rawBody: string
}

/** An answer: `{ status }` and more, `'hang'` (never), `'cut'` (breaks the connection), or any other JSON with 200. */
export type VendorReply =
  | { status: number; headers?: Record<string, string | undefined>; body?: unknown }
  | 'hang'
  | 'cut'
  | { [name: string]: unknown; status?: never }
  | readonly unknown[]

type Handler = VendorReply | ((call: VendorCall) => VendorReply | Promise<VendorReply>)

export type FakeVendor = AsyncDisposable & {
  url: string
  calls: VendorCall[]
  /** Answers the next calls so, before any route. */
  next(...replies: VendorReply[]): void
}

/**
 * Starts an HTTP server that answers as told: routes by method and path (`'GET /v2/persons'`), or one function for all. What is not
 * told is answered 501, so that it shows. `await using vendor = await fakeVendor({ … })`.
 */
export async function fakeVendor(
  routes: { [route: string]: Handler } | ((call: VendorCall) => VendorReply | Promise<VendorReply>) = {},
): Promise<FakeVendor> {
  const calls: VendorCall[] = []
  const scripted: VendorReply[] = []
  const server = createServer(async (request, response) => {
    const call = await readCall(request)
    calls.push(call)
    const handler = scripted.shift() ?? (typeof routes === 'function' ? routes : routes[`${call.method} ${call.path}`])
    const missing = { status: 501, body: { message: `the fake vendor knows no ${call.method} ${call.path}` } }
    send(typeof handler === 'function' ? await handler(call) : (handler ?? missing), response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    next: (...replies) => void scripted.push(...replies),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function readCall(request: IncomingMessage): Promise<VendorCall> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const rawBody = Buffer.concat(chunks).toString()
  const url = new URL(request.url ?? '/', 'http://vendor')
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body: readBody(rawBody, headers['content-type'] ?? ''),
    rawBody,
  }
}

function readBody(text: string, type: string): unknown {
  if (text === '') return undefined
  if (type.includes('json')) return JSON.parse(text)
  return type.includes('form-urlencoded') ? Object.fromEntries(new URLSearchParams(text)) : text
}

function send(reply: VendorReply, response: ServerResponse): void {
  if (reply === 'hang') return
  if (reply === 'cut') return void response.destroy()
  const isWhole = !Array.isArray(reply) && typeof (reply as { status?: unknown }).status === 'number'
  const {
    status,
    headers = {},
    body,
  } = (isWhole ? reply : { status: 200, body: reply }) as {
    status: number
    headers?: Record<string, string | undefined>
    body?: unknown
  }
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' || body === undefined ? {} : { 'content-type': 'application/json' }
  const given = Object.entries({ ...type, ...headers }).filter(([, value]) => value !== undefined)
  response.writeHead(status, Object.fromEntries(given)).end(text)
}
