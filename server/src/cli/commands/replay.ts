import { setTimeout as sleep } from 'node:timers/promises'
import type { NewReplay, Replay } from 'tenon-sdk'
import { hubOf } from '../hub.ts'
import { type GlobalOptions, print, type Terminal, UsageError } from '../terminal.ts'
import { timeOf } from './keys.ts'

type Options = GlobalOptions & {
  endpoint?: string
  type?: string[]
  status?: string[]
  after?: string
  before?: string
  missed?: boolean
  wait: boolean
}

/** Sends the named deliveries again, or all that a filter describes: then as a replay, whose progress it shows. */
export async function replayDeliveries(terminal: Terminal, ids: string[], options: Options): Promise<void> {
  const tenon = hubOf(terminal, options)
  const filter = filterOf(options)
  if (ids.length > 0) {
    if (Object.keys(filter).length > 0) throw new UsageError('Give ids or a filter, not both.')
    for (const id of ids) {
      const delivery = await tenon.deliveries.replay(id, { signal: terminal.signal })
      print(terminal, options, delivery, () => [`${delivery.id}  ${delivery.status}`])
    }
    return
  }
  if (Object.keys(filter).length === 0) {
    throw new UsageError(
      'Which deliveries? Give their ids, or a filter such as --endpoint, --status dead or --after -2h.',
    )
  }
  let replay: Replay = await tenon.replays.create(filter)
  while (options.wait && replay.status === 'running') {
    terminal.progress(lineOf(replay))
    await sleep(500, undefined, { signal: terminal.signal }).catch(() => {})
    if (terminal.signal.aborted) {
      terminal.note(`The replay ${replay.id} goes on without you.`)
      return
    }
    replay = await tenon.replays.get(replay.id)
  }
  print(terminal, options, replay, () => [lineOf(replay)])
  if (replay.status === 'failed') throw new Error(`The replay ${replay.id} failed.`)
}

function filterOf({ endpoint, type, status, after, before, missed }: Options): NewReplay {
  return {
    ...(endpoint === undefined ? {} : { endpointId: endpoint }),
    ...(type === undefined ? {} : { types: type }),
    ...(status === undefined ? {} : { status: status as NonNullable<NewReplay['status']> }),
    ...(after === undefined ? {} : { after: timeOf(after, '--after').toISOString() }),
    ...(before === undefined ? {} : { before: timeOf(before, '--before').toISOString() }),
    ...(missed ? { missed } : {}),
  }
}

const lineOf = ({ id, status, done, total, skipped }: Replay) =>
  `replay ${id}: ${status}, ${done} of ${total ?? 'an unknown number'} sent again${skipped > 0 ? `, ${skipped} skipped` : ''}`
