import { createServer, type Socket } from 'node:net'
import { serve } from './children.ts'

/*
 * Receives deliveries, in a process of its own. It reads just enough HTTP/1.1 to tell requests apart, so that it takes as little
 * as possible of the machine that is measured: node:http would cost it about three times as much.
 *
 * The path says what it does: /hang/<ms> answers after that long, /sick/<how> fails in one of the ways of vendors, /timed notes how long ago
 * the payload's `sentAt` was, anything else answers at once.
 */

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

const sick: Record<string, string> = {
  failing: 'HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n',
  throttling: 'HTTP/1.1 429 Too Many Requests\r\nretry-after: 2\r\ncontent-length: 0\r\n\r\n',
  // Announces more than it sends, and says the next answer is a part of it.
  lying: 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2000\r\n\r\n{"broken',
}

let ids = new Set<string>()
let total = 0
let hung = 0
let delays: number[] = []
let lastAt = 0
let expecting: { count: number; resolve(at: number): void } | undefined

function received(socket: Socket, head: string, body: Buffer): void {
  const path = head.slice(5, head.indexOf(' ', 5))
  if (path.startsWith('/hang/')) {
    hung += 1
    setTimeout(() => socket.writable && socket.write(ok), Number(path.slice(6)))
    return
  }
  if (path.startsWith('/sick/')) {
    const answer = sick[path.slice(6)]
    if (answer) socket.write(answer)
    else socket.destroy()
    return
  }
  socket.write(ok)
  total += 1
  // The same event to another endpoint is another delivery: its path tells.
  const id = (/webhook-id: ?([^\r]+)/i.exec(head) ?? /"eventId":"([^"]+)"/.exec(body.toString()))?.[1]
  ids.add(path === '/' ? (id ?? '') : `${id} ${path}`)
  lastAt = performance.timeOrigin + performance.now()
  if (path === '/timed')
    delays.push(Number(process.hrtime.bigint() - BigInt(/"sentAt":"(\d+)"/.exec(body.toString())![1]!)) / 1e6)
  if (expecting && ids.size >= expecting.count) {
    expecting.resolve(lastAt)
    expecting = undefined
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  let pending: Buffer | undefined
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    let data = pending ? Buffer.concat([pending, chunk]) : chunk
    pending = undefined
    while (data.length > 0) {
      const end = data.indexOf('\r\n\r\n')
      if (end === -1) break
      const head = data.toString('latin1', 0, end)
      const length = Number(/content-length: ?(\d+)/i.exec(head)?.[1] ?? 0)
      if (data.length < end + 4 + length) break
      received(socket, head, data.subarray(end + 4, end + 4 + length))
      data = data.subarray(end + 4 + length)
    }
    if (data.length > 0) pending = data
  })
})
server.listen({ host: '0.0.0.0', port: 0, backlog: 4_096 }, () => {
  serve({
    port: () => (server.address() as { port: number }).port,
    reset: () => {
      ids = new Set()
      delays = []
      total = hung = 0
    },
    counts: () => ({ unique: ids.size, total, hung, lastAt }),
    delays: () => delays,
    /** Resolves with the epoch milliseconds at which so many different deliveries had arrived. */
    arrived: (count: number) =>
      new Promise<number>((resolve) => {
        if (ids.size >= count) resolve(lastAt)
        else expecting = { count, resolve }
      }),
  })
})
