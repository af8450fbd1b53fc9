import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest, onSendHookHandler, preHandlerHookHandler } from 'fastify'
import { sql } from 'kysely'
import type { Database, Db } from '../db/database.ts'
import { systemWorkspace } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Vault } from '../lib/vault.ts'
import { ApiError, invalid } from './errors.ts'
import type { Guards, Server } from './server.ts'

/** How long an answer is kept. */
const keptMs = 24 * 3_600_000
/** How long a request may run before another may take its place: the first has died with its process. */
const reservedMs = 60_000

/**
 * Honours `Idempotency-Key` on routes with `config: { idempotent: true }`: the first request reserves the key, and its answer is
 * given again to whoever repeats it. Answers of status 5xx and 429 are not kept, since they ask to be repeated.
 * A process that dies between the work and the keeping of its answer leaves work that a repetition does again after a minute.
 */
export function createIdempotency(options: { database: Database; vault: Vault; clock: Clock; log: Log }): Guards {
  const { database, vault, clock, log } = options

  async function reserve(request: FastifyRequest, key: string): Promise<Kept | undefined> {
    const at = new Date(clock.now())
    const reservation: Reservation = {
      workspaceId: request.workspace?.id ?? systemWorkspace,
      key,
      route: `${request.method} ${request.url.split('?', 1)[0]}`,
      requestHash: createHash('sha256')
        .update(request.bodyBytes ?? '')
        .digest(),
      at,
    }
    if (await insertReservation(database.hub, reservation)) {
      request.reservation = reservation
      return undefined
    }
    const kept = await findKept(database.hub, reservation.workspaceId, key)
    // It was let go of in between.
    if (!kept) throw inProgress()
    if (kept.route !== reservation.route || !kept.requestHash.equals(reservation.requestHash)) {
      throw new ApiError('IDEMPOTENCY_CONFLICT')
    }
    if (kept.status === null) throw inProgress()
    return kept
  }

  /** Answers true when the request was answered as its first was. */
  async function replay(request: FastifyRequest, reply: FastifyReply, key: string): Promise<boolean> {
    const kept = await reserve(request, key)
    if (!kept) return false
    reply.code(kept.status!).header('idempotency-replayed', 'true')
    if (kept.body) {
      const body = vault.open(kept.body, contextOf(request.workspace?.id ?? systemWorkspace, key))
      reply.type('application/json; charset=utf-8').serializer(String).send(body)
    } else reply.send()
    return true
  }

  async function settle(reservation: Reservation, status: number, payload: unknown): Promise<void> {
    const { workspaceId, key } = reservation
    try {
      if (status >= 500 || status === 429 || (payload && typeof payload !== 'string')) {
        return await release(database.hub, reservation)
      }
      const body = typeof payload === 'string' ? vault.seal(payload, contextOf(workspaceId, key)) : ''
      await keep(database.hub, reservation, status, body)
    } catch (error) {
      // The work is done and committed: its answer is worth more than the memory of it.
      log.error({ err: error, workspaceId }, 'an idempotent answer could not be kept')
    }
  }

  // Callbacks, so that requests without the header pay for no promise.
  const begin: preHandlerHookHandler = (request, reply, done) => {
    if (request.headers['idempotency-key'] === undefined) return done()
    try {
      replay(request, reply, keyOf(request)).then((isAnswered) => {
        if (!isAnswered) done()
      }, done)
    } catch (error) {
      done(error as Error)
    }
  }
  const end: onSendHookHandler = (request, reply, payload, done) => {
    const { reservation } = request
    if (!reservation) return done(null, payload)
    request.reservation = undefined
    settle(reservation, reply.statusCode, payload).then(() => done(null, payload), done)
  }

  return {
    guardRoutes: (server: Server) => {
      server.decorateRequest('reservation')
      server.addHook('onRoute', (route) => {
        if (!route.config?.idempotent) return
        route.preHandler = [begin, ...[route.preHandler ?? []].flat()]
        route.onSend = [...[route.onSend ?? []].flat(), end]
      })
    },
  }
}

/** Deletes answers that were kept long enough. */
export async function deleteOldIdempotencyKeys(db: Db, now: number): Promise<void> {
  await db
    .deleteFrom('idempotencyKeys')
    .where('createdAt', '<', new Date(now - keptMs))
    .execute()
}

type Reservation = { workspaceId: string; key: string; route: string; requestHash: Buffer; at: Date }
type Kept = { route: string; requestHash: Buffer; status: number | null; body: string | null }

declare module 'fastify' {
  interface FastifyRequest {
    reservation?: Reservation | undefined
  }
}

function keyOf(request: FastifyRequest): string {
  const key = request.headers['idempotency-key']
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw invalid('headers.idempotency-key', 'must be 1 to 255 visible ASCII characters')
}

const inProgress = () => new ApiError('IDEMPOTENCY_IN_PROGRESS', undefined, { headers: { 'retry-after': '1' } })

/** A kept answer may bear a secret that is shown once, so it is sealed to its place. */
const contextOf = (workspaceId: string, key: string) => `${workspaceId}/idempotency/${key}`

/** Takes a key that is free, has outlived its answer, or whose request died. One statement, so that of two only one gets it. */
async function insertReservation(db: Db, { workspaceId, key, route, requestHash, at }: Reservation): Promise<boolean> {
  const { rows } = await sql`
    insert into idempotency_keys (workspace_id, key, route, request_hash, created_at)
    values (${workspaceId}, ${key}, ${route}, ${requestHash}, ${at})
    on conflict (workspace_id, key) do update
      set route = excluded.route, request_hash = excluded.request_hash, created_at = excluded.created_at,
          status = null, body = null
      where idempotency_keys.created_at < ${new Date(at.getTime() - keptMs)}
         or (idempotency_keys.status is null and idempotency_keys.created_at < ${new Date(at.getTime() - reservedMs)})
    returning 1`.execute(db)
  return rows.length > 0
}

async function findKept(db: Db, workspaceId: string, key: string): Promise<Kept | undefined> {
  return await db
    .selectFrom('idempotencyKeys')
    .select(['route', 'requestHash', 'status', 'body'])
    .where('workspaceId', '=', workspaceId)
    .where('key', '=', key)
    .executeTakeFirst()
}

// Both leave a row alone that another request has taken over since.
async function keep(db: Db, { workspaceId, key, at }: Reservation, status: number, body: string): Promise<void> {
  await db
    .updateTable('idempotencyKeys')
    .set({ status, body })
    .where('workspaceId', '=', workspaceId)
    .where('key', '=', key)
    .where('createdAt', '=', at)
    .execute()
}

async function release(db: Db, { workspaceId, key, at }: Reservation): Promise<void> {
  await db
    .deleteFrom('idempotencyKeys')
    .where('workspaceId', '=', workspaceId)
    .where('key', '=', key)
    .where('createdAt', '=', at)
    .execute()
}
