import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { readMigrations } from '../db/migrate.ts'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import type { Activity, Lead, Merge, NewLead, StatusChangeEntry } from './schema.ts'

const base = '/api/integrations/crm/leads'
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())
const { leads } = hub.app

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = Lead>(method: string, path: string, body?: unknown) => {
    clock.advance(1_000)
    return hub.request<Data>(method, path, { key, ...(body === undefined ? {} : { body }) })
  }
  const upsert = (input: NewLead) => {
    clock.advance(1_000)
    return hub.database.inWorkspace(id, async (tx) => (await leads.upsert(tx, id, input)).lead)
  }
  const get = async <Data = Lead>(path: string) => (await send<Data>('GET', `${base}/${path}`)).body.data
  const merge = async (into: string, from: string, fields: string[] = []) => {
    const { body, text } = await send<{ mergeId: string }>('POST', `${base}/${into}/merge`, { from, fields })
    assert.ok(body.success, text)
    return body.data.mergeId
  }
  const undo = (mergeId: string) => send('POST', `/api/integrations/crm/merges/${mergeId}/undo`)
  return { id, send, upsert, get, merge, undo }
}

test('who comes by the phone or the id of a lead that was merged is the lead that stayed', async () => {
  const { id, upsert, merge } = await begin()
  const kept = await upsert({ email: 'a@example.com', phone: '+442079460001', externalIds: { ghl: 'c-1' } })
  const gone = await upsert({ email: 'b@example.com', phone: '+442079460002', externalIds: { ghl: 'c-2' } })
  await merge(kept.id, gone.id)

  const [byPhone, byId] = [
    await upsert({ phone: '+44 20 7946 0002', company: 'Engines' }),
    await upsert({ externalIds: { ghl: 'c-2' }, jobTitle: 'Countess' }),
  ]
  const neighbour = await upsert({ email: 'c@example.com', phone: '+442079460002' })

  assert.deepEqual([byPhone.id, byId.id], [kept.id, kept.id])
  assert.notEqual(neighbour.id, kept.id)
  const found = await hub.database.inWorkspace(id, (tx) => leads.find(tx, id, { system: 'ghl', externalId: 'c-2' }))
  assert.equal(found?.id, kept.id)
})

test('an address that gave way to that of the other lead is still an address of the lead, and comes back to it', async () => {
  const { upsert, get, merge, undo } = await begin()
  const kept = await upsert({ email: 'old@example.com' })
  const gone = await upsert({ email: 'new@example.com' })
  const mergeId = await merge(kept.id, gone.id, ['email'])

  const again = await upsert({ email: 'old@example.com', company: 'Engines' })

  assert.deepEqual([again.id, again.email, (await get('old@example.com')).id], [kept.id, 'new@example.com', kept.id])
  assert.equal((await undo(mergeId)).status, 200)
  assert.deepEqual([(await get(kept.id)).email, (await get(gone.id)).email], ['old@example.com', 'new@example.com'])
})

test('a merge into a lead that went on into another comes back with it', async () => {
  const { send, upsert, get, merge, undo } = await begin()
  const [one, two, three] = [
    await upsert({ email: 'one@example.com' }),
    await upsert({ email: 'two@example.com' }),
    await upsert({ email: 'three@example.com' }),
  ]
  await send('POST', `${base}/${three.id}/notes`, { text: 'of the third' })
  const inner = await merge(two.id, three.id)
  const outer = await merge(one.id, two.id)
  assert.equal((await get(three.id)).id, one.id)

  await undo(outer)

  assert.deepEqual([(await get(three.id)).id, (await get('three@example.com')).id], [two.id, two.id])
  assert.deepEqual(
    (await get<Merge[]>(`${two.id}/merges`)).map(({ id }) => id),
    [inner],
  )
  assert.equal((await undo(inner)).status, 200)
  const notes = (await get<Activity[]>(`${three.id}/activities`)).filter(({ type }) => type === 'note')
  assert.equal(notes.length, 1)
})

test('a merge that is undone takes no activities from a lead whose own merge was undone before', async () => {
  const { send, upsert, get, merge, undo } = await begin()
  const [one, two, three] = [
    await upsert({ email: 'one@example.com' }),
    await upsert({ email: 'two@example.com' }),
    await upsert({ email: 'three@example.com' }),
  ]
  await send('POST', `${base}/${three.id}/notes`, { text: 'of the third' })
  const inner = await merge(two.id, three.id)
  const outer = await merge(one.id, two.id)

  await undo(inner)
  await undo(outer)

  const typesOf = async (id: string) => (await get<Activity[]>(`${id}/activities`)).map(({ type }) => type)
  assert.deepEqual(
    [(await typesOf(three.id)).includes('note'), (await typesOf(two.id)).includes('note')],
    [true, false],
  )
})

