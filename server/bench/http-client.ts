import { createConnection, type Socket } from 'node:net'

/** What a connection answered: the status, and whole milliseconds' fractions from sending to the answer's last byte. */
export type Answered = { status: number; ms: number }

export type Connection = { send(request: Buffer): Promise<Answered>; close(): void }

/**
 * One kept-alive connection that sends one prepared request after another. It does next to nothing per request, so that the
 * server is what is measured and not the client.
 */
export async function connect(port: number): Promise<Connection> {
  const socket: Socket = createConnection({ host: '127.0.0.1', port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  let waiting: { resolve(answered: Answered): void; reject(error: Error): void; at: number } | undefined
  let head = ''
  let missing = -1
  let status = 0
  socket.on('data', (chunk: Buffer) => {
    if (missing >= 0) missing -= chunk.length
    else {
      head += chunk.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end === -1) return
      status = Number(head.slice(9, 12))
      missing = Number(/content-length: ?(\d+)/i.exec(head)?.[1] ?? 0) - (head.length - end - 4)
    }
    if (missing > 0) return
    missing = -1
    head = ''
    const { resolve, at } = waiting!
    waiting = undefined
    resolve({ status, ms: performance.now() - at })
  })
  const broken = (error: Error) => waiting?.reject(error)
  socket.on('error', broken)
  socket.on('close', () => broken(new Error('the hub closed the connection')))
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, at: performance.now() }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

/** Prepares a POST of JSON as the bytes that go over the wire. */
export function postOf(path: string, key: string, body: string, headers: Record<string, string> = {}): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`)
}
