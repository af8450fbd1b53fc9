import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database } from '../db/database.ts'
import type { Engine, JobKind } from '../engine/types.ts'
import { checkPatterns } from '../events/event-patterns.ts'
import type { EventTypes } from '../events/event-types.ts'
import { timeOf } from '../events/events.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { findEndpoint } from './queries.ts'
import {
  findReplay,
  insertReplay,
  listReplays,
  lockReplay,
  type ReplayRow,
  type StoredFilter,
  updateReplay,
} from './replay-queries.ts'
import { estimate, takeStep, typesOf } from './replay-steps.ts'
import type { NewReplay, Replay } from './schema.ts'

/** The name by which the engine knows a step of a replay. */
export const replayKind = 'replay'
const maxFailures = 5

/**
 * Replays of many deliveries. Each is a chain of jobs: a step puts some hundred deliveries back, moves the cursor and makes
 * the next job, all in one transaction, so that a process may die at any point and another goes on.
 */
export function createReplays(deps: {
  database: Database
  engine: Engine
  eventTypes: EventTypes
  clock: Clock
  log: Log
}) {
  const { database, engine, eventTypes, clock, log } = deps

  const kind: JobKind = {
    delivers: false,
    retry: (attempt) => (attempt < maxFailures ? exponentialDelay(attempt, 1_000, 60_000) : undefined),
    async run(job, control) {
      const { workspaceId } = job
      const { replayId } = job.payload as { replayId: string }
      try {
        const known = await eventTypes.names(workspaceId)
        await control.complete(async (tx) => {
          const replay = await lockReplay(tx, workspaceId, replayId)
          // Cancelled meanwhile, or deleted with its workspace.
          if (replay?.status !== 'running') return
          const types = typesOf(replay, known)
          const total = replay.total ?? (await estimate(tx, workspaceId, replay, types))
          const step = await takeStep(tx, engine, workspaceId, replay, types)
          const done = replay.done + step.done
          const skipped = replay.skipped + step.skipped
          await updateReplay(tx, workspaceId, replayId, {
            done,
            skipped,
            cursor: step.cursor,
            ...(step.finished
              ? { status: 'completed', total: done + skipped, finishedAt: new Date(clock.now()) }
              : { total: Math.max(total, done + skipped) }),
          })
          if (!step.finished) await enqueueStep(tx, workspaceId, replayId)
        })
      } catch (error) {
        if (job.attempt + 1 < maxFailures || control.signal.aborted) throw error
        log.error({ err: error, replayId }, 'Webhook: a replay failed')
        await control.complete(async (tx) => {
          await updateReplay(tx, workspaceId, replayId, {
            status: 'failed',
            error:
              'The hub could not go on with it; its log tells more. Make another replay of the same range to go on.',
            finishedAt: new Date(clock.now()),
          })
        })
      }
    },
  }

  // A lane of its own, so that replays do not wait for one another.
  const enqueueStep = (tx: Parameters<Engine['enqueue']>[0], workspaceId: string, replayId: string) =>
    engine.enqueue(tx, [{ workspaceId, kind: replayKind, lane: replayId, payload: { replayId } }])

  async function storedFilter(workspaceId: string, input: NewReplay): Promise<StoredFilter> {
    const now = clock.now()
    const after = input.after === undefined ? undefined : timeOf('body.after', input.after)
    const before = input.before === undefined ? now + 1 : timeOf('body.before', input.before)
    if (after !== undefined && after >= before) throw invalid('body.after', 'must be earlier than body.before')
    if (input.types) checkPatterns(input.types, await eventTypes.names(workspaceId), 'body.types')
    // Nothing that happens after now is replayed, or a replay could go on for ever.
    return { ...input, before: new Date(Math.min(before, now + 1)).toISOString() }
  }

  return {
    kind,

    async create(workspaceId: string, input: NewReplay): Promise<Replay> {
      const filter = await storedFilter(workspaceId, input)
      const id = newId(clock)
      return database.inWorkspace(workspaceId, async (tx) => {
        if (filter.endpointId && !(await findEndpoint(tx, workspaceId, filter.endpointId))) {
          throw invalid('body.endpointId', 'is not an endpoint of this workspace')
        }
        await insertReplay(tx, workspaceId, { id, filter, createdAt: new Date(clock.now()) })
        await enqueueStep(tx, workspaceId, id)
        return replayAnswer((await findReplay(tx, workspaceId, id))!)
      })
    },

    async list(workspaceId: string, paging: Paging) {
      const { limit = defaultLimit } = paging
      const [belowId] = decodeCursor(paging.cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) => listReplays(tx, workspaceId, belowId, limit + 1))
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(replayAnswer), nextCursor }
    },

    async get(workspaceId: string, id: string): Promise<Replay> {
      const row = await database.inWorkspace(workspaceId, (tx) => findReplay(tx, workspaceId, id))
      if (!row) throw notFound('replay')
      return replayAnswer(row)
    },

    /** Stops a replay where it is; what it has put back stays. */
    async cancel(workspaceId: string, id: string): Promise<Replay> {
      return database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockReplay(tx, workspaceId, id)
        if (!row) throw notFound('replay')
        if (row.status !== 'running') throw new ApiError('CONFLICT', `This replay is ${row.status} already.`)
        const changes = { status: 'cancelled' as const, finishedAt: new Date(clock.now()) }
        await updateReplay(tx, workspaceId, id, changes)
        return replayAnswer({ ...row, ...changes })
      })
    },
  }
}

const replayAnswer = (row: ReplayRow): Replay => ({
  id: row.id,
  status: row.status,
  total: row.total,
  done: row.done,
  skipped: row.skipped,
  error: row.error,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
  filter: row.filter as NewReplay,
})
