import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyWebhook, type WebhookEvent } from '../../../sdk/src/webhooks.ts'

export type ReceivedRequest = {
  method: string
  path: string
  headers: IncomingHttpHeaders
  /** The bytes as they came. */
  text: string
  body: WebhookEvent
  at: number
}

/** What to do with a request: a status, or more. */
export type Reaction =
  | number
  | { status?: number; headers?: Record<string, string>; body?: string; delayMs?: number }
  /** Never answers, until the receiver closes. */
  | 'hang'
  /** Breaks the connection. */
  | 'cut'

export type Receiver = AsyncDisposable & {
  url: string
  requests: ReceivedRequest[]
  /** Reacts so to the next requests, then as the last one says. Default: 200. */
  answer(...reactions: Reaction[]): void
  /** Waits until so many requests in all have come, and answers the last of them. Gives up after thirty seconds. */
  next(count?: number): Promise<ReceivedRequest>
  /** Verifies a request with the SDK; throws when it is not genuine. */
  verify(request: ReceivedRequest, keys: { secret?: string; publicKey?: string; now?: number }): Promise<WebhookEvent>
}

/** Starts a real HTTP server that keeps what it receives: `await using receiver = await startReceiver()`. */
export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  let reactions: Reaction[] = [200]

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const { method = '', url = '', headers } = request
      requests.push({ method, path: url, headers, text, body: parse(text), at: Date.now() })
      react(reactions.length > 1 ? reactions.shift()! : reactions[0]!, response)
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  let taken = 0

  return {
    url: `http://127.0.0.1:${port}/hook`,
    requests,
    answer: (...next) => {
      reactions = next
    },
    async next(count = taken + 1) {
      taken = count
      if (requests.length < count) {
        const { promise, resolve, reject } = Promise.withResolvers<void>()
        const timer = setTimeout(
          () => reject(new Error(`the receiver waited thirty seconds for request ${count} and has ${requests.length}`)),
          30_000,
        )
        waiting.push({ count, resolve })
        await promise.finally(() => clearTimeout(timer))
      }
      return requests[count - 1]!
    },
    verify: ({ text, headers }, { secret, publicKey, now }) =>
      verifyWebhook({
        payload: text,
        headers,
        ...(secret === undefined ? {} : { secret }),
        ...(publicKey === undefined ? {} : { publicKey }),
        ...(now === undefined ? {} : { now }),
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function react(reaction: Reaction, response: ServerResponse): void {
  if (reaction === 'hang') return
  if (reaction === 'cut') return void response.destroy()
  const {
    status = 200,
    headers = {},
    body = '',
    delayMs = 0,
  } = typeof reaction === 'number' ? { status: reaction } : reaction
  const send = () => response.writeHead(status, headers).end(body)
  if (delayMs > 0) setTimeout(send, delayMs)
  else send()
}

function parse(text: string): WebhookEvent {
  try {
    return JSON.parse(text)
  } catch {
    return { id: '', type: '', timestamp: '', data: undefined }
  }
}
