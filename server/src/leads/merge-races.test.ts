import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import { mergeLeads, undoMerge } from './merge.ts'
import type { Lead, NewLead } from './schema.ts'

const base = '/api/integrations/crm/leads'
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())
const { engine, leads } = hub.app
const merging = { engine, pipelines: leads.pipelines, clock }

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = Lead>(method: string, path: string, body?: unknown) =>
    hub.request<Data>(method, path, { key, ...(body === undefined ? {} : { body }) })
  const upsert = (input: NewLead) => {
    clock.advance(1_000)
    return hub.database.inWorkspace(id, async (tx) => (await leads.upsert(tx, id, input)).lead)
  }
  const all = async () => (await send<Lead[]>('GET', `${base}?order=asc`)).body.data
  return { id, send, upsert, all }
}

/** Does the first thing, and commits it only when the second waits for it or is through. */
async function whileOpen<One, Other>(
  workspaceId: string,
  first: (tx: Db) => Promise<One>,
  second: () => Promise<Other>,
): Promise<[One, PromiseSettledResult<Other>]> {
  const begun = Promise.withResolvers<void>()
  const isThrough = Promise.withResolvers<void>()
  const one = hub.database.inWorkspace(workspaceId, async (tx) => {
    const result = await first(tx)
    begun.resolve()
    await isThrough.promise
    return result
  })
  one.catch(begun.reject)
  await begun.promise
  let isSettled = false
  const other = second().finally(() => {
    isSettled = true
  })
  const settled = Promise.allSettled([other])
  await until('the second to wait', async () => isSettled || (await hasWaiting()))
  isThrough.resolve()
  return [await one, (await settled)[0]]
}

const hasWaiting = async () =>
  (
    await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      hub.database.hub,
    )
  ).rows.length > 0

test('who writes from the address of a lead while it is merged becomes no third lead', async () => {
  const { id, upsert, all } = await begin()
  const kept = await upsert({ email: 'ada@example.com' })
  const gone = await upsert({ email: 'lovelace@example.com' })

  const [, taken] = await whileOpen(
    id,
    (tx) => mergeLeads(tx, id, merging, { leadId: kept.id, from: gone.id, fields: [], actor: 'test' }),
    () => upsert({ email: 'lovelace@example.com', company: 'Engines' }),
  )

  assert.equal(taken.status, 'fulfilled')
  const [ada, ...others] = await all()
  assert.deepEqual([ada?.id, ada?.email, ada?.company, others], [kept.id, 'ada@example.com', 'Engines', []])
})

test('who writes from an address while the merge that took it is undone is the lead that has it again', async () => {
  const { id, upsert, send } = await begin()
  const kept = await upsert({ email: 'ada@example.com' })
  const gone = await upsert({ email: 'lovelace@example.com' })
  const { mergeId } = (await send<{ mergeId: string }>('POST', `${base}/${kept.id}/merge`, { from: gone.id })).body.data

  const [, taken] = await whileOpen(
    id,
    (tx) => undoMerge(tx, id, merging, mergeId, 'test'),
    () => upsert({ email: 'lovelace@example.com', company: 'Engines' }),
  )

  assert.ok(taken.status === 'fulfilled')
  assert.equal(taken.value.id, gone.id)
  assert.equal((await send('GET', `${base}/${kept.id}`)).body.data.company, null)
})

test('an editor who gives a lead the address of one that is just captured is told of that one', async () => {
  const { id, upsert, send, all } = await begin()
  const lead = await upsert({ phone: '+442079460958' })

  const [, edited] = await whileOpen(
    id,
    (tx) => leads.upsert(tx, id, { email: 'ada@example.com', company: 'Engines' }),
    () => send('PATCH', `${base}/${lead.id}`, { email: 'ADA@example.com' }),
  )

  assert.ok(edited.status === 'fulfilled')
  assert.equal(edited.value.status, 409, edited.value.text)
  assert.match(edited.value.body.error, /Merge them instead/)
  assert.equal((await all()).length, 2)
})

test('of two who delete or erase a lead at once, one is told that it is not there', async () => {
  const { id, upsert, send } = await begin()
  const lead = await upsert({ email: 'ada@example.com' })

  const [, answers] = await whileOpen(
    id,
    (tx) => leads.upsert(tx, id, { email: 'ada@example.com', company: 'Engines' }),
    () => Promise.all([send('DELETE', `${base}/${lead.id}`), send('POST', `${base}/${lead.id}/erase`)]),
  )

  assert.ok(answers.status === 'fulfilled')
  assert.equal(answers.value.filter(({ status }) => status === 404).length, 1)
})

test('what was captured while an erasure waited for it is erased as well', async () => {
  const { id, upsert, send } = await begin()
  const lead = await upsert({ email: 'ada@example.com' })
  clock.advance(1_000)

  const [, erased] = await whileOpen(
    id,
    async (tx) => {
      // Its event is of a later moment than the erasure.
      clock.advance(1_000)
      await leads.upsert(tx, id, { email: 'ada@example.com', company: 'Engines' })
      clock.advance(-1_000)
    },
    () => leads.erase(id, lead.id, 'test').finally(() => clock.advance(2_000)),
  )

  assert.equal(erased.status, 'fulfilled')
  await until('the events to be emptied', async () => {
    const { text } = await send('GET', '/api/events?limit=100')
    return !text.includes('ada@example.com')
  })
})
