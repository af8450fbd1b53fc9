import { hostname } from 'node:os'
import type pg from 'pg'
import { type Database, hangUp } from '../db/database.ts'
import type { Log } from '../lib/log.ts'
import { within } from '../lib/within.ts'

/** First half of the advisory lock that a living owner keeps; the second is its id. */
const lockClass = 0x7e00
const channel = 'tenon_work'
const leaseMs = 15_000
const beatMs = 2_000
/** The lock of this very owner is held only by a connection of its own that broke and that PostgreSQL still believes in. */
const lockTimeoutMs = 1_000
/** A stop waits no longer than this for each statement; what is not said then the lease says. */
const stopMs = 2_000

/*
 * Who is alive. An owner renews a lease, and keeps a session lock on a connection of its own, which the server drops the
 * moment the process dies: so a dead owner's work is given back within seconds, and one that hangs or is cut off within
 * its lease. Both times are the database's, so clocks that disagree cannot take work from a living process.
 */
export function createPresence(options: {
  database: Database
  log: Log
  role: string
  onMessage(message: string): void
  /** Messages are heard from now on; what was said before may have been missed. */
  onListening(): Promise<void>
  onLost(): void
  onReturned(count: number): void
}) {
  const { database, log } = options
  let owner: number | undefined
  let connection: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let isLost = false
  let stopped = false
  let beats = 0
  let beating: Promise<void> = Promise.resolve()
  /** Owners that had no lock at the last look: one that reconnects this moment deserves a second one. */
  let suspects = new Set<number>()

  async function connect(): Promise<void> {
    const client = await database.connect()
    client.on('notification', ({ payload }) => options.onMessage(payload ?? ''))
    client.on('error', () => {})
    client.on('end', () => {
      if (connection === client) connection = undefined
    })
    try {
      if (owner === undefined || isLost) {
        const { rows } = await client.query<{ id: number }>(
          `insert into owners (name, role, lease_until) values ($1, $2, clock_timestamp() + $3 * interval '1 ms') returning id`,
          [`${hostname()}:${process.pid}`, options.role, leaseMs],
        )
        owner = rows[0]!.id
        // Here, since the first try to come back may fail: what was held under the old id must not be taken for held.
        if (isLost) options.onLost()
        isLost = false
      }
      await client.query(`set lock_timeout = ${lockTimeoutMs}`)
      await client.query('select pg_advisory_lock($1::integer, $2::integer)', [lockClass, owner])
      await client.query(`listen ${channel}`)
      await options.onListening()
      if (stopped) return await hangUp(client)
      connection = client
      // What was said while nobody listened.
      options.onMessage('')
    } catch (error) {
      await hangUp(client)
      throw error
    }
  }

  async function beat(): Promise<void> {
    // The lease first: it must not run out while the lock is waited for.
    const { rowCount } = await database.hot.query(
      `update owners set lease_until = clock_timestamp() + $2 * interval '1 ms' where id = $1`,
      [owner, leaseMs],
    )
    if (rowCount === 0) {
      log.warn({ owner }, 'this process was taken for dead and its work given back; it goes on under a new id')
      isLost = true
      if (connection) await hangUp(connection)
      connection = undefined
    }
    if (!connection) await connect()
    await sweep()
    beats += 1
    // An insertion that committed after its owner's burial bears the name of nobody.
    if (beats % 15 === 0) await bury(database, [])
  }

  /** Gives back what dead owners held. */
  async function sweep(): Promise<void> {
    const { rows } = await database.hot.query<{ id: number; expired: boolean }>(
      `select o.id, o.lease_until < clock_timestamp() as expired from owners o
       where o.lease_until < clock_timestamp() or not exists (
         select from pg_locks l where l.locktype = 'advisory' and l.classid = $1::integer::oid and l.objid::bigint = o.id and l.granted
           and l.database = (select oid from pg_database where datname = current_database()))`,
      [lockClass],
    )
    const dead = rows.filter(({ id, expired }) => id !== owner && (expired || suspects.has(id))).map(({ id }) => id)
    suspects = new Set(rows.map(({ id }) => id))
    if (dead.length > 0) options.onReturned(await bury(database, dead))
  }

  async function keepBeating(): Promise<void> {
    try {
      await beat()
    } catch (error) {
      if (!stopped) log.warn({ err: error }, 'could not renew the lease; trying again')
    }
    if (!stopped) beatIn(suspects.size > 0 ? 500 : beatMs)
  }

  function beatIn(ms: number): void {
    timer = setTimeout(() => {
      beating = keepBeating()
    }, ms)
  }

  return {
    get owner(): number {
      if (owner === undefined) throw new Error('the engine has not started')
      return owner
    },
    async start() {
      await connect()
      await sweep()
      beatIn(500)
    },
    /** Tells all processes that there is work (an empty message) or that a lane has changed (its workspace and its id). */
    async notify(message: string): Promise<void> {
      await database.hot.query(`select pg_notify('${channel}', $1)`, [message])
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      // A beat that is under way may be about to connect, and closes by itself what it has opened.
      await within(beating, stopMs)
      if (owner !== undefined) await within(bury(database, [owner]), stopMs).catch(() => {})
      if (connection) await hangUp(connection)
    },
  }
}

/**
 * Forgets owners and frees what they held, and whatever bears the id of an owner that is no more: an insertion of a process
 * that was taken for dead may have committed after its burial.
 */
async function bury(database: Database, dead: number[]): Promise<number> {
  return database.transaction(async (tx) => {
    if (dead.length > 0) await tx.deleteFrom('owners').where('id', 'in', dead).execute()
    const alive = tx.selectFrom('owners').select('id')
    await tx
      .updateTable('lanes')
      .set({ heldBy: null })
      .where('heldBy', 'is not', null)
      .where('heldBy', 'not in', alive)
      .execute()
    const { numUpdatedRows } = await tx
      .updateTable('ready')
      .set({ owner: null })
      .where('owner', 'is not', null)
      .where('owner', 'not in', alive)
      .executeTakeFirstOrThrow()
    return Number(numUpdatedRows)
  })
}
