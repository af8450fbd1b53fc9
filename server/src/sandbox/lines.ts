import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Log } from '../lib/log.ts'

/** Ports for the emulators that do not speak HTTP, one each. An emulator is loaded by its first connection. */
export function createLines(options: {
  log: Log
  emulators: readonly { id: string; scheme?: string }[]
  connection(id: string, socket: Socket): Promise<void>
}) {
  const { log, emulators, connection } = options
  const servers: Server[] = []
  const open = new Set<Socket>()
  const urls = new Map<string, string>()

  return {
    /** Where an emulator of another scheme is reached. */
    urlOf: (id: string): string => urls.get(id) ?? '',
    async start(host: string, place: string): Promise<void> {
      for (const { id, scheme } of emulators) {
        if (scheme === undefined) continue
        const server = createServer((socket) => {
          open.add(socket)
          socket.once('close', () => open.delete(socket))
          connection(id, socket).catch((error: unknown) => {
            log.error({ err: error, vendor: id }, 'an emulator failed')
            socket.destroy()
          })
        })
        server.listen(0, host)
        await once(server, 'listening')
        servers.push(server)
        urls.set(id, `${scheme}://${place}:${(server.address() as AddressInfo).port}`)
      }
    },
    async stop(): Promise<void> {
      for (const socket of open) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }
}