test('what goes together is taken back together: an amount keeps its currency, a status its pipeline', async () => {
  const { send, upsert, get, merge, undo } = await begin()
  const stages = [
    { key: 'asked', name: 'Asked' },
    { key: 'offered', name: 'Offered' },
  ]
  const { body } = await send<{ id: string }>('POST', '/api/integrations/crm/pipelines', { name: 'Roofs', stages })
  const kept = await upsert({ email: 'a@example.com', firstName: 'Augusta', lastName: 'King' })
  const gone = await upsert({
    ...{ email: 'b@example.com', name: 'Ada Byron', pipelineId: body.data.id, status: 'asked' },
    ...{ amountMinor: 500, currency: 'EUR' },
  })
  const mergeId = await merge(kept.id, gone.id, ['status', 'name'])
  await send('PATCH', `${base}/${kept.id}`, { amountMinor: 700, lastName: 'Lovelace' })
  await send('PUT', `${base}/${kept.id}/status`, { status: 'offered' })

  const undone = await undo(mergeId)

  assert.equal(undone.status, 200, undone.text)
  const { amountMinor, currency, pipelineId, status, name, firstName } = await get(kept.id)
  assert.deepEqual([amountMinor, currency], [700, 'EUR'])
  assert.deepEqual([pipelineId, status], [body.data.id, 'offered'])
  assert.deepEqual([firstName, name], ['Ada', 'Ada Lovelace'])
})

test('a status that a merge brings stands in the history, and so does its way back', async () => {
  const { upsert, get, merge, undo } = await begin()
  const kept = await upsert({ email: 'a@example.com' })
  const gone = await upsert({ email: 'b@example.com', status: 'qualified' })
  const mergeId = await merge(kept.id, gone.id, ['status'])
  await undo(mergeId)

  assert.deepEqual(
    (await get<StatusChangeEntry[]>(`${kept.id}/status`)).map(({ from, to }) => [from, to]),
    [
      [null, 'new'],
      ['new', 'qualified'],
      ['qualified', 'new'],
    ],
  )
})

test('a lead that comes back to a stage that has gone begins anew', async () => {
  const { send, upsert, get, merge, undo } = await begin()
  const stages = [
    { key: 'asked', name: 'Asked' },
    { key: 'offered', name: 'Offered' },
  ]
  const { body } = await send<{ id: string }>('POST', '/api/integrations/crm/pipelines', { name: 'Roofs', stages })
  const kept = await upsert({ email: 'a@example.com' })
  const gone = await upsert({ email: 'b@example.com', pipelineId: body.data.id, status: 'offered' })
  const mergeId = await merge(kept.id, gone.id)
  assert.equal((await send('DELETE', `/api/integrations/crm/pipelines/${body.data.id}`)).status, 204)

  assert.equal((await undo(mergeId)).status, 200)

  const back = await get(gone.id)
  assert.deepEqual([back.pipelineId, back.status], [kept.pipelineId, 'new'])
})

test('an undo that would give a lead an address that another has meanwhile says so and changes nothing', async () => {
  const { send, upsert, get, merge, undo } = await begin()
  const kept = await upsert({ email: 'a@example.com' })
  const gone = await upsert({ email: 'b@example.com' })
  const other = await upsert({ email: 'c@example.com' })
  const mergeId = await merge(kept.id, gone.id, ['email'])
  await send('PATCH', `${base}/${other.id}`, { email: 'a@example.com' })

  const refused = await undo(mergeId)

  assert.equal(refused.status, 409)
  assert.match(refused.body.error, /has the address a@example\.com meanwhile/)
  assert.equal((await get(gone.id)).id, kept.id)
})

test('what was merged before the hub kept former names is found by them after the upgrade', async () => {
  const { upsert, merge } = await begin()
  const kept = await upsert({ email: 'a@example.com', phone: '+442079460003', externalIds: { ghl: 'c-3' } })
  const gone = await upsert({ email: 'b@example.com', phone: '+442079460004', externalIds: { ghl: 'c-4' } })
  await merge(kept.id, gone.id)
  const { hub: db } = hub.database
  await sql`delete from crm_former_names`.execute(db)

  const migration = readMigrations().find(({ name }) => name.includes('former_names'))
  for (const statement of migration!.sql.match(/^insert[^;]+;/gm) ?? []) await sql.raw(statement).execute(db)

  assert.equal((await upsert({ phone: '+442079460004' })).id, kept.id)
  assert.equal((await upsert({ externalIds: { ghl: 'c-4' } })).id, kept.id)
})
