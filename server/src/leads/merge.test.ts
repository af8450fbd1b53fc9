import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import type { Activity, Duplicates, Lead, Merge, NewLead, PersonalData } from './schema.ts'

const base = '/api/integrations/crm/leads'
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = Lead>(method: string, path: string, body?: unknown) =>
    hub.request<Data>(method, path, { key, ...(body === undefined ? {} : { body }) })
  const upsert = (input: NewLead) => {
    clock.advance(1_000)
    return hub.database.inWorkspace(id, async (tx) => (await hub.app.leads.upsert(tx, id, input)).lead)
  }
  const types = async (lead: string) =>
    (await send<Activity[]>('GET', `${base}/${lead}/activities`)).body.data.map(({ type }) => type)
  return { id, send, upsert, types }
}

test('leads that may be one person are shown with why, and a name alone is no reason', async () => {
  const { send, upsert } = await begin()
  const phone = '+442079460958'
  const [one, other] = [
    await upsert({ email: 'a@example.com', phone }),
    await upsert({ email: 'b@example.com', phone }),
  ]
  await upsert({ email: 'ada.l@gmail.com' })
  await upsert({ email: 'adal+news@gmail.com' })
  await upsert({ email: 'info+1@example.com' })
  await upsert({ email: 'info+2@example.com' })
  await upsert({ email: 'x@example.com', name: 'Alan Turing', company: 'NPL' })
  await upsert({ email: 'y@example.com', name: 'alan turing', company: 'npl' })
  await upsert({ email: 'z@example.com', name: 'Alan Turing' })

  const { data: groups } = (await send<Duplicates>('GET', '/api/integrations/crm/duplicates')).body

  assert.deepEqual(
    groups.map(({ reason, value, leads }) => [reason, value, leads.length]),
    [
      ['name_and_company', 'alan turing, npl', 2],
      ['email', 'adal@gmail.com', 2],
      ['phone', phone, 2],
    ],
  )
  const { data: own } = (await send<Duplicates>('GET', `${base}/${one.id}/duplicates`)).body
  assert.deepEqual(
    own.map(({ leads }) => leads.map(({ id }) => id)),
    [[one.id, other.id]],
  )
})

test('a merge keeps what was chosen, moves the timeline, and is found under the old names', async () => {
  const { send, upsert, types } = await begin()
  const kept = await upsert({ email: 'ada@example.com', name: 'Ada', tags: ['a'], customFields: { x: 1 } })
  const gone = await upsert({
    email: 'lovelace@example.com',
    name: 'Ada Lovelace',
    company: 'Engines',
    phone: '+442079460958',
    tags: ['b'],
    customFields: { x: 2, y: 3 },
    externalIds: { gohighlevel: 'c-1' },
  })
  await send('POST', `${base}/${gone.id}/notes`, { text: 'Hello' })

  const merged = await send<{ lead: Lead; mergeId: string }>('POST', `${base}/${kept.id}/merge`, {
    from: gone.id,
    fields: ['name'],
  })

  assert.equal(merged.status, 200, merged.text)
  const { lead } = merged.body.data
  assert.deepEqual(
    [lead.id, lead.email, lead.name, lead.company, lead.phone],
    [kept.id, 'ada@example.com', 'Ada Lovelace', 'Engines', '+442079460958'],
  )
  assert.deepEqual(
    [lead.tags, lead.customFields, lead.externalIds],
    [['a', 'b'], { x: 1, y: 3 }, { gohighlevel: 'c-1' }],
  )
  assert.deepEqual((await types(kept.id)).toSorted(), ['created', 'created', 'merged', 'note'])
  assert.equal((await send('GET', `${base}/${gone.id}`)).body.data.id, kept.id)
  assert.equal((await send('GET', `${base}/lovelace@example.com`)).body.data.id, kept.id)
  const again = await upsert({ email: 'lovelace@example.com', jobTitle: 'Countess' })
  assert.deepEqual([again.id, again.email, again.jobTitle], [kept.id, 'ada@example.com', 'Countess'])
  const { data: merges } = (await send<Merge[]>('GET', `${base}/${kept.id}/merges`)).body
  assert.deepEqual(
    merges.map(({ mergedLeadId, email, fields, undoneAt }) => [mergedLeadId, email, fields, undoneAt]),
    [[gone.id, 'lovelace@example.com', ['name'], null]],
  )
  assert.equal(
    (await send<{ payload: { mergedLeadId: string } }[]>('GET', '/api/events?type=lead.merged')).body.data[0]!.payload
      .mergedLeadId,
    gone.id,
  )
})

