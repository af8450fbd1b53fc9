import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import type { Lead, NewLead } from './schema.ts'

const clock = manualClock(Date.UTC(2026, 5, 1))
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())

const people: NewLead[] = [
  {
    email: 'ada@engines.example',
    name: 'Ada Lovelace',
    company: 'Analytical Engines',
    phone: '+442079460958',
    score: 80,
    tags: ['early', 'vip'],
    source: 'newsletter',
    customFields: { plan: 'pro', seats: 3 },
  },
  {
    email: 'grace@navy.example',
    name: 'Grace Hopper',
    company: 'Navy',
    score: 95,
    tags: ['vip'],
    source: 'call',
    customFields: { plan: 'free' },
  },
  { email: 'jose@example.com', name: 'José García', company: 'Ada & Sons', source: 'newsletter' },
  { email: 'alan@example.com', name: 'Alan Turing', score: -5, status: 'qualified', source: 'call' },
  { phone: '+12025550143', name: '100% Real_Name', source: 'import' },
]
await hub.database.inWorkspace(hub.workspace.id, async (tx) => {
  for (const person of people) {
    clock.advance(86_400_000)
    await hub.app.leads.upsert(tx, hub.workspace.id, person)
  }
})
const stranger = await hub.addWorkspace()

async function names(query: string, key?: string): Promise<(string | null)[]> {
  const { body, status, text } = await hub.request<Lead[]>(
    'GET',
    `/api/integrations/crm/leads?${query}`,
    key ? { key } : {},
  )
  assert.equal(status, 200, text)
  return body.data.map(({ name }) => name?.split(' ')[0] ?? null)
}

const cases: [string, string, string[]][] = [
  ['words of a name', 'q=lovelace', ['Ada']],
  ['a part of an address', 'q=navy.ex', ['Grace']],
  ['a word of the company as well as of the name', 'q=ada', ['José', 'Ada']],
  ['several words that must all be there', 'q=ada+sons', ['José']],
  ['accents or none', 'q=jose+garcia', ['José']],
  ['capital letters or none', 'q=TURING', ['Alan']],
  ['a phone number, however it is grouped', `q=${encodeURIComponent('020 7946-0958')}`, ['Ada']],
  ['short beginnings of words', 'q=gr', ['Grace']],
  ['signs that mean something in patterns', `q=${encodeURIComponent('100% real_')}`, ['100%']],
  ['letters that changed places', 'q=lovelcae', ['Ada']],
  ['a letter too few', 'q=hoper', ['Grace']],
  ['a letter too many', 'q=turring', ['Alan']],
  ['another letter', 'q=lovelase', ['Ada']],
  ['one word right and another not', 'q=ada+lovelcae', ['Ada']],
  ['words that are too far off for one letter', 'q=lovelacing', ['Ada']],
  ['signs of patterns amidst a word spelt wrong', `q=${encodeURIComponent('rael_name')}`, ['100%']],
  ['nothing that is like it', 'q=zzzzzz', []],
  ['a status', 'status=qualified', ['Alan']],
  ['one of several statuses', 'status=qualified,lost', ['Alan']],
  ['a source', 'source=call', ['Alan', 'Grace']],
  ['an owner, or none', 'ownerId=none&source=import', ['100%']],
  ['a tag', 'tag=vip', ['Grace', 'Ada']],
  ['tags that must all be there', 'tag=vip,early', ['Ada']],
  ['a score', 'scoreMin=81', ['Grace']],
  ['a score below', 'scoreMax=0', ['Alan']],
  ['a custom field', `custom=${encodeURIComponent('{"plan":"pro"}')}`, ['Ada']],
  ['a custom number', `custom=${encodeURIComponent('{"seats":3}')}`, ['Ada']],
  ['when they became known', 'createdAfter=2026-06-05T00:00:00Z&createdBefore=2026-06-06T00:00:00Z', ['Alan']],
  ['when something last happened', 'activeBefore=2026-06-03T00:00:00Z', ['Ada']],
]
for (const [what, query, expected] of cases) {
  test(`leads are found by ${what}`, async () => {
    assert.deepEqual(await names(query), expected)
    assert.deepEqual(await names(query, stranger.apiKey), [])
  })
}

