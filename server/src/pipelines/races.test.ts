import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import type { Pipeline } from './schema.ts'

const base = '/api/integrations/crm/pipelines'
const hub = await startHub()
after(() => hub[Symbol.asyncDispose]())
const { leads } = hub.app
const stages = [
  { key: 'asked', name: 'Asked' },
  { key: 'offered', name: 'Offered' },
]

const hasWaiting = async () =>
  (
    await sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      hub.database.hub,
    )
  ).rows.length > 0

test('a stage that a lead is about to enter stays', async () => {
  const { id, apiKey: key } = await hub.addWorkspace()
  const made = (await hub.request<Pipeline>('POST', base, { key, body: { name: 'Roofs', stages } })).body.data
  await hub.database.inWorkspace(
    id,
    async (tx) => (await leads.upsert(tx, id, { email: 'ada@example.com', pipelineId: made.id })).lead,
  )

  for (const enter of [
    { email: 'grace@example.com', pipelineId: made.id, status: 'offered' },
    { email: 'ada@example.com', status: 'offered' },
  ]) {
    const without = [stages[0], { key: 'sold', name: 'Sold', kind: 'won' }]
    let isThrough = false
    const { changing } = await hub.database.inWorkspace(id, async (tx) => {
      await leads.upsert(tx, id, enter)
      const changing = hub.request('PATCH', `${base}/${made.id}`, { key, body: { stages: without } }).finally(() => {
        isThrough = true
      })
      await until('the change to wait', async () => isThrough || (await hasWaiting()))
      return { changing }
    })

    const refused = await changing
    assert.equal(refused.status, 409, refused.text)
    assert.match(refused.body.error, /1 in offered/)
    await hub.request('DELETE', `/api/integrations/crm/leads/${enter.email}`, { key })
  }
})

test('of pipelines that become the default at once, one is in the end, and none is lost', async () => {
  const { apiKey: key } = await hub.addWorkspace()
  const names = ['one', 'two', 'three', 'four']

  const answers = await Promise.all(
    names.map((name) => hub.request<Pipeline>('POST', base, { key, body: { name, stages, isDefault: true } })),
  )

  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 201, 201, 201],
  )
  const { data } = (await hub.request<Pipeline[]>('GET', base, { key })).body
  assert.equal(data.length, 5)
  assert.equal(data.filter(({ isDefault }) => isDefault).length, 1)
})
