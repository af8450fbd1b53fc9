import type { Client } from 'pg'
import type { Row } from '../row.ts'
import { setStage } from '../stage.ts'
import { percentile } from '../table.ts'

/** What people look for, each with another word every time: from what hardly anybody has to what nearly everybody has. */
const searches: { name: string; query(random: () => number): string }[] = [
  { name: 'a whole name', query: (random) => `q=${first(random)}+${last(random)}` },
  { name: 'a last name', query: (random) => `q=${last(random)}` },
  { name: 'a part of an address', query: (random) => `q=${last(random).toLowerCase()}${Math.floor(random() * 1_000)}` },
  { name: 'a common word', query: () => 'q=example' },
  { name: 'two letters swapped', query: (random) => `q=${swapped(last(random).toLowerCase())}` },
  { name: 'a letter too many', query: (random) => `q=${respelt(random, 0, 1)}` },
  { name: 'a letter missing', query: (random) => `q=${respelt(random, 1, 0)}` },
  { name: 'another letter', query: (random) => `q=${respelt(random, 1, 1)}` },
  { name: 'status and source', query: () => 'status=qualified&source=call' },
  { name: 'a tag and a score', query: () => 'tag=vip&scoreMin=50' },
  { name: 'a custom field', query: () => `custom=${encodeURIComponent('{"plan":"enterprise"}')}` },
  { name: 'the newest', query: () => '' },
  { name: 'by score', query: () => 'sort=score' },
  { name: 'by name', query: () => 'sort=name' },
]

/** Searching a workspace of 1,000,000 leads over HTTP, one request after another, as a person who types does. */
export const leads: Row = async ({ postgres, rounds, quick, report }) => {
  await using stage = await setStage(postgres)
  const { id, key } = stage.workspace
  const count = quick ? 100_000 : 1_000_000
  await stage.client.query(fill, [id, count, firstNames, lastNames])
  await stage.client.query('vacuum analyze crm_leads')
  await wordsLearnt(stage.client, id)
  const random = randomOf(1)
  const ask = async (query: string): Promise<number> => {
    const began = performance.now()
    const answer = await fetch(`http://127.0.0.1:${stage.hubs[0]!.port}/api/integrations/crm/leads?limit=50&${query}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${query} answered ${answer.status}: ${text}`)
    return performance.now() - began
  }
  for (const { query } of searches) for (let warm = 0; warm < 5; warm++) await ask(query(random))

  for (const { name, query } of searches) {
    const p95: number[] = []
    for (let round = 0; round < rounds; round++) {
      const times: number[] = []
      for (let at = 0; at < (quick ? 20 : 60); at++) times.push(await ask(query(random)))
      p95.push(percentile(times, 0.95))
    }
    report({
      name: `leads among ${count.toLocaleString('en')}, ${name}, p95`,
      unit: 'ms',
      measured: p95,
      bar: { atMost: 50 },
    })
  }
}

const firstNames =
  'Ada Grace Alan Edsger Barbara Donald Margaret Dennis Frances Ken Radia Niklaus Karen Tim Hedy Vint Joan Leslie Adele John Sophie Linus Mary Guido Annie Bjarne Evelyn James Katherine Brian'.split(
    ' ',
  )
const lastNames = Array.from({ length: 1_500 }, (_, at) => nameOf(at))

const first = (random: () => number) => firstNames[Math.floor(random() * firstNames.length)]!
const last = (random: () => number) => lastNames[Math.floor(random() * lastNames.length)]!

/** Two of its letters changed places. */
const swapped = (word: string): string => word.slice(0, 2) + word[3]! + word[2]! + word.slice(4)

/** A last name with letters at one place, not the first, taken away and others, whichever, put in. */
function respelt(random: () => number, away: number, more: number): string {
  const word = last(random).toLowerCase()
  const at = 1 + Math.floor(random() * (word.length - 1))
  const letter = 'abcdefghijklmnopqrstuvwxyz'[Math.floor(random() * 26)]!
  return word.slice(0, at) + letter.repeat(more) + word.slice(at + away)
}

/** The hub begins with it at the next full minute. */
async function wordsLearnt(client: Client, workspaceId: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      'select from crm_word_readings where workspace_id = $1 and caught_up_at >= began_at',
      [workspaceId],
    )
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** A name that can be spoken, another for every number. */
function nameOf(at: number): string {
  const parts = ['ba', 'den', 'ka', 'lor', 'mi', 'nas', 'o', 'per', 'ru', 'sen', 'ti', 'vel', 'wo', 'zan', 'ge']
  const [one, two, three] = [at % 15, Math.floor(at / 15) % 15, (Math.floor(at / 225) + at) % 15]
  const word = parts[one]! + parts[two]! + parts[three]!
  return word[0]!.toUpperCase() + word.slice(1)
}

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** Straight into the table: one status in twenty is qualified, one tag in a hundred vip, one plan in five hundred enterprise. */
const fill = `
  insert into crm_leads (workspace_id, id, email, name, company, phone, source, pipeline_id, status, status_changed_at, score, tags, custom_fields,
    search_text, last_activity_at, created_at, updated_at)
  select $1::uuid, uuidv7(interval '1 ms' * (n - $2::integer)), email, name, company, phone, case when n % 7 = 0 then 'call' else 'newsletter' end, $1::uuid,
    case when n % 20 = 0 then 'qualified' else 'new' end, now(), n % 101, case when n % 100 = 0 then '{vip}'::text[] else '{}' end,
    jsonb_build_object('plan', case when n % 500 = 0 then 'enterprise' else 'free' end),
    lower(' ' || name || ' ' || email || ' ' || phone || ' ' || company), now() - interval '1 s' * n, now(), now() - interval '1 s' * (n % 500000)
  from (
    select n, f || ' ' || l as name, lower(l) || n || '@example.com' as email, 'Company ' || n % 20000 as company, '+1' || (2000000000 + n) as phone
    from (select n, $3::text[] as firsts, $4::text[] as lasts from generate_series(1, $2::integer) n) s,
      lateral (select firsts[1 + (n * 7919::bigint) % array_length(firsts, 1)] as f, lasts[1 + (n * 104729::bigint) % array_length(lasts, 1)] as l) names
  ) people`
