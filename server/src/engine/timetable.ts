import { Cron } from 'croner'
import type { Database, Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'

const batch = 1_000
/** The longest sleep between looks: other processes schedule work too. */
const pollMs = 2_000
/** Schedules name minutes, so they are looked at less often than what is due. */
const scheduleMs = 5_000

/*
 * Moves what has come due into ready. Due rows are read through their index, so a million that are not yet due cost
 * nothing; `skip locked` lets several processes promote side by side.
 */
const promoteSql = `
with due as (
  delete from scheduled where ctid = any(array(
    select ctid from scheduled where due_at <= $1 order by due_at limit ${batch} for update skip locked
  )) returning workspace_id, id, lane, kind, attempt, payload, key, due_at
), moved as (
  insert into ready (workspace_id, id, lane, kind, attempt, payload, key)
  select workspace_id, id, lane, kind, attempt, payload, key from due order by due_at on conflict do nothing
)
select (select count(*)::integer from due) as moved, (select min(due_at) from scheduled where due_at > $1) as next`

/** Watches the clock: promotes scheduled work when it is due and enqueues what comes round. */
export function createTimetable(options: {
  database: Database
  clock: Clock
  log: Log
  /** Schedules by kind, cron syntax in UTC. */
  schedules: Map<string, string>
  enqueueRound(tx: Db, kind: string, round: Date): Promise<void>
  onPromoted(count: number): void
}) {
  const { database, clock, log, schedules } = options
  let timer: NodeJS.Timeout | undefined
  let running = false
  let again = false
  let stopped = false
  let nextAt = Number.POSITIVE_INFINITY
  let lookedAt = 0

  async function promote(): Promise<void> {
    for (;;) {
      const { rows } = await database.hot.query<{ moved: number; next: Date | null }>({
        name: 'tenon promote',
        text: promoteSql,
        values: [new Date(clock.now())],
      })
      const { moved, next } = rows[0]!
      nextAt = next?.getTime() ?? Number.POSITIVE_INFINITY
      if (moved > 0) options.onPromoted(moved)
      if (moved < batch) return
    }
  }

  async function runSchedules(): Promise<void> {
    if (schedules.size === 0 || Math.abs(clock.now() - lookedAt) < scheduleMs) return
    lookedAt = clock.now()
    const now = new Date(lookedAt)
    const due = await database.hub
      .selectFrom('cron')
      .select('name')
      .where('nextAt', '<=', now)
      .where('name', 'in', [...schedules.keys()])
      .execute()
    for (const { name } of due) {
      await database.transaction(async (tx) => {
        const row = await tx
          .selectFrom('cron')
          .select('nextAt')
          .where('name', '=', name)
          .where('nextAt', '<=', now)
          .forUpdate()
          .skipLocked()
          .executeTakeFirst()
        if (!row) return
        // Rounds that were missed while no process ran are run once, not once each.
        await options.enqueueRound(tx, name, row.nextAt)
        const nextAt = nextRound(schedules.get(name)!, now)
        await tx.updateTable('cron').set({ nextAt, lastAt: now }).where('name', '=', name).execute()
      })
    }
  }

  async function look(): Promise<void> {
    if (running) {
      again = true
      return
    }
    running = true
    clearTimeout(timer)
    try {
      await promote()
      await runSchedules()
    } catch (error) {
      if (!stopped) log.warn({ err: error }, 'could not look for due work; trying again')
      // What was due is still due, and looking again at once would only keep a database busy that is coming back.
      nextAt = Number.POSITIVE_INFINITY
    } finally {
      running = false
    }
    if (stopped) return
    if (again) {
      again = false
      void look()
    } else timer = setTimeout(look, Math.min(pollMs, Math.max(5, nextAt - clock.now())))
  }

  return {
    async start() {
      for (const [name, schedule] of schedules) {
        await database.hub
          .insertInto('cron')
          .values({ name, schedule, nextAt: nextRound(schedule, new Date(clock.now())) })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ schedule }))
          .execute()
      }
      await look()
    },
    look: () => void look(),
    /** Something was scheduled for then. */
    expect(dueAt: number): void {
      if (dueAt >= nextAt) return
      nextAt = dueAt
      if (running || stopped) return
      clearTimeout(timer)
      timer = setTimeout(look, Math.min(pollMs, Math.max(5, dueAt - clock.now())))
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function nextRound(schedule: string, after: Date): Date {
  const next = new Cron(schedule, { timezone: 'UTC' }).nextRun(after)
  if (!next) throw new TypeError(`The schedule ${JSON.stringify(schedule)} never comes round.`)
  return next
}
