import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Database, openDatabase } from '../db/database.ts'
import type {
  Delivery,
  DeliveryKind,
  Engine,
  Job,
  LanePolicy,
  NewEvent,
  Outcome,
  Subscription,
} from '../engine/types.ts'
import { type Clock, manualClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { silentLog } from '../lib/log.ts'
import { testDatabase } from './database.ts'
import { until } from './until.ts'

export type MakeEngine = (options: { database: Database; clock: Clock; concurrency?: number }) => Engine

/** A destination that tests direct: what it answers, and what has reached it. */
type Destination = {
  received: Delivery[]
  /** How many were under way at once, at most. */
  peak: number
  answer: (delivery: Delivery) => Outcome | Promise<Outcome>
  policy: LanePolicy
  retry: (attempt: number) => number | undefined
}

const done: Outcome = { result: 'done', status: 200, durationMs: 1 }
const failure: Outcome = { result: 'failed', error: 'it said no', status: 500, durationMs: 1 }
const numberOf = ({ event }: Delivery): number => JSON.parse(event.payload).n

/** One database, a clock that stands still, and as many engines on it as a test wants. */
async function createWorld(t: TestContext, makeEngine: MakeEngine) {
  const base = await testDatabase()
  const clock = manualClock()
  const engines: Engine[] = []
  const databases: Database[] = []
  const destinations = new Map<string, Destination>()
  const subscriptions: (Subscription & { workspaceId: string })[] = []
  const jobs = new Map<
    string,
    (
      job: Job,
      control: Parameters<Extract<Parameters<Engine['define']>[1], { delivers: false }>['run']>[1],
    ) => Promise<void>
  >()
  const schedules: [string, string][] = []
  t.after(async () => {
    await Promise.all(engines.map((engine) => engine.stop(1_000)))
    await Promise.all(databases.map((database) => database.close()))
    await base[Symbol.asyncDispose]()
  })

  const kind: DeliveryKind = {
    delivers: true,
    policy: (lane) => destinations.get(lane)?.policy,
    load: async () => {},
    retry: (lane) => destinations.get(lane)!.retry,
    async attempt(delivery) {
      const destination = destinations.get(delivery.lane)!
      destination.received.push(delivery)
      underway.set(delivery.lane, (underway.get(delivery.lane) ?? 0) + 1)
      destination.peak = Math.max(destination.peak, underway.get(delivery.lane)!)
      try {
        return await destination.answer(delivery)
      } finally {
        underway.set(delivery.lane, underway.get(delivery.lane)! - 1)
      }
    },
  }
  const underway = new Map<string, number>()

  return {
    clock,
    schedules,
    jobs,
    /** For jobs that use the engine they run in. */
    engineOf: undefined as Engine | undefined,
    async engine(options: { concurrency?: number; start?: boolean } = {}) {
      const database = openDatabase({ connection: { connectionString: base.url }, max: 10, log: silentLog })
      databases.push(database)
      const engine = makeEngine({ database, clock, ...options })
      engine.define('test', kind)
      engine.subscribe(async (_, workspaceIds) =>
        subscriptions.filter(({ workspaceId }) => workspaceIds.includes(workspaceId)),
      )
      for (const [name, run] of jobs)
        engine.define(name, { delivers: false, run, retry: (attempt) => (attempt > 2 ? undefined : 1_000) })
      for (const [schedule, name] of schedules) engine.every(schedule, name)
      if (options.start !== false) {
        engines.push(engine)
        await engine.start()
      }
      return { ...engine, database }
    },
    workspace: () => newId(clock),
    destination(
      workspaceId: string,
      options: Partial<Destination> & {
        events?: string[]
        channels?: string[]
        accepts?: Subscription['accepts']
      } = {},
    ) {
      const lane = newId(clock)
      const destination: Destination = {
        received: [],
        peak: 0,
        answer: () => done,
        policy: {},
        retry: () => undefined,
        ...options,
      }
      destinations.set(lane, destination)
      subscriptions.push({
        workspaceId,
        lane,
        kind: 'test',
        events: options.events ?? ['*'],
        channels: options.channels ?? null,
        accepts: options.accepts,
      })
      return Object.assign(destination, { lane })
    },
    forget: (lane: string) => void destinations.delete(lane),
    /** Counts the rows that a query finds. */
    async count(
      database: Database,
      table: 'ready' | 'scheduled' | 'attempts' | 'deadLetters' | 'events' | 'jobKeys' | 'owners',
    ) {
      const { count } = await database.hub
        .selectFrom(table)
        .select((e) => e.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return count
    },
  }
}

const event = (n = 0, more: Partial<NewEvent> = {}): NewEvent => ({ type: 'lead.captured', payload: { n }, ...more })
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

/** A gate that answers wait at until it is opened. */
function gate() {
  let open: () => void = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** What every engine must do. Each test runs on a database of its own with the real destinations replaced by functions. */
export function engineContract(makeEngine: MakeEngine): void {
  const check = (name: string, run: (world: Awaited<ReturnType<typeof createWorld>>) => Promise<void>) =>
    test(name, { timeout: 60_000 }, async (t) => run(await createWorld(t, makeEngine)))

  check('an accepted event reaches each destination that wants it, once, with an attempt on record', async (world) => {
    const { accept, database } = await world.engine()
    const workspace = world.workspace()
    const all = world.destination(workspace)
    const exact = world.destination(workspace, { events: ['lead.captured'] })
    const family = world.destination(workspace, { events: ['booking.*', 'lead.captured', 'lead.*'] })
    const other = world.destination(workspace, { events: ['booking.*'] })
    const stranger = world.destination(world.workspace())

    const [stored] = await accept(workspace, [event(7)])

    await until('three attempts', async () => (await world.count(database, 'attempts')) === 3)
    for (const { received } of [all, exact, family])
      assert.deepEqual(
        received.map(({ event }) => event.id),
        [stored!.id],
      )
    assert.deepEqual([other.received.length, stranger.received.length], [0, 0])
    assert.equal(await world.count(database, 'ready'), 0)
  })

  check('channels and filters keep an event from destinations that do not want it', async (world) => {
    const { accept } = await world.engine()
    const workspace = world.workspace()
    const plain = world.destination(workspace)
    const north = world.destination(workspace, { channels: ['north'] })
    const large = world.destination(workspace, { accepts: ({ payload }) => (payload as { n: number }).n > 5 })

    await accept(workspace, [event(1), event(6, { channels: ['south'] }), event(2, { channels: ['south', 'north'] })])

    await until('all deliveries', () => plain.received.length === 3)
    assert.deepEqual(north.received.map(numberOf), [2])
    assert.deepEqual(large.received.map(numberOf), [6])
  })

  check('what a transaction publishes is delivered after its commit, and never after its rollback', async (world) => {
    const { publish, database } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)

    await assert.rejects(
      database.transaction(async (tx) => {
        await publish(tx, workspace, [event(1)])
        throw new Error('changed my mind')
      }),
      /changed my mind/,
    )
    await database.inWorkspace(workspace, (tx) => publish(tx, workspace, [event(2)]))

    await until('the delivery', () => destination.received.length > 0)
    assert.deepEqual(destination.received.map(numberOf), [2])
    assert.equal(await world.count(database, 'events'), 1)
  })

  check('what a transaction publishes is not brought back from the database to be delivered', async (world) => {
    const { publish, database } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)

    const owners = await database.transaction(async (tx) => {
      await publish(tx, workspace, [event(1)])
      return tx.selectFrom('ready').select('owner').execute()
    })

    await until('the delivery', () => destination.received.length > 0)
    assert.deepEqual(owners, await database.hub.selectFrom('owners').select('id as owner').execute())
  })

  check('a lane that was paused before a process started gets nothing from it until it is resumed', async (world) => {
    const first = await world.engine()
    const workspace = world.workspace()
    const paused = world.destination(workspace)
    await first.database.transaction((tx) => first.pause(tx, workspace, paused.lane, 'resumed'))
    await first.stop(1_000)
    const second = await world.engine()
    const fence = world.destination(workspace)

    await second.accept(workspace, [event(1)])
    await second.database.transaction((tx) => second.publish(tx, workspace, [event(2)]))
    await until('the others', () => fence.received.length === 2)
    const before = paused.received.length
    await second.database.transaction((tx) => second.resume(tx, workspace, paused.lane))
    await until('both', () => paused.received.length === 2)

    assert.equal(before, 0)
    assert.deepEqual(paused.received.map(numberOf).toSorted(), [1, 2])
  })

  check('lanes that are paused and resumed at once, time and again, go on in every process', async (world) => {
    const [first, second] = [await world.engine(), await world.engine()]
    const workspace = world.workspace()
    const destinations = numbers(20).map(() => world.destination(workspace))

    for (const { lane } of [...destinations, ...destinations]) {
      await first.database.transaction((tx) => first.pause(tx, workspace, lane, 'resumed'))
      await first.database.transaction((tx) => first.resume(tx, workspace, lane))
    }
    await first.accept(workspace, [event(1)])
    await second.database.transaction((tx) => second.publish(tx, workspace, [event(2)]))

    await until('all deliveries', () => destinations.every(({ received }) => received.length === 2))
    assert.equal(await world.count(first.database, 'deadLetters'), 0)
  })

  check('a new subscription is heeded by every process from the next event on', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const workspace = world.workspace()
    const early = world.destination(workspace)
    await second.accept(workspace, [event(1)])

    const late = world.destination(workspace)
    await first.database.transaction((tx) => first.subscriptionsChanged(tx, workspace))
    await second.accept(workspace, [event(2)])

    await until('the late one', () => late.received.length === 1 && early.received.length === 2)
    assert.deepEqual(late.received.map(numberOf), [2])
  })

  check(
    'a failed delivery is tried again when its time comes, not before, and dies when no try is left',
    async (world) => {
      const { accept, wake, database } = await world.engine()
      const workspace = world.workspace()
      const destination = world.destination(workspace, {
        answer: () => failure,
        retry: (attempt) => (attempt > 2 ? undefined : attempt * 60_000),
      })
      await accept(workspace, [event()])

      await until('the first retry to be scheduled', async () => (await world.count(database, 'scheduled')) === 1)
      world.clock.advance(59_000)
      wake()
      world.clock.advance(2_000)
      wake()
      await until(
        'the second try',
        async () => destination.received.length === 2 && (await world.count(database, 'scheduled')) === 1,
      )
      world.clock.advance(121_000)
      wake()

      await until('the death', async () => (await world.count(database, 'deadLetters')) === 1)
      const attempts = await database.hub
        .selectFrom('attempts')
        .select(['attempt', 'outcome', 'status', 'error'])
        .orderBy('attempt')
        .execute()
      assert.deepEqual(attempts, [
        { attempt: 1, outcome: 'retry', status: 500, error: 'it said no' },
        { attempt: 2, outcome: 'retry', status: 500, error: 'it said no' },
        { attempt: 3, outcome: 'dead', status: 500, error: 'it said no' },
      ])
      assert.equal(await world.count(database, 'ready'), 0)
    },
  )

  check('a destination that names a time is not called before it', async (world) => {
    const { accept, database } = await world.engine()
    const workspace = world.workspace()
    world.destination(workspace, { answer: () => ({ ...failure, retryAfterMs: 3_600_000 }), retry: () => 1_000 })
    const now = world.clock.now()

    await accept(workspace, [event()])

    const { dueAt } = await until('the retry', () =>
      database.hub.selectFrom('scheduled').select('dueAt').executeTakeFirst(),
    )
    assert.equal(dueAt.getTime(), now + 3_600_000)
  })

  check('a failure that is final dies at once', async (world) => {
    const { accept, database } = await world.engine()
    const workspace = world.workspace()
    world.destination(workspace, { answer: () => ({ ...failure, final: true }), retry: () => 1_000 })

    await accept(workspace, [event()])

    const { reason } = await until('the death', () =>
      database.hub.selectFrom('deadLetters').select('reason').executeTakeFirst(),
    )
    assert.equal(reason, 'rejected')
  })

  check('an ordered lane delivers one at a time in the order of acceptance, over two processes', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, {
      policy: { ordered: true },
      answer: () => new Promise((resolve) => setImmediate(resolve, done)),
    })

    for (const n of numbers(120)) await (n % 2 === 0 ? first : second).accept(workspace, [event(n)])

    await until('all deliveries', () => destination.received.length >= 120)
    assert.deepEqual(destination.received.map(numberOf), numbers(120))
    assert.equal(destination.peak, 1)
  })

  check('the failed head of an ordered lane blocks it until it succeeds', async (world) => {
    const { accept, wake, database } = await world.engine()
    const workspace = world.workspace()
    let sick = true
    const destination = world.destination(workspace, {
      policy: { ordered: true },
      answer: (delivery) => (sick && numberOf(delivery) === 0 ? failure : done),
      retry: () => 60_000,
    })
    for (const n of numbers(3)) await accept(workspace, [event(n)])
    await until('the first failure', async () => (await world.count(database, 'attempts')) === 1)

    wake()
    sick = false
    world.clock.advance(61_000)
    wake()

    await until('all deliveries', () => destination.received.length === 4)
    assert.deepEqual(destination.received.map(numberOf), [0, 0, 1, 2])
  })

  check('the head of an ordered lane that dies lets the others pass', async (world) => {
    const { accept } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, {
      policy: { ordered: true },
      answer: (delivery) => (numberOf(delivery) === 0 ? failure : done),
    })

    for (const n of numbers(3)) await accept(workspace, [event(n)])

    await until('all deliveries', () => destination.received.length === 3)
    assert.deepEqual(destination.received.map(numberOf), [0, 1, 2])
  })

  check('a lane never runs more at a time than its concurrency allows, over two processes', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, {
      policy: { concurrency: 3 },
      answer: () => new Promise((resolve) => setTimeout(resolve, 2, done)),
    })

    await Promise.all(numbers(100).map((n) => (n % 2 === 0 ? first : second).accept(workspace, [event(n)])))

    await until('all deliveries', () => destination.received.length === 100)
    assert.equal(destination.peak, 3)
    assert.deepEqual(
      destination.received.map(numberOf).sort((a, b) => a - b),
      numbers(100),
    )
  })

  check(
    'work of a process whose lease ran out is done by another, and the first one can no longer decide about it',
    async (world) => {
      const sleeper = await world.engine()
      const workspace = world.workspace()
      const asleep = gate()
      let tries = 0
      const destination = world.destination(workspace, {
        retry: () => 1_000,
        answer: async () => {
          tries += 1
          if (tries > 1) return done
          await asleep.opened
          return failure
        },
      })
      await sleeper.accept(workspace, [event()])
      await until('the first try', () => destination.received.length === 1)

      const other = await world.engine()
      const held = sleeper.status().owner!
      const expire = () =>
        other.database.hub
          .updateTable('owners')
          .set({ leaseUntil: new Date(0) })
          .where('id', '=', held)
          .execute()
      await until('the second try', async () => (await expire()) && destination.received.length === 2)
      await until('its completion', async () => (await world.count(other.database, 'ready')) === 0)
      asleep.open()

      await until('both attempts', async () => (await world.count(other.database, 'attempts')) === 2)
      assert.equal(await world.count(other.database, 'scheduled'), 0)
      assert.equal(await world.count(other.database, 'ready'), 0)
    },
  )

  check('a process that was taken for dead goes on under a new id and loses nothing', async (world) => {
    const engine = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)
    const before = engine.status().owner!

    await engine.database.hub.deleteFrom('owners').where('id', '=', before).execute()
    await until('the new id', () => engine.status().owner !== before)
    await engine.accept(workspace, [event(1)])

    await until('the delivery', () => destination.received.length === 1)
  })

  check('broken database connections lose nothing that was accepted', async (world) => {
    const engine = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, { retry: () => 0 })
    const breaking = openDatabase({ connection: engine.database.pool.options, max: 4, log: silentLog })

    const accepted: string[] = []
    const posting = (async () => {
      for (const n of numbers(300)) accepted.push(...(await engine.accept(workspace, [event(n)])).map(({ id }) => id))
    })()
    for (const _ of numbers(5)) {
      await until('some progress', () => accepted.length >= 20 * (_ + 1))
      await breaking.pool
        .query(
          "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'tenon%' and pid <> pg_backend_pid()",
        )
        .catch(() => {})
    }
    await posting
    await breaking.close()

    await until('all deliveries', () => new Set(destination.received.map(({ event }) => event.id)).size === 300)
    assert.deepEqual(new Set(destination.received.map(({ event }) => event.id)), new Set(accepted))
    await until('an empty table', async () => (await world.count(engine.database, 'ready')) === 0)
  })

  check('a workspace with a long queue does not keep another one waiting', async (world) => {
    const { accept } = await world.engine({ concurrency: 1 })
    const [busy, quiet] = [world.workspace(), world.workspace()]
    const order: string[] = []
    const held = gate()
    const answer = async ({ event }: Delivery) => {
      await held.opened
      order.push(event.workspaceId)
      return done
    }
    world.destination(busy, { answer })
    world.destination(busy, { answer })
    world.destination(quiet, { answer })
    await accept(
      busy,
      numbers(500).map((n) => event(n)),
    )
    await accept(quiet, [event(1)])

    held.open()

    await until('the quiet one', () => order.includes(quiet))
    assert.ok(order.indexOf(quiet) <= 4, `it waited for ${order.indexOf(quiet)} of the busy one's`)
  })

  check('a destination that hangs keeps only its own lane waiting', async (world) => {
    const { accept } = await world.engine()
    const workspace = world.workspace()
    const held = gate()
    const hanging = world.destination(workspace, {
      answer: async () => {
        await held.opened
        return done
      },
    })
    const healthy = world.destination(workspace)

    await accept(
      workspace,
      numbers(1_000).map((n) => event(n)),
    )

    await until('the healthy one', () => healthy.received.length === 1_000)
    assert.ok(hanging.received.length < 1_000)
    held.open()
    await until('the other', () => hanging.received.length === 1_000)
  })

  check('destinations that hang leave places to those that are well, and take more once they answer', async (world) => {
    const { accept } = await world.engine({ concurrency: 64 })
    const workspace = world.workspace()
    const held = gate()
    const hanging = numbers(5).map(() =>
      world.destination(workspace, {
        answer: async () => {
          await held.opened
          return new Promise((resolve) => setImmediate(resolve, done))
        },
      }),
    )
    const healthy = world.destination(workspace)

    await accept(
      workspace,
      numbers(200).map((n) => event(n)),
    )

    await until('the healthy one', () => healthy.received.length === 200)
    assert.deepEqual(
      hanging.map(({ peak }) => peak),
      hanging.map(() => 10),
    )
    held.open()
    await until('the others', () => hanging.every(({ received }) => received.length === 200))
    for (const { peak } of hanging) assert.ok(peak > 10)
  })

  check('more than fits into memory is delivered all the same', async (world) => {
    const { accept, database } = await world.engine()
    const workspace = world.workspace()
    const held = gate()
    const destination = world.destination(workspace, {
      answer: async () => {
        await held.opened
        return done
      },
    })
    for (const _ of numbers(13))
      await accept(
        workspace,
        numbers(1_000).map((n) => event(n)),
      )

    held.open()

    await until('all deliveries', () => destination.received.length >= 13_000)
    await until('an empty table', async () => (await world.count(database, 'ready')) === 0)
    assert.equal(new Set(destination.received.map(({ event }) => event.id)).size, 13_000)
  })

  check('a lane keeps its pace, over two processes', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, { policy: { ratePerSecond: 5 } })

    for (const n of numbers(20)) await (n % 2 === 0 ? first : second).accept(workspace, [event(n)])
    await until('the burst', () => destination.received.length === 5)
    for (const seconds of [1, 2, 3]) {
      world.clock.advance(1_000)
      await until('the next second', () => destination.received.length === 5 + 5 * seconds)
    }

    assert.equal(destination.received.length, 20)
  })

  check('tokens are never granted beyond the bucket, however many ask', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const [workspace, lane] = [world.workspace(), newId(world.clock)]

    const granted = await Promise.all(
      numbers(40).map((n) => (n % 2 === 0 ? first : second).takeTokens(workspace, lane, 3, 10, 50)),
    )
    assert.equal(
      granted.reduce((sum, n) => sum + n, 0),
      50,
    )

    world.clock.advance(2_000)
    assert.equal(await first.takeTokens(workspace, lane, 100, 10, 50), 20)
  })

  check('failures in a row pause a lane without using up its tries; one good try opens it again', async (world) => {
    const { accept, wake, database } = await world.engine()
    const workspace = world.workspace()
    let sick = true
    const destination = world.destination(workspace, { answer: () => (sick ? failure : done), retry: () => 1_000 })
    for (const n of numbers(10)) await accept(workspace, [event(n)])
    await until('the breaker', () =>
      database.hub.selectFrom('lanes').select('id').where('breaker', '=', 'open').executeTakeFirst(),
    )

    await accept(
      workspace,
      numbers(50).map((n) => event(n)),
    )
    world.clock.advance(5_000)
    wake()
    await until('the retries to wait', async () => (await world.count(database, 'scheduled')) === 0)
    assert.equal(destination.received.length, 10)

    sick = false
    world.clock.advance(60_000)
    wake()

    await until('all deliveries', () => destination.received.length === 70)
    const { breaker } = await until('the breaker to close', () =>
      database.hub.selectFrom('lanes').select('breaker').where('breaker', '=', 'closed').executeTakeFirst(),
    )
    assert.equal(breaker, 'closed')
  })

  check('a paused lane keeps its work until it is resumed, also in another process', async (world) => {
    const first = await world.engine()
    const second = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)
    await first.database.transaction((tx) => first.pause(tx, workspace, destination.lane, 'resumed'))
    await first.accept(workspace, [event(1)])
    await until(
      'the first event to be kept or sent',
      async () => destination.received.length > 0 || (await world.count(first.database, 'ready')) === 1,
    )

    await second.accept(workspace, [event(2)])
    await first.database.transaction((tx) => first.resume(tx, workspace, destination.lane))

    await until('all deliveries', () => destination.received.length === 2)
  })

  check('cancelled work never runs', async (world) => {
    const runs: unknown[] = []
    world.jobs.set('note', async ({ payload }) => void runs.push(payload))
    const { enqueue, cancel, wake, database } = await world.engine()
    const workspace = world.workspace()
    const dueAt = new Date(world.clock.now() + 60_000)
    const [kept, cancelled] = await database.transaction((tx) =>
      enqueue(tx, [
        { workspaceId: workspace, kind: 'note', payload: 'kept', dueAt, lane: workspace },
        { workspaceId: workspace, kind: 'note', payload: 'cancelled', dueAt, lane: workspace, key: 'k' },
      ]),
    )
    assert.ok(kept)

    const count = await database.transaction((tx) => cancel(tx, workspace, [{ id: cancelled!, lane: workspace }]))
    world.clock.advance(61_000)
    wake()

    await until('the kept one', () => runs.length > 0)
    assert.equal(count, 1)
    assert.deepEqual(runs, ['kept'])
    assert.equal(await world.count(database, 'jobKeys'), 0)
    const { reason } = await database.hub.selectFrom('deadLetters').select('reason').executeTakeFirstOrThrow()
    assert.equal(reason, 'cancelled')
  })

  check('of jobs with one key only the first is made while it is open', async (world) => {
    const runs: unknown[] = []
    world.jobs.set('note', async ({ payload }) => void runs.push(payload))
    const { enqueue, wake, database } = await world.engine()
    const workspace = world.workspace()
    const dueAt = new Date(world.clock.now() + 60_000)
    const make = (payload: string) =>
      database.transaction((tx) => enqueue(tx, [{ workspaceId: workspace, kind: 'note', payload, key: 'one', dueAt }]))

    const [first] = await make('first')
    const [second] = await make('second')
    assert.equal(second, first)
    world.clock.advance(61_000)
    wake()
    await until('the first to be done', async () => runs.length === 1 && (await world.count(database, 'jobKeys')) === 0)
    const [third] = await database.transaction((tx) =>
      enqueue(tx, [{ workspaceId: workspace, kind: 'note', payload: 'third', key: 'one' }]),
    )

    assert.notEqual(third, first)
    await until('the third', () => runs.length === 2)
    assert.deepEqual(runs, ['first', 'third'])
  })

  check("a job's end and its writes are one transaction", async (world) => {
    let tries = 0
    world.jobs.set('chain', async (job, { complete }) => {
      tries += 1
      await complete(async (tx) => {
        await world.engineOf!.publish(tx, job.workspaceId, [event(tries)])
        if (tries === 1) throw new Error('after the writes')
      })
    })
    const engine = await world.engine()
    world.engineOf = engine
    const workspace = world.workspace()
    const destination = world.destination(workspace)
    await engine.database.transaction((tx) =>
      engine.enqueue(tx, [{ workspaceId: workspace, kind: 'chain', payload: null }]),
    )
    await until(
      'the failed try to be scheduled again',
      async () => (await world.count(engine.database, 'scheduled')) === 1,
    )

    world.clock.advance(2_000)
    engine.wake()

    await until('the delivery', () => destination.received.length === 1)
    assert.deepEqual(destination.received.map(numberOf), [2])
    await until('the end of the job', async () => (await world.count(engine.database, 'ready')) === 0)
  })

  check('a dead delivery can be replayed, and one that is open cannot', async (world) => {
    const { accept, replay, database } = await world.engine()
    const workspace = world.workspace()
    let sick = true
    const destination = world.destination(workspace, { answer: () => (sick ? failure : done) })
    const [stored] = await accept(workspace, [event(1)])
    await until('the death', async () => (await world.count(database, 'deadLetters')) === 1)
    const delivery = { id: stored!.id, lane: destination.lane, kind: 'test' }

    sick = false
    const counts = await database.inWorkspace(workspace, async (tx) => [
      await replay(tx, workspace, [delivery]),
      await replay(tx, workspace, [delivery]),
      await replay(tx, workspace, [{ ...delivery, id: newId(world.clock) }]),
    ])

    assert.deepEqual(counts, [1, 0, 0])
    await until('the delivery', () => destination.received.length === 2)
    await until('an empty table', async () => (await world.count(database, 'ready')) === 0)
    assert.equal(await world.count(database, 'deadLetters'), 0)
  })

  check('work whose destination is gone dies as rejected', async (world) => {
    const { accept, wake, database } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace, { answer: () => failure, retry: () => 1_000 })
    await accept(workspace, [event()])
    await until('the retry', async () => (await world.count(database, 'scheduled')) === 1)

    world.forget(destination.lane)
    world.clock.advance(2_000)
    wake()

    const { reason, error } = await until('the death', () =>
      database.hub.selectFrom('deadLetters').select(['reason', 'error']).executeTakeFirst(),
    )
    assert.deepEqual({ reason, error }, { reason: 'rejected', error: 'the destination no longer exists' })
  })

  check('a clock that jumps ahead or back loses nothing', async (world) => {
    const { accept, wake, database } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)

    for (const [n, jump] of [0, 400 * 86_400_000, -800 * 86_400_000, 3_600_000].entries()) {
      world.clock.advance(jump)
      await accept(workspace, [event(n)])
      wake()
      await until(`delivery ${n}`, () => destination.received.length === n + 1)
    }

    await until('an empty table', async () => (await world.count(database, 'ready')) === 0)
    assert.equal(await world.count(database, 'attempts'), 4)
  })

  check('a job that comes round runs once a round, whatever the number of processes', async (world) => {
    const rounds: unknown[] = []
    world.jobs.set('sweep', async ({ payload }) => void rounds.push((payload as { round: string }).round))
    world.schedules.push(['0 * * * *', 'sweep'])
    const first = await world.engine()
    const second = await world.engine()

    for (const hour of [1, 2]) {
      world.clock.advance(3_600_000)
      first.wake()
      second.wake()
      await until(
        `round ${hour}`,
        async () => rounds.length === hour && (await world.count(first.database, 'jobKeys')) === 0,
      )
    }

    assert.deepEqual(rounds, ['2026-01-01T01:00:00.000Z', '2026-01-01T02:00:00.000Z'])
  })

  check('a stop lets what is in flight end and leaves the rest to others', async (world) => {
    const stopping = await world.engine({ start: false, concurrency: 2 })
    await stopping.start()
    const workspace = world.workspace()
    const held = gate()
    const destination = world.destination(workspace, {
      answer: async () => {
        await held.opened
        return done
      },
    })
    await stopping.accept(
      workspace,
      numbers(10).map((n) => event(n)),
    )
    await until('the first two', () => destination.received.length === 2)

    const stopped = stopping.stop(10_000)
    held.open()
    await stopped

    assert.equal(destination.received.length, 2)
    const other = await world.engine()
    await until('the rest', () => destination.received.length === 10)
    await until('an empty table', async () => (await world.count(other.database, 'ready')) === 0)
    assert.equal(new Set(destination.received.map(({ event }) => event.id)).size, 10)
  })

  check('one event that the database refuses does not sink the others of its moment', async (world) => {
    const { accept } = await world.engine()
    const workspace = world.workspace()
    const destination = world.destination(workspace)

    const results = await Promise.allSettled([
      accept(workspace, [event(1)]),
      accept('not an id', [event(2)]),
      accept(workspace, [event(3)]),
    ])

    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    await until('the deliveries', () => destination.received.length === 2)
  })
}