const sorts: [string, string[]][] = [
  ['created', ['100%', 'Alan', 'José', 'Grace', 'Ada']],
  ['created&order=asc', ['Ada', 'Grace', 'José', 'Alan', '100%']],
  ['updated', ['100%', 'Alan', 'José', 'Grace', 'Ada']],
  ['activity&order=asc', ['Ada', 'Grace', 'José', 'Alan', '100%']],
  ['score', ['Grace', 'Ada', 'Alan', '100%', 'José']],
  ['name', ['100%', 'Ada', 'Alan', 'Grace', 'José']],
  ['name&order=desc', ['José', 'Grace', 'Alan', 'Ada', '100%']],
]
for (const [sort, expected] of sorts) {
  test(`leads come in the order of ${sort}, page by page`, async () => {
    const found: (string | null)[] = []
    let cursor: string | null | undefined = ''
    for (let pages = 0; cursor !== null; pages += 1) {
      assert.ok(pages < 10)
      const path: string = `/api/integrations/crm/leads?sort=${sort}&limit=2${cursor ? `&cursor=${cursor}` : ''}`
      const { body, text } = await hub.request<Lead[]>('GET', path)
      assert.ok(body.success, text)
      found.push(...body.data.map(({ name }) => name!.split(' ')[0]!))
      cursor = body.nextCursor
    }
    assert.deepEqual(found, expected)
  })
}

test('a search that cannot be read is refused', async () => {
  for (const query of [
    'custom=[1]',
    'custom={',
    'status=A',
    'sort=luck',
    'cursor=AAAA',
    'createdAfter=2026-02-31T00:00:00Z',
    'ownerId=me',
  ]) {
    const { status, text } = await hub.request('GET', `/api/integrations/crm/leads?${query}`)
    assert.equal(status, 400, `${query}: ${text}`)
  }
})

test('the role that searches may use the trigram index, which row-level security keeps from the role of requests', async () => {
  const planAs = (role: 'hub' | 'request') =>
    hub.database.transaction(async (tx) => {
      // A table this small would be read from end to end.
      await sql`set local enable_seqscan = off`.execute(tx)
      if (role === 'request') await sql`set local role tenon_request`.execute(tx)
      const { rows } = await sql`explain select id from crm_leads where search_text like '%lovelace%'`.execute(tx)
      return JSON.stringify(rows)
    })

  assert.match(await planAs('hub'), /crm_leads_search/)
  assert.doesNotMatch(await planAs('request'), /crm_leads_search/)
})

test('of a word that many have, and of one that is spelt wrong, all pages together have each lead once and in order', async () => {
  const crowd = await hub.addWorkspace()
  const count = 2_300
  const now = new Date(clock.now())
  await sql`
    insert into crm_leads (workspace_id, id, name, source, pipeline_id, status, status_changed_at, search_text, last_activity_at, created_at, updated_at)
    select ${crowd.id}, uuidv7(), name, 'import', ${crowd.id}, 'new', ${now}, lower(' ' || name), ${now}, ${now}, ${now}
    from (select 'Lovelace ' || lpad(((n * 7919) % ${count})::text, 4, '0') as name from generate_series(1, ${count}::integer) n) names`.execute(
    hub.database.hub,
  )
  // Words are learnt every minute.
  clock.advance(60_000)
  hub.app.engine.wake()
  await until('the word to be learnt', async () => {
    const { rows } = await sql`select from crm_words where workspace_id = ${crowd.id}`.execute(hub.database.hub)
    return rows.length > 0
  })
  const every = Array.from({ length: count }, (_, n) => `Lovelace ${String(n).padStart(4, '0')}`)

  for (const q of ['lovelace', 'lovelcae', 'lovelace 11', 'lovelcae 11']) {
    const found: (string | null)[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path: string = `/api/integrations/crm/leads?q=${encodeURIComponent(q)}&sort=name&limit=100${cursor ? `&cursor=${cursor}` : ''}`
      const { body, text } = await hub.request<Lead[]>('GET', path, { key: crowd.apiKey })
      assert.ok(body.success, text)
      found.push(...body.data.map(({ name }) => name))
      cursor = body.nextCursor ?? null
    }
    const expected = every.filter((name) => !q.includes('11') || name.includes(' 11'))
    assert.deepEqual(found, expected, q)
  }
})
