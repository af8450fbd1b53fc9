import { AsyncLocalStorage } from 'node:async_hooks'
import { CamelCasePlugin, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { isId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'
import type { DB } from './tables.ts'

/** A handle that queries run on: the whole database or one transaction. */
export type Db = Kysely<DB>

// bigint columns hold counters and positions that stay far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** How long a close waits for the queries that are under way, and a goodbye for its answer. */
const closeMs = 5_000
const goodbyeMs = 2_000

const inWork = new AsyncLocalStorage<true>()

/**
 * Runs what nobody stands waiting for: its statements have connections of their own, so that however much of it there is, a request
 * never waits for a connection behind it.
 */
export const asWork = <T>(run: () => T): T => inWork.run(true, run)

/** How a transaction ended; unknown where the connection broke before its commit was answered. */
export type End = 'committed' | 'rolled back' | 'unknown'

const afterEnd = new WeakMap<object, ((end: End) => void)[]>()

/**
 * Runs the function once the transaction has ended, however that was.
 * A handle that is no transaction of this module commits each statement by itself, so the function runs at once.
 */
export function onEnd(tx: Db, run: (end: End) => void): void {
  const waiting = afterEnd.get(tx)
  if (waiting) waiting.push(run)
  else run('committed')
}

/** Runs the function once the transaction has committed, and never when it rolls back. */
export function onCommit(tx: Db, run: () => void): void {
  onEnd(tx, (end) => {
    if (end === 'committed') run()
  })
}

export type Database = {
  /** For single statements of the hub itself: sees every workspace. */
  readonly hub: Db
  readonly pool: pg.Pool
  /** The engine's own connections, on which plans are pinned. */
  readonly hot: pg.Pool
  /** Opens one connection of its own, outside the pools, for LISTEN and session locks. */
  connect(): Promise<pg.Client>
  /** One transaction as the hub, which sees every workspace. */
  transaction<T>(run: (tx: Db) => Promise<T>): Promise<T>
  /**
   * One transaction of a tenant: row-level security confines it to the workspace, whatever its queries say.
   * @throws TypeError when the workspace is not an id
   */
  inWorkspace<T>(workspaceId: string, run: (tx: Db) => Promise<T>): Promise<T>
  /** Waits for the queries that are under way, 5 s unless told, and cuts off what hangs. */
  close(withinMs?: number): Promise<void>
}

/** Closes a connection; one whose other end no longer answers is cut off. */
export async function hangUp(client: pg.Client): Promise<void> {
  if (!(await within(client.end(), goodbyeMs).catch(() => true))) client.connection.stream.destroy()
}

const cutOff = (client: pg.PoolClient): void => {
  ;(client as unknown as pg.Client).connection.stream.destroy()
}

/** Opens a pool on PostgreSQL. `max` bounds the connections of this process. */
export function openDatabase(options: { connection: pg.PoolConfig; max: number; log: Log }): Database {
  const hotConnections = Math.max(2, Math.min(6, Math.floor(options.max / 3)))
  const others = options.max - hotConnections
  // A request holds its connection for several statements, and somebody waits for each. Of few connections none is kept from anybody.
  const workConnections = others < 6 ? 0 : Math.max(2, Math.floor(others / 4))
  const connections = new Set<pg.PoolClient>()
  let isCut = false
  const openPool = (settings: pg.PoolConfig) => {
    const pool = new pg.Pool({ connectionTimeoutMillis: 10_000, ...options.connection, ...settings })
    // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
    pool.on('error', (error) => options.log.warn({ err: error }, 'an idle database connection broke'))
    // A connection that breaks in use fails its query; the event would otherwise still end the process.
    pool.on('connect', (client) => {
      client.on('error', () => {})
      connections.add(client)
      client.on('end', () => connections.delete(client))
      // It was still being made when the others were cut off.
      if (isCut) cutOff(client)
    })
    return pool
  }
  const openShared = (max: number) =>
    openPool({
      max,
      application_name: 'tenon',
      // A reader that forgets its transaction would keep dead rows of the hot tables alive.
      idle_in_transaction_session_timeout: 60_000,
    })
  const pool = openShared(others - workConnections)
  const workPool = workConnections > 0 ? openShared(workConnections) : pool
  // The hot tables swing between empty and a million rows, faster than statistics follow: a plan made while they were
  // empty would scan them from end to end. Every hot statement has an index for it, so scans and big joins are priced out.
  const hot = openPool({
    max: hotConnections,
    application_name: 'tenon engine',
    options:
      '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan -c jit=off',
  })
  const hub = new Kysely<DB>({
    dialect: new PostgresDialect({
      pool: {
        options: pool.options,
        connect: () => (inWork.getStore() ? workPool : pool).connect(),
        end: async () => {
          await Promise.all([...new Set([pool, workPool])].map((one) => one.end()))
        },
      },
    }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })

  async function run<T>(begin: string, work: (tx: Db) => Promise<T>): Promise<T> {
    const waiting: ((end: End) => void)[] = []
    let end: End = 'rolled back'
    try {
      return await hub.connection().execute(async (tx) => {
        afterEnd.set(tx, waiting)
        await sql.raw(begin).execute(tx)
        try {
          const value = await work(tx)
          end = 'unknown'
          await sql.raw('commit').execute(tx)
          end = 'committed'
          return value
        } catch (error) {
          // On a broken connection the rollback fails too, and the server has rolled back by itself.
          await sql
            .raw('rollback')
            .execute(tx)
            .catch(() => {})
          throw error
        } finally {
          afterEnd.delete(tx)
        }
      })
    } finally {
      for (const after of waiting) after(end)
    }
  }

  return {
    hub,
    pool,
    hot,
    connect: async () => {
      const client = new pg.Client({
        connectionTimeoutMillis: 10_000,
        ...options.connection,
        application_name: 'tenon owner',
      } as pg.ClientConfig)
      // A connection that breaks fails its query and says that it ended; an error that nobody hears, be it while the
      // connection is made or handed over, would end the process.
      client.on('error', () => {})
      await client.connect()
      return client
    },
    transaction: (work) => run('begin', work),
    inWorkspace: (workspaceId, work) => {
      if (!isId(workspaceId)) throw new TypeError(`A workspace id is a UUID, not ${JSON.stringify(workspaceId)}.`)
      // One round trip: the role and the workspace last as long as the transaction.
      return run(`begin; set local role tenon_request; set local tenon.workspace = '${workspaceId}'`, work)
    },
    close: async (withinMs = closeMs) => {
      const closed = Promise.all([hub.destroy(), hot.end()])
      if (await within(closed, withinMs)) return
      options.log.warn({ connections: connections.size }, 'queries did not end before the database was closed')
      // A pool waits for its clients, however long their queries take; what is cut off the server rolls back.
      isCut = true
      for (const client of connections) cutOff(client)
      await within(closed, goodbyeMs)
    },
  }
}
