import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { silentLog } from '../lib/log.ts'
import { acmeEntry } from '../test/acme-crm.ts'
import { startHub } from '../test/hub.ts'
import { createTurns } from './turns.ts'

/** Two processes of one hub, as far as turns go: each with a memory of its own. */
async function start() {
  const hub = await startHub({ connectors: [acmeEntry()] })
  const { body } = await hub.request<{ id: string }>('POST', '/api/integrations', {
    body: { templateId: 'acme', name: 'Acme' },
  })
  const place = { workspaceId: hub.workspace.id, id: body.data.id }
  const process = () => createTurns({ database: hub.database, log: silentLog })(place)
  return {
    ...{ hub, place, first: process(), second: process() },
    rows: async () => (await hub.database.pool.query('select * from turns')).rows,
    [Symbol.asyncDispose]: hub[Symbol.asyncDispose],
  }
}

test('two processes are at one thing one after the other, and nothing stays of it', async () => {
  await using world = await start()
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>()
  const { promise: leave, resolve: letGo } = Promise.withResolvers<void>()
  const seen: string[] = []

  const first = world.first('ada@example.com', async () => {
    enter()
    await leave
    seen.push('first')
  })
  await entered
  const second = world.second('ada@example.com', async () => void seen.push('second'))
  await world.second('grace@example.com', async () => void seen.push('another'))
  const [row] = await world.rows()
  letGo()
  await Promise.all([first, second])

  assert.deepEqual(seen, ['another', 'first', 'second'])
  assert.ok(!JSON.stringify(row).includes('ada'), 'the key tells an address')
  assert.deepEqual(await world.rows(), [])
})

test('a turn is given back where it failed, and that of a process that died is over after a while', async () => {
  await using world = await start()
  const key = createHash('sha256').update('k').digest()
  const { workspaceId, id } = world.place

  await assert.rejects(
    world.first('k', async () => {
      throw new Error('no')
    }),
    /^Error: no$/,
  )
  await world.hub.database.pool.query(
    "insert into turns (workspace_id, integration_id, key, holder, until) values ($1, $2, $3, $4, now() - interval '1 second')",
    [workspaceId, id, key, randomUUID()],
  )

  assert.equal(await world.second('k', async () => 'done'), 'done')
  assert.deepEqual(await world.rows(), [])
})
