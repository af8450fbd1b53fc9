import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { Value } from 'typebox/value'
import { systemClock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import { listTenantTables } from '../test/victim.ts'
import { mentions } from './mentions.ts'
import { personalData } from './privacy.ts'
import { findLead } from './queries.ts'
import { PersonalData } from './schema.ts'
import { traces } from './traces.ts'

const base = '/api/integrations/crm/leads'
const hub = await startHub()
after(() => hub[Symbol.asyncDispose]())
const { hub: db } = hub.database

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = unknown>(method: string, path: string, body?: unknown) =>
    hub.request<Data>(method, path, { key, ...(body === undefined ? {} : { body }) })
  const capture = async (lead: object) => (await send<{ leadId: string }>('POST', '/api/leads', lead)).body.data.leadId
  const exported = async (lead: string) => {
    const answer = await send<PersonalData>('GET', `${base}/${lead}/export`)
    assert.equal(answer.status, 200, answer.text)
    assert.ok(Value.Check(PersonalData, answer.body.data), JSON.stringify(Value.Errors(PersonalData, answer.body.data)))
    return answer.body.data
  }
  return { id, send, capture, exported }
}

/** So many events and activities of a lead, by the database itself. */
async function addHistory(workspaceId: string, leadId: string, count: number): Promise<void> {
  const prefix = newId(systemClock).slice(0, 14)
  await sql`insert into events (workspace_id, id, type, payload, occurred_at)
    select ${workspaceId}, (${prefix} || '7' || lpad(to_hex(n), 3, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'lead.updated',
      json_build_object('leadId', ${leadId}::text, 'n', n)::text, now() from generate_series(1, ${count}) n`.execute(db)
  await sql`insert into crm_activities (workspace_id, id, lead_id, type, title, event_id, occurred_at)
    select workspace_id, id, ${leadId}, 'edited', 'Changed', id, now() from events
    where workspace_id = ${workspaceId} and type = 'lead.updated'`.execute(db)
}

/** One row of each kind that other parts of the hub keep, of this person. */
async function leaveTraces(workspaceId: string, leadId: string, email: string, phone: string): Promise<void> {
  const [id, callId, importId, integrationId, logId] = Array.from({ length: 5 }, () => newId(systemClock))
  for (const statement of [
    sql`insert into calendar_events (workspace_id, id, status, mode, title, starts_at, ends_at, name, email, notes, source, created_at, updated_at)
      values (${workspaceId}, ${id}, 'confirmed', 'any', ${`Roof of ${email}`}, now(), now(), 'Secret name', ${email.toUpperCase()}, 'Secret', 'api', now(), now())`,
    sql`insert into consultation_requests (workspace_id, id, status, email, created_at, updated_at)
      values (${workspaceId}, ${id}, 'requested', ${email}, now(), now())`,
    sql`insert into calls (workspace_id, id, call_id, agent_id, source, status, details, lead_id, started_at, created_at, updated_at)
      values (${workspaceId}, ${callId}, ${`call of ${leadId}`}, 'agent', 'api', 'completed',
        ${JSON.stringify({ callOutcome: 'won', customerEmail: email, transcript: 'Secret' })}, ${leadId}, now(), now(), now())`,
    sql`insert into email_send_records (workspace_id, id, status, to_email, subject, text, attachments, created_at, updated_at)
      values (${workspaceId}, ${id}, 'sent', ${email}, 'Secret', 'Secret', '[{"name": "offer.pdf", "type": "x", "base64": "AAAA"}]', now(), now())`,
    sql`insert into sms_messages (workspace_id, id, status, to_phone, text, created_at, updated_at)
      values (${workspaceId}, ${id}, 'sent', ${phone}, 'Secret', now(), now())`,
    sql`insert into sms_opt_outs (workspace_id, phone, source, created_at) values (${workspaceId}, ${phone}, 'person', now())`,
    sql`insert into ad_leads (workspace_id, connector, external_id, lead_id, taken_at) values (${workspaceId}, 'facebook', ${`form entry ${id}`}, ${leadId}, now())`,
    sql`insert into crm_imports (workspace_id, id, name, status, columns, mapping, total, created_at)
      values (${workspaceId}, ${importId}, 'people.csv', 'completed', '{a}', '{}', 2, now())`,
    sql`insert into crm_import_errors (workspace_id, import_id, row, message, cells)
      values (${workspaceId}, ${importId}, 1, 'bad', ${[` ${email}`, 'Secret']})`,
    sql`insert into integration_sync_logs (workspace_id, id, integration_id, operation, direction, status, at, duration_ms, request)
      values (${workspaceId}, ${logId}, ${integrationId}, 'contacts.create', 'outbound', 'success', now(), 1, ${JSON.stringify({ email, note: 'Secret' })})`,
    sql`insert into inbound_webhooks (workspace_id, id, integration_id, connector, path, url, method, headers, body, received_at, status)
      values (${workspaceId}, ${newId(systemClock)}, ${integrationId}, 'twilio', '/', '/', 'POST', '{}',
        ${Buffer.from(`Body=Secret&From=${encodeURIComponent(phone)}`)}, now(), 'processed')`,
    sql`insert into service_results (workspace_id, id, service, status, data, created_at, finished_at, keep_until)
      values (${workspaceId}, ${id}, 'uploadFile', 'success', ${JSON.stringify({ email, note: 'Secret' })}, now(), now(), now())`,
    sql`insert into dead_letters (workspace_id, id, lane, kind, attempt, reason, died_at, payload) values (${workspaceId}, ${newId(systemClock)}, ${id},
      'replies.reply', 3, 'exhausted', now(), ${JSON.stringify({ leadId, text: `Write to ${email}` })})`,
    sql`insert into crm_exports (workspace_id, id, status, filter, created_at) values (${workspaceId}, ${id}, 'completed', '{}', now())`,
    sql`insert into crm_export_parts (workspace_id, export_id, position, text) values (${workspaceId}, ${id}, 0, ${`${leadId},Secret`})`,
  ])
    await statement.execute(db)
}

