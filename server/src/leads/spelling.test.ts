import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type SqlBool, sql } from 'kysely'
import { startHub } from '../test/hub.ts'
import { orders, type Place } from './finding.ts'
import { findRespelt, type Respelt } from './spelling.ts'

const hub = await startHub()
after(() => hub[Symbol.asyncDispose]())
const { database, workspace } = hub
const { lead } = await database.inWorkspace(workspace.id, (tx) =>
  hub.app.leads.upsert(tx, workspace.id, { name: 'Ada Lovelace', email: 'ada@engines.example' }),
)
await sql`insert into crm_words (workspace_id, word) values (${workspace.id}, 'lovelace')`.execute(database.hub)

/** Looks for a misspelt word while somebody holds all leads, up to the moment when it is asked whether they are few. */
async function foundWhileHeld(isSmall: boolean, place?: Place): Promise<Place[]> {
  const list: Respelt = {
    conditions: [sql<SqlBool>`workspace_id = ${workspace.id}`],
    ...{ order: orders.created, direction: 'desc', after: place, limit: 10 },
    ...{ workspaceId: workspace.id, words: ['lovelcae'] },
  }
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const { promise: locked, resolve: lock } = Promise.withResolvers<void>()
  const holding = database.transaction(async (tx) => {
    await sql`lock table crm_leads in access exclusive mode`.execute(tx)
    lock()
    await held
  })
  await locked
  try {
    return await findRespelt(database, list, false, async () => {
      release()
      await holding
      return isSmall
    })
  } finally {
    release()
    await holding
  }
}

test('where leads are few, a misspelt word is found however busy the machine is', async () => {
  assert.deepEqual(
    (await foundWhileHeld(true)).map((place) => place.id),
    [lead.id],
  )
})

test('where leads are many, the first page of a misspelt word is not waited for', async () => {
  assert.deepEqual(await foundWhileHeld(false), [])
})

test('a later page that takes too long fails, so that the list does not seem to end there', async () => {
  await assert.rejects(foundWhileHeld(false, { id: 'ffffffff-ffff-7fff-bfff-ffffffffffff', value: '' }), {
    code: '57014',
  })
})