test('a merge is undone: both are as they were, except for what changed since', async () => {
  const { send, upsert, types } = await begin()
  const kept = await upsert({ email: 'ada@example.com', name: 'Ada King' })
  const gone = await upsert({
    email: 'lovelace@example.com',
    company: 'Engines',
    name: 'Ada Lovelace',
    externalIds: { crm: '7' },
  })
  await send('PUT', `${base}/${gone.id}/status`, { status: 'contacted' })
  const { mergeId } = (
    await send<{ mergeId: string }>('POST', `${base}/${kept.id}/merge`, {
      from: 'lovelace@example.com',
      fields: ['name'],
    })
  ).body.data
  await send('PATCH', `${base}/${kept.id}`, { company: 'Changed since' })

  const undone = await send<{ lead: Lead; restored: Lead }>('POST', `/api/integrations/crm/merges/${mergeId}/undo`)
  const twice = await send('POST', `/api/integrations/crm/merges/${mergeId}/undo`)

  assert.equal(undone.status, 200, undone.text)
  const { lead, restored } = undone.body.data
  assert.deepEqual([lead.name, lead.company, lead.externalIds], ['Ada King', 'Changed since', {}])
  assert.deepEqual(
    [restored.id, restored.email, restored.company, restored.status, restored.externalIds],
    [gone.id, 'lovelace@example.com', 'Engines', 'contacted', { crm: '7' }],
  )
  assert.deepEqual((await types(gone.id)).toSorted(), ['created', 'separated', 'status_changed'])
  assert.equal((await send<unknown[]>('GET', `${base}/${gone.id}/status`)).body.data.length, 2)
  assert.deepEqual([twice.status, twice.body.errorCode], [409, 'CONFLICT'])
  assert.equal((await send('GET', `${base}/lovelace@example.com`)).body.data.id, gone.id)
})

test('a merge that makes no sense is refused', async () => {
  const { send, upsert } = await begin()
  const lead = await upsert({ email: 'ada@example.com' })

  assert.equal((await send('POST', `${base}/${lead.id}/merge`, { from: lead.id })).status, 400)
  assert.equal((await send('POST', `${base}/${lead.id}/merge`, { from: 'nobody@example.com' })).status, 400)
  assert.equal((await send('POST', `${base}/nobody@example.com/merge`, { from: lead.id })).status, 404)
  assert.equal((await send('POST', `${base}/${lead.id}/merge`, { from: lead.id, fields: ['password'] })).status, 400)
})

test('a person gets all that is kept, and is forgotten with what events said', async () => {
  const { send } = await begin()
  await send('POST', '/api/leads', { email: 'ada@example.com', name: 'Ada Lovelace', message: 'Secret words' })

  const data = await send<PersonalData>('GET', `${base}/ada@example.com/export`)
  const erased = await send<{ events: number }>('POST', `${base}/ada@example.com/erase`)

  assert.deepEqual(
    [data.body.data.lead.name, data.body.data.activities.length, data.body.data.events.length],
    ['Ada Lovelace', 1, 1],
  )
  assert.match(data.text, /Secret words/)
  assert.equal(erased.body.data.events, 1)
  const events = await send<{ type: string }[]>('GET', '/api/events')
  assert.deepEqual(
    events.body.data.map(({ type }) => type),
    ['lead.erased', 'lead.captured'],
  )
  assert.doesNotMatch(events.text, /Secret words|ada@example|Lovelace/)
  assert.equal((await send('GET', `${base}/ada@example.com`)).status, 404)
})

test('a person of whom thousands of events told is forgotten whole, step by step', async () => {
  const { id: workspaceId, send } = await begin()
  const { body } = await send<{ leadId: string }>('POST', '/api/leads', { email: 'ada@example.com' })
  const { leadId } = body.data
  const events = await hub.database.transaction((tx) =>
    hub.app.engine.publish(
      tx,
      workspaceId,
      Array.from({ length: 1_300 }, () => ({ type: 'lead.updated', payload: { leadId, note: 'Secret words' } })),
    ),
  )
  await hub.database.transaction((tx) =>
    sql`insert into crm_activities (workspace_id, lead_id, id, type, title, occurred_at, event_id)
      select ${workspaceId}, ${leadId}, event_id, 'edited', '', now(), event_id
      from unnest(${events.map(({ id }) => id)}::uuid[]) event_id`.execute(tx),
  )

  const erased = await send<{ events: number }>('POST', `${base}/ada@example.com/erase`)

  assert.equal(erased.body.data.events, 1_301)
  await until('everything to be forgotten', async () => {
    const { rows } = await sql<{ left: number }>`select count(*)::int as left from events
      where workspace_id = ${workspaceId} and payload like '%Secret words%'`.execute(hub.database.hub)
    return rows[0]?.left === 0
  })
})