const others = { email: 'ada_x@example.com', phone: '+442079460001' }
const lists = (data: PersonalData) => Object.entries(data).filter(([name]) => name !== 'lead') as [string, unknown[]][]

test('a person gets every one of tens of thousands of events once, and nothing of another workspace', async () => {
  const [one, other] = [await begin(), await begin()]
  const leadId = await one.capture({ email: 'ada@example.com' })
  const theirs = await other.capture({ email: 'ada@example.com' })
  await addHistory(one.id, leadId, 20_500)
  await addHistory(other.id, theirs, 3)

  const data = await one.exported(leadId)

  const numbers = data.events.map(({ payload }) => (payload as { n?: number }).n ?? 0)
  assert.deepEqual([data.events.length, data.activities.length], [20_501, 20_501])
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    Array.from({ length: 20_501 }, (_, n) => n),
  )
  assert.equal(new Set(data.activities.map(({ id }) => id)).size, 20_501)
  assert.ok(!JSON.stringify(data).includes(theirs))
  assert.equal((await other.exported(theirs)).events.length, 4)
})

test('what is kept about a person is read as it is taken off, a page at a time', async () => {
  const { id, capture } = await begin()
  const leadId = await capture({ email: 'ada@example.com' })
  await addHistory(id, leadId, 3_000)
  let transactions = 0
  const counting = {
    ...hub.database,
    inWorkspace: ((...given) => {
      transactions += 1
      return hub.database.inWorkspace(...given)
    }) as typeof hub.database.inWorkspace,
  }

  const text = await personalData(counting, id, async (tx) => (await findLead(tx, id, leadId))!)
  const pieces: { length: number; transactions: number }[] = []
  for await (const piece of text) pieces.push({ length: piece.length, transactions })

  const [head, , first] = pieces
  assert.deepEqual([head?.transactions, first?.transactions], [1, 2])
  assert.ok(Math.max(...pieces.map(({ length }) => length)) < 250_000)
})

