import type { Socket } from 'node:net'
import { Type } from 'typebox'
import { type Answer, defineEmulator, type Failure, type World } from '../emulator.ts'

/** A message that a mailbox of the sandbox has. */
export type Delivered = { from: string; to: string[]; message: string }

const largestMessage = 30 * 1_048_576

/**
 * A mail server. It takes mail for everybody and keeps it; `GET /messages` shows it. `nobody@…` is refused, `later@…` is refused for now;
 * mail to `cut@…` is taken, and then the connection breaks.
 */
export const smtp = defineEmulator({
  id: 'smtp',
  name: 'SMTP',
  hosts: ['smtp.sandbox.example'],
  scheme: 'smtp',
  refuse: (failure: Failure): Answer => ({
    status: failure.kind === 'unavailable' ? 503 : 404,
    body: { error: failure.kind },
  }),

  routes(api, world) {
    const schema = { querystring: Type.Object({ to: Type.Optional(Type.String()) }) }
    api.get('/messages', { config: { sandbox: { public: true } }, schema }, async ({ query: { to } }) =>
      messagesOf(world).list({ where: ({ data }) => to === undefined || data.to.includes(to), descending: true }),
    )
  },

  /** Speaks SMTP with whoever connected. */
  async connection(socket: Socket, world: World) {
    ;(await serverOf(world)).connect(socket, {} as never)
  },

  actions: (world) => ({
    /** What was delivered, oldest first. */
    delivered: (): Delivered[] =>
      messagesOf(world)
        .list()
        .map(({ data }) => data),
  }),
})

const messagesOf = (world: World) => world.account('sandbox').records<Delivered>('messages')

type Server = InstanceType<typeof import('smtp-server')['SMTPServer']>
const servers = new WeakMap<World, Promise<Server>>()

/** Made at the first connection, since its package takes a while to load. */
function serverOf(world: World): Promise<Server> {
  const known = servers.get(world) ?? makeServer(world)
  servers.set(world, known)
  return known
}

async function makeServer(world: World): Promise<Server> {
  const { SMTPServer } = await import('smtp-server')
  const refusal = (responseCode: number, message: string) => Object.assign(new Error(message), { responseCode })
  const server = new SMTPServer({
    banner: 'the sandbox of Tenon',
    // Nothing leaves this machine.
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    size: largestMessage,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, done) {
      if (username === 'sandbox' && password === 'sandbox-password') done(null, { user: username })
      else done(refusal(535, '5.7.8 user and password do not fit'))
    },
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('nobody@')) done(refusal(550, '5.1.1 no such mailbox'))
      else if (address.startsWith('later@')) done(refusal(450, '4.2.1 the mailbox is busy'))
      else done()
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.once('end', () => {
        if (stream.sizeExceeded) return done(refusal(552, '5.3.4 the message is too large'))
        const to = envelope.rcptTo.map(({ address }) => address)
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
        messagesOf(world).create({ from, to, message: Buffer.concat(chunks).toString() })
        if (to.some((address) => address.startsWith('cut@')))
          for (const { _socket } of server.connections) _socket.destroy()
        else done(null, `2.0.0 taken as ${world.nextId('message')}`)
      })
    },
  })
  // A connection that breaks is the client's to notice.
  server.on('error', () => {})
  return server
}
