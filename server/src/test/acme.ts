import { createHmac } from 'node:crypto'
import { Type } from 'typebox'
import { type Answer, defineEmulator, type Failure, type OauthShape, refusal } from '../sandbox/emulator.ts'

type Thing = { name: string; size?: number }

const oauth: OauthShape = {
  authorizePath: '/oauth/authorize',
  tokenPath: '/oauth/token',
  revokePath: '/oauth/revoke',
  scopes: ['things.read', 'things.write'],
  clientAuth: 'body',
  accessTokenSeconds: 1_800,
  refreshToken: 'rotates',
  tokenFields: ({ account, url }) => ({ account_name: account, api_url: url }),
}

/** A vendor that uses everything the sandbox's framework has: `acme({ refreshToken: 'same' })`. */
export const acme = (changes: Partial<OauthShape> = {}) =>
  defineEmulator({
    id: 'acme',
    name: 'Acme',
    hosts: ['api.acme.test', 'auth.acme.test'],
    keys: { 'sandbox-acme-token': 'sandbox' },
    bodies: ['json', 'form'],
    oauth: { ...oauth, ...changes },
    headers: (_request, world) => ({ 'x-acme-request': world.nextId('request') }),
    rateLimits: [
      {
        name: 'burst',
        requests: 5,
        perMs: 10_000,
        counts: ({ method }) => method === 'PUT',
        headers: ({ limit, remaining, resetsInSeconds }) => ({
          'x-acme-limit': String(limit),
          'x-acme-remaining': String(remaining),
          'x-acme-reset': String(resetsInSeconds),
        }),
      },
    ],
    refuse,

    routes(api, world) {
      const headers = Type.Object({ 'acme-version': Type.Literal('2026-09') })
      const write = { sandbox: { scopes: ['things.write'] } }
      const NewThing = Type.Object({ name: Type.String({ minLength: 1 }), size: Type.Optional(Type.Integer()) })
      const ById = Type.Object({ id: Type.String() })

      api.post('/v1/things', { config: write, schema: { headers, body: NewThing } }, async (request, reply) => {
        const things = world.accountOf(request).records<Thing>('things')
        if (things.find(({ data }) => data.name === request.body.name)) throw refusal(409, { message: 'it exists' })
        const { id, data } = things.create(request.body)
        return await reply.code(201).send({ id, ...data })
      })
      api.put('/v1/things/:id', { config: write, schema: { params: ById, body: NewThing } }, async (request) => {
        const { id, data } = world.accountOf(request).records<Thing>('things').update(request.params.id, request.body)
        return { id, ...data }
      })
      api.get(
        '/v1/things',
        {
          schema: {
            querystring: Type.Object({
              limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
              cursor: Type.Optional(Type.String()),
            }),
          },
        },
        async (request) => {
          const { limit = 2, cursor } = request.query
          const { items, next } = world.accountOf(request).records<Thing>('things').page({ limit, cursor })
          return { items: items.map(({ id, data }) => ({ id, ...data })), next }
        },
      )
      api.get('/v1/broken', async () => {
        throw new Error('a bug of the emulator')
      })
    },

    setup(world) {
      world.onChange('things', (account, { action, record }) => {
        const { hookUrl, secret } = account.values as { hookUrl?: string; secret?: string }
        if (hookUrl === undefined || secret === undefined) return
        const body = JSON.stringify({ action, id: record.id, version: record.version })
        world.send({
          account: account.name,
          url: hookUrl,
          retrySeconds: [1, 1],
          build: (attempt) => {
            const timestamp = String(Math.floor(world.now() / 1_000))
            const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
            return {
              body,
              headers: {
                'content-type': 'application/json',
                'acme-signature': `t=${timestamp},v1=${signature}`,
                'acme-attempt': String(attempt),
              },
            }
          },
        })
      })
    },

    actions: (world) => ({
      things: (account = 'sandbox') => world.account(account).records<Thing>('things'),
    }),
  })

function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid':
      return {
        status: 400,
        body: { message: 'wrong', fields: failure.faults.map(({ path, keyword }) => `${path}: ${keyword}`) },
      }
    case 'unreadable':
      return { status: 415, body: { message: failure.message } }
    case 'unauthorized':
      return { status: 401, body: { message: failure.reason } }
    case 'forbidden':
      return { status: 403, body: { message: `needs ${failure.scopes.join(', ')}` } }
    case 'rate_limited':
      return {
        status: 429,
        body: { message: failure.limit ?? 'slow down' },
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: { message: 'sorry' } }
    case 'missing_record':
      return { status: 404, body: { message: `no ${failure.type} ${failure.id}` } }
    case 'unknown_path':
      return { status: 404, body: { message: `no ${failure.method} ${failure.path}` } }
  }
}