test('large events come a few at a time, and none is left out', async () => {
  const { id, capture, exported } = await begin()
  const leadId = await capture({ email: 'ada@example.com' })
  await addHistory(id, leadId, 5)
  await sql`update events set payload = json_build_object('leadId', ${leadId}::text, 'text', repeat('x', 1500000))::text
    where workspace_id = ${id} and type = 'lead.updated'`.execute(db)

  const text = await personalData(hub.database, id, async (tx) => (await findLead(tx, id, leadId))!)
  const sizes: number[] = []
  for await (const piece of text) sizes.push(piece.length)

  assert.ok(Math.max(...sizes) < 5_000_000)
  assert.equal((await exported(leadId)).events.length, 6)
})

test('what fails on the way is cut off, and is no whole document', async () => {
  const { id, send, capture } = await begin()
  const leadId = await capture({ email: 'ada@example.com' })
  await addHistory(id, leadId, 600)
  await sql`update events set payload = 'no JSON' where workspace_id = ${id} and id = (
    select id from events where workspace_id = ${id} order by id desc limit 1)`.execute(db)

  const answer = send('GET', `${base}/${leadId}/export`)

  await assert.rejects(answer, /terminated|socket/i)
  assert.equal((await send('GET', `${base}/nobody@example.com/export`)).status, 404)
})

test('a person gets what each part of the hub keeps, and nobody else’s', async () => {
  const { id, capture, exported } = await begin()
  const person = { email: 'ada_l@example.com', phone: '+442079460958' }
  const leadId = await capture({ ...person, name: 'Ada' })
  // Alike for a pattern, where _ stands for any letter.
  const other = await capture({ email: 'adaxl@example.com', phone: '+442079460959', name: 'Other' })
  await leaveTraces(id, leadId, person.email, person.phone)
  await leaveTraces(id, other, 'adaxl@example.com', '+442079460959')

  const data = await exported(leadId)

  assert.deepEqual(Object.fromEntries(lists(data).map(([name, rows]) => [name, rows.length])), {
    ...{
      activities: 1,
      statusChanges: 1,
      merged: 0,
      bookings: 1,
      consultationRequests: 1,
      calls: 1,
      mails: 1,
      messages: 1,
    },
    ...{ optOuts: 1, adLeads: 1, importErrors: 1, events: 1, operations: 1, webhooks: 1, results: 1 },
  })
  assert.ok(!JSON.stringify(data).includes('adaxl'))
  assert.deepEqual(data.mails[0]?.attachments, ['offer.pdf'])
})

test('a person is forgotten by each part of the hub, and nobody else is', async () => {
  const { id, send, capture, exported } = await begin()
  const person = { email: 'ada@example.com', phone: '+442079460958' }
  const leadId = await capture({ ...person, name: 'Ada' })
  const other = await capture({ ...others, name: 'Other' })
  await leaveTraces(id, leadId, person.email, person.phone)
  await leaveTraces(id, other, others.email, others.phone)
  await send('POST', '/api/forms/contact/submissions', { email: person.email, fields: { note: 'Secret' } })
  const before = await exported(other)

  const erased = await send('POST', `${base}/${leadId}/erase`)

  assert.equal(erased.status, 200, erased.text)
  await until('everything to be forgotten', async () => (await textOf(id, person.email)).length === 0)
  assert.deepEqual(await textOf(id, person.phone), ['sms_opt_outs'])
  assert.deepEqual(await exported(other), before)
  const bookings = await sql<{ title: string; name: string | null }>`
    select title, name from calendar_events where workspace_id = ${id} order by name nulls first`.execute(db)
  assert.deepEqual(
    bookings.rows.map(({ title }) => title),
    ['Booking', `Roof of ${others.email}`],
  )
})

/** The tables in which a text stands anywhere in a row of the workspace. */
async function textOf(workspaceId: string, text: string): Promise<string[]> {
  const found: string[] = []
  for (const { name, column } of await tenantTables()) {
    const { rows } = await sql<{
      found: boolean
    }>`select exists (select from ${sql.table(name)} t where ${sql.ref(column)} = ${workspaceId}
      and (t::text ilike ${`%${text}%`} or t::text like ${`%${Buffer.from(encodeURIComponent(text)).toString('hex')}%`})) as found`.execute(
      db,
    )
    // Work under way and the answers of requests are gone when they are done, or a day later.
    if (rows[0]?.found && !['ready', 'idempotency_keys'].includes(name)) found.push(name)
  }
  return found
}

