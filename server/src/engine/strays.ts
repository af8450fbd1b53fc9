import type { Database } from '../db/database.ts'
import type { Log } from '../lib/log.ts'
import { letGo, release } from './claim.ts'
import type { Dispatcher, Lane } from './dispatcher.ts'

const lookMs = 500
/** Looks in a row that find nothing amiss before all is well: a statement whose answer was lost may still be running. */
const cleanLooks = 2

type Row = { workspaceId: string; id: string; lane: string }

/**
 * Finds work that bears this process's name in the database while nobody here has it in memory, and gives it back: the
 * connection broke before a claim, an acceptance or a release was answered, so what became of it is not known.
 * No lease would free such work, since its owner lives. Looked for only after such a failure.
 */
export function createStrays(options: {
  database: Database
  log: Log
  dispatcher: Dispatcher
  owner(): number
  onReleased(): void
}) {
  const { database, log, dispatcher } = options
  const lanes = new Set<Lane>()
  let suspects = new Set<string>()
  let clean = cleanLooks
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const inDoubt = () => clean < cleanLooks

  function doubt(): void {
    clean = 0
    if (!stopped) timer ??= setTimeout(lookAgain, lookMs)
  }

  async function lookAgain(): Promise<void> {
    try {
      await look()
      if (!inDoubt()) await letGoOfLanes()
    } catch (error) {
      clean = 0
      if (!stopped) log.debug({ err: error }, 'could not look for work that was left behind; trying again')
    }
    timer = inDoubt() && !stopped ? setTimeout(lookAgain, lookMs) : undefined
  }

  async function look(): Promise<void> {
    const owner = options.owner()
    const { rows } = await database.pool.query<{ workspace_id: string; id: string; lane: string }>(
      'select workspace_id, id, lane from ready where owner = $1',
      [owner],
    )
    const inHand = new Set<string>()
    for (const work of dispatcher.inHand()) inHand.add(keyOf(work))
    const strays: Row[] = rows
      .map(({ workspace_id, id, lane }) => ({ workspaceId: workspace_id, id, lane }))
      .filter((row) => !inHand.has(keyOf(row)))
    // What is missing once may be on its way into memory.
    const certain = strays.filter((row) => suspects.has(keyOf(row)))
    if (certain.length > 0) {
      await release(database.hot, owner, certain)
      log.info({ count: certain.length }, 'gave back work of this process that a broken connection had left behind')
      options.onReleased()
    }
    suspects = new Set(strays.map(keyOf))
    clean = strays.length === 0 ? clean + 1 : 0
  }

  /** Lets go of the exclusive lanes that were kept meanwhile, lest their later work overtake what was given back. */
  async function letGoOfLanes(): Promise<void> {
    for (const lane of lanes) {
      if (lane.held && lane.running + lane.waiting.length === 0) {
        await letGo(database.hot, options.owner(), lane.workspaceId, lane.id)
        lane.held = false
        dispatcher.forget(lane)
      }
      lanes.delete(lane)
    }
    options.onReleased()
  }

  return {
    /** The answer to a statement about this process's work was lost. */
    doubt,
    inDoubt,
    /** An exclusive lane is done with, but is to be let go of only when all is well. */
    keep(lane: Lane): void {
      lanes.add(lane)
      doubt()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const keyOf = ({ id, lane }: { id: string; lane: string }): string => `${id} ${lane}`

export type Strays = ReturnType<typeof createStrays>
