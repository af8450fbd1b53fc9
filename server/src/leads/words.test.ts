import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import type { NewLead } from './schema.ts'
import { searchLeads } from './search.ts'
import { beginReadings, readPages, takeReadings } from './word-queries.ts'

const minute = 60_000
const day = 24 * 60 * minute
const clock = manualClock(Date.UTC(2026, 5, 1))
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())
const { database } = hub

/** A workspace with these leads. */
async function workspaceOf(...people: NewLead[]): Promise<string> {
  const { id } = await hub.addWorkspace()
  for (const person of people) await add(id, person)
  return id
}

const add = (workspaceId: string, person: NewLead) =>
  database.inWorkspace(workspaceId, (tx) => hub.app.leads.upsert(tx, workspaceId, person))

/** Lets the time pass, and the job that comes round do its work. */
async function pass(ms = minute): Promise<void> {
  clock.advance(ms)
  hub.app.engine.wake()
  await until('the words to be learnt', async () => {
    const { rows } = await sql`
      select from cron where name = 'leads.words' and last_at = ${new Date(clock.now())}
        and not exists (select from ready where kind = 'leads.words')`.execute(database.hub)
    return rows.length === 1
  })
}

async function wordsOf(workspaceId: string): Promise<string> {
  const { rows } = await sql<{ word: string }>`
    select word from crm_words where workspace_id = ${workspaceId} order by word`.execute(database.hub)
  return rows.map(({ word }) => word).join(' ')
}

/** What a search finds where there are too many leads for likeness. */
async function found(workspaceId: string, q: string): Promise<(string | null)[]> {
  const { rows } = await searchLeads(database, workspaceId, { q }, 0)
  return rows.map(({ name }) => name)
}

const ada: NewLead = { email: 'ada@engines.example', name: 'Ada Lovelace', company: 'Smith-Jones Ñandú 42' }
const grace: NewLead = { email: 'g.hopper@navy.example', name: 'Grace Hopper', phone: '+12025550143' }

test('the letters that words of leads begin with are learnt every minute', async () => {
  const workspaceId = await workspaceOf(ada)
  assert.deepEqual(await found(workspaceId, 'lovelcae'), [])

  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada lovelace nandu smith')
  assert.deepEqual(await found(workspaceId, 'lovelcae'), ['Ada Lovelace'])
  await add(workspaceId, grace)
  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada grace hopper lovelace nandu smith')
  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada grace hopper lovelace nandu smith')
})

test('more leads than are read at a time are all read, though they were changed in the same moment', async () => {
  const workspaceId = await workspaceOf(ada)
  await sql`
    insert into crm_leads (workspace_id, id, source, pipeline_id, status, status_changed_at, search_text, last_activity_at, created_at, updated_at)
    select workspace_id, md5(n::text)::uuid, source, pipeline_id, status, status_changed_at, ' ' || translate(n::text, '0123456789', 'bcdefghijk') || 'lead',
      last_activity_at, created_at, updated_at
    from crm_leads, generate_series(1, 5500) n where workspace_id = ${workspaceId}`.execute(database.hub)

  await pass()

  assert.equal((await wordsOf(workspaceId)).split(' ').length, 5_504)
})

test('what commits after later changes were read is learnt as well', async () => {
  const workspaceId = await workspaceOf(ada)
  await pass()
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>()
  const { promise: written, resolve: wrote } = Promise.withResolvers<void>()
  const late = database.inWorkspace(workspaceId, async (tx) => {
    await hub.app.leads.upsert(tx, workspaceId, grace)
    wrote()
    await committed
  })
  await written
  clock.advance(1_000)
  await add(workspaceId, { name: 'Alan Turing', email: 'alan@example.com' })

  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada alan lovelace nandu smith turing')
  commit()
  await late
  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada alan grace hopper lovelace nandu smith turing')
})

test('words that nobody has any more are forgotten within a day', async () => {
  const workspaceId = await workspaceOf(ada, grace)
  await pass()
  await hub.app.leads.update(workspaceId, ada.email!, { name: 'Ada King' }, 'member:test')
  await hub.app.leads.remove(workspaceId, grace.email!, 'member:test')

  await pass()
  assert.equal(await wordsOf(workspaceId), 'ada grace hopper king lovelace nandu smith')
  await pass(day)
  assert.equal(await wordsOf(workspaceId), 'ada king nandu smith')
})

test('the words of a person who is erased are forgotten, but for those that others have', async () => {
  const workspaceId = await workspaceOf(ada, { email: 'adam@example.com', name: 'Ada Smithson' })
  const other = await workspaceOf(ada)
  await pass()

  await hub.app.leads.erase(workspaceId, ada.email!, 'member:test')

  await until('the words to be forgotten', async () => (await wordsOf(workspaceId)) === 'ada adam smithson')
  assert.equal(await wordsOf(other), 'ada lovelace nandu smith')
  await pass(day)
  assert.equal(await wordsOf(workspaceId), 'ada adam smithson')
})

test('a person who is erased while the words are read leaves none', async () => {
  const workspaceId = await workspaceOf(ada)
  clock.advance(1_000)
  await beginReadings(database.hub, new Date(clock.now()))
  const erased = await database.transaction(async (tx) => {
    const now = new Date(clock.now())
    assert.ok((await takeReadings(tx, now)).includes(workspaceId))
    await readPages(tx, [workspaceId], now)
    const erasing = hub.app.leads.erase(workspaceId, ada.email!, 'member:test')
    await until('the erasure to wait', async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
        database.hub,
      )
      return rows.length > 0
    })
    return { erasing }
  })

  await erased.erasing

  await until('the words to be forgotten', async () => (await wordsOf(workspaceId)) === '')
  await pass()
  assert.equal(await wordsOf(workspaceId), '')
})

const typos: [string, string, string][] = [
  ['letters that changed places', 'lovelcae', 'Ada Lovelace'],
  ['a letter too many', 'lovellace', 'Ada Lovelace'],
  ['a letter missing', 'loelace', 'Ada Lovelace'],
  ['another letter', 'lovelase', 'Ada Lovelace'],
  ['a typo in what a word begins with', 'lvoel', 'Ada Lovelace'],
  ['a typo in a short word', 'grce', 'Grace Hopper'],
  ['a typo in what an address begins with', 'turnig', 'Alan'],
  ['a typo beside a word that is right', 'hoper grace', 'Grace Hopper'],
  ['typos in two words', 'gracee hoper', 'Grace Hopper'],
  ['letters of other alphabets', 'жков', 'Жуков'],
]
const manyId = await workspaceOf(
  ada,
  grace,
  { email: 'turing@example.com', name: 'Alan' },
  { name: 'Жуков', email: 'z@example.com' },
)
const strangerId = await workspaceOf({ name: 'Someone Else', email: 'else@example.com' })
await pass()
for (const [what, q, name] of typos) {
  test(`among many leads one is found in spite of ${what}, and never by words of another workspace`, async () => {
    assert.deepEqual(await found(manyId, q), [name])
    assert.deepEqual(await found(strangerId, q), [])
  })
}

test('a word that is whole is meant rather than the beginning of another', async () => {
  const workspaceId = await workspaceOf(
    { name: 'Martinson', email: '1@example.com' },
    { name: 'Martinez', email: '2@example.com' },
    { name: 'Matins', email: '3@example.com' },
  )
  await pass()

  assert.deepEqual(await found(workspaceId, 'matrins'), ['Matins'])
  assert.deepEqual(await found(workspaceId, 'matrin'), ['Martinez', 'Martinson'])
})