async function tenantTables() {
  const client = new pg.Client(hub.databaseUrl)
  await client.connect()
  try {
    return await listTenantTables(client)
  } finally {
    await client.end()
  }
}

/** Why a table is neither a person's own rows nor read for what mentions a person. */
const elsewhere: Record<string, readonly string[]> = {
  'goes with the lead': [
    ...[
      'crm_leads',
      'crm_lead_external_ids',
      'crm_activities',
      'crm_status_changes',
      'crm_merges',
      'crm_former_names',
      'crm_erasures',
      'crm_words',
    ],
  ],
  'goes with what it belongs to': [
    ...['attempts', 'call_deliveries', 'calendar_confirmations', 'calendar_claims', 'crm_export_parts', 'crm_exports'],
  ],
  'is work under way, or its answer, gone when done or after some days': [
    ...[
      'ready',
      'scheduled',
      'dead_letters',
      'job_keys',
      'idempotency_keys',
      'crm_import_chunks',
      'sms_reports',
      'turns',
    ],
    ...['operation_outcomes', 'inbound_event_ids', 'calendar_holds', 'replays', 'integration_syncs'],
  ],
  'is about who works here': [
    ...['workspaces', 'members', 'api_keys', 'agents', 'calendar_hosts', 'oauth_states', 'connect_sessions'],
  ],
  'is a setting, or a count': [
    ...[
      'event_types',
      'webhook_endpoints',
      'subscription_versions',
      'lanes',
      'lane_statistics',
      'workspace_statistics',
    ],
    ...[
      'integrations',
      'integration_subscriptions',
      'vendor_subscriptions',
      'email_templates',
      'crm_pipelines',
      'crm_stages',
    ],
    ...['calendar_providers', 'calendar_busy', 'crm_imports', 'crm_word_readings', 'ad_lead_cursors', 'files'],
  ],
}

test('of every table it is decided whether it is a part of what is kept about a person', async () => {
  const decided = new Set([
    ...[...Object.values(traces), ...Object.values(mentions)].map(({ table }) => table as string),
    ...Object.values(elsewhere).flat(),
  ])

  const names = (await tenantTables()).map(({ name }) => name)

  assert.deepEqual(
    names.filter((name) => !decided.has(name)),
    [],
  )
  assert.deepEqual(
    [...decided].filter((name) => !names.includes(name)),
    [],
  )
})

test('a person’s SMS and calls are found by an index, as the tenant, too', async () => {
  const { id } = await begin()
  const leadId = newId(systemClock)
  const tables = {
    sms_messages: sql`(workspace_id, id, status, to_phone, text, created_at, updated_at)
      select ${id}, gen_random_uuid(), 'sent', '+4420' || n, 'Hello', now(), now() from generate_series(1, 3000) n`,
    calls: sql`(workspace_id, id, call_id, agent_id, source, status, details, lead_id, started_at, created_at, updated_at)
      select ${id}, gen_random_uuid(), n::text, 'agent', 'api', 'completed', '{}', gen_random_uuid(), now(), now(), now()
      from generate_series(1, 3000) n`,
  }
  for (const [name, rows] of Object.entries(tables)) {
    await sql`insert into ${sql.table(name)} ${rows}`.execute(db)
    await sql`analyze ${sql.table(name)}`.execute(db)
  }
  const person = { leadId, leadIds: [leadId], emails: [], phones: ['+44201'] }

  const plans = await hub.database.inWorkspace(id, async (tx) => {
    const messages =
      await sql`explain delete from sms_messages where workspace_id = ${id} and ${traces.messages.isOf(person)}`.execute(
        tx,
      )
    const operations = await sql`explain select from integration_sync_logs
      where workspace_id = ${id} and ${mentions.operations.orOf(id, person)}`.execute(tx)
    return [messages, operations].map(({ rows }) => JSON.stringify(rows))
  })

  assert.match(plans[0]!, /sms_messages_phone/)
  assert.match(plans[1]!, /calls_lead/)
})
