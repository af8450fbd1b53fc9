import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What arrived of one delivery: how often, when first, and what it said. */
export type Receipt = { count: number; place: number; body: string; marker: string; differs: boolean }

/** A receiver that counts every delivery by its path and `webhook-id`, and now and then behaves badly, never for ever. */
export type Receiver = AsyncDisposable & {
  port: number
  /** By path, then by id: what arrived, whatever was answered. */
  receipts: Map<string, Map<string, Receipt>>
  /** Answers everything at once from now on. */
  behave(): void
}

/** Starts one on a free port. */
export async function startReceiver(random: () => number): Promise<Receiver> {
  const receipts: Receiver['receipts'] = new Map()
  let behaves = false
  let place = 0

  function note(path: string, id: string, body: string): void {
    const known = receipts.get(path) ?? new Map<string, Receipt>()
    receipts.set(path, known)
    const receipt = known.get(id)
    if (receipt) {
      receipt.count += 1
      receipt.differs ||= receipt.body !== body
    } else
      known.set(id, {
        count: 1,
        place: place++,
        body,
        marker: /"leadId":"([^"]+)"/.exec(body)?.[1] ?? '',
        differs: false,
      })
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const mood = behaves ? 1 : random()
      if (mood < 0.03) return void response.writeHead(500).end()
      if (mood < 0.04) return void request.socket.destroy()
      // Only what is answered well counts as received: a receiver that fails has not done its work.
      note(request.url!, String(request.headers['webhook-id']), Buffer.concat(chunks).toString())
      if (mood < 0.05) setTimeout(() => response.end('late'), 50 + random() * 1_000)
      else response.end('ok')
    })
    request.on('error', () => {})
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    receipts,
    behave: () => {
      behaves = true
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
