import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Sort } from './schema.ts'

/** Where a lead stands in a list: its id and what the list is sorted by. */
export type Place = { id: string; value: string }

/**
 * How a list is sorted: by what (besides the id), and what a cursor to it holds, after a mark by which a cursor to another list is told. The id says
 * itself when a lead became known.
 */
export type Order = {
  by: RawBuilder<unknown> | undefined
  value: RawBuilder<unknown>
  cast: string
  mark: string
  part: RegExp
}

export const orders: Record<Sort, Order> = {
  created: { by: undefined, value: sql`''`, cast: 'text', mark: '', part: /^$/ },
  updated: timeOrder('updated_at', 'u', /^u\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  activity: timeOrder('last_activity_at', 'a', /^a\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
  score: {
    by: sql`coalesce(score, '-infinity')`,
    value: sql`coalesce(score, '-infinity')::text`,
    cast: 'double precision',
    mark: 's',
    part: /^s-?(Infinity|\d+(\.\d+)?(e[+-]?\d+)?)$/,
  },
  name: {
    by: sql`lower(coalesce(name, ''))`,
    value: sql`lower(coalesce(name, ''))`,
    cast: 'text',
    mark: 'n',
    part: /^n[^\0]{0,1000}$/s,
  },
}

function timeOrder(column: string, mark: string, part: RegExp): Order {
  const by = sql.ref(column)
  return {
    by,
    value: sql`to_char(${by} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    cast: 'timestamptz',
    ...{ mark, part },
  }
}

export type Wanted = {
  conditions: RawBuilder<SqlBool>[]
  /** What the text of a lead has to have. */
  words: RawBuilder<SqlBool>[]
  order: Order
  direction: 'asc' | 'desc'
  after: Place | undefined
  limit: number
}

/** Leads that are sorted by themselves, and that are looked through in their order: either takes some 20 ms. */
const mostSorted = 2_000
const mostLookedThrough = 20_000

/**
 * Finds the first leads of a list. A word that many have is met soon along the list, and one that few have is had from the index over trigrams;
 * the planner's guess of what is many comes from a sample, and a wrong one makes it read all leads one by one, so neither way is gone far.
 * @param isFrequent Whether the words are known to be frequent
 */
export async function findPlaces(db: Db, wanted: Wanted, isFrequent = false): Promise<Place[]> {
  if (wanted.words.length === 0) return along(db, wanted)
  if (!isFrequent && (await guess(db, wanted)) <= 2 * mostSorted) {
    const { places, count } = await fromIndex(db, wanted, mostSorted + 1)
    if (count <= mostSorted) return places
  }
  const found = await along(db, wanted, mostLookedThrough)
  return found.length === wanted.limit ? found : (await fromIndex(db, wanted)).places
}

/** Goes along the list, through all of it or its first `most` leads. */
async function along(db: Db, wanted: Wanted, most?: number): Promise<Place[]> {
  const { words, order, limit } = wanted
  const { rows } = await sql<Place>`
    select id, value from (
      select id, search_text, ${order.value} as value from crm_leads where ${met(wanted)}
      order by ${sorted(wanted, order.by)} limit ${most ?? limit}
    ) leads ${words.length > 0 ? sql`where ${sql.join(words, sql` and `)}` : sql``} limit ${limit}`.execute(db)
  return rows
}

/** Finds all that have the words, or `most` of them, and sorts those. */
async function fromIndex(db: Db, wanted: Wanted, most?: number): Promise<{ places: Place[]; count: number }> {
  const { words, order, limit } = wanted
  const { rows } = await sql<Place & { count: number }>`
    with found as materialized (
      select id, ${order.value} as value, ${order.by ?? sql`null`} as sorted_by from crm_leads
      where ${met(wanted)} and ${sql.join(words, sql` and `)} ${most === undefined ? sql`` : sql`limit ${most}`}
    )
    select id, value, (select count(*) from found) as count from found
    order by ${sorted(wanted, order.by && sql`sorted_by`)} limit ${limit}`.execute(db)
  return { places: rows.map(({ id, value }) => ({ id, value })), count: rows[0]?.count ?? 0 }
}

/**
 * Of these patterns of one word, finds the one that most leads have, whichever the page, with those of the page among the first `most` leads
 * that have it.
 */
export async function findSpellings(
  db: Db,
  wanted: Wanted,
  patterns: string[],
  most: number,
): Promise<{ pattern: string; places: Place[]; count: number } | undefined> {
  const { conditions, words, order, limit } = wanted
  const everything = sql.join([...conditions, ...words, sql`search_text like spelling.pattern`], sql` and `)
  const by = order.by && sql`sorted_by`
  const { rows } = await sql<{ id: string | null; value: string; pattern: string; count: number }>`
    with found as materialized (
      select pattern, at, leads.* from unnest(${patterns}::text[]) with ordinality spelling(pattern, at) cross join lateral (
        select id, ${order.value} as value, ${order.by ?? sql`null`} as sorted_by from crm_leads where ${everything} limit ${most}
      ) leads
    ), most as (select pattern, count(*) as count from found group by pattern, at order by count desc, at limit 1)
    select page.*, most.* from most left join lateral (
      select id, value from found where pattern = most.pattern and ${beyond(wanted, by) ?? sql`true`}
      order by ${sorted(wanted, by)} limit ${limit}
    ) page on true`.execute(db)
  const [first] = rows
  if (!first) return undefined
  const places = rows.flatMap(({ id, value }) => (id === null ? [] : { id, value }))
  return { pattern: first.pattern, places, count: first.count }
}

/** How many leads the planner takes to meet everything. */
async function guess(db: Db, wanted: Wanted): Promise<number> {
  const { rows } = await sql<Record<string, { Plan: { 'Plan Rows': number } }[]>>`
    explain (format json) select from crm_leads where ${met(wanted)} and ${sql.join(wanted.words, sql` and `)}`.execute(
    db,
  )
  const [plan] = Object.values(rows[0]!)[0]!
  return plan!.Plan['Plan Rows']
}

const sorted = ({ direction }: Wanted, by: RawBuilder<unknown> | undefined): RawBuilder<unknown> => {
  const way = sql.raw(direction)
  return by ? sql`${by} ${way}, id ${way}` : sql`id ${way}`
}

/** All conditions besides the words. */
function met(wanted: Wanted): RawBuilder<unknown> {
  const place = beyond(wanted, wanted.order.by)
  return sql.join(place ? [...wanted.conditions, place] : wanted.conditions, sql` and `)
}

/** Where the page begins. */
function beyond(
  { order: { cast }, direction, after }: Wanted,
  by: RawBuilder<unknown> | undefined,
): RawBuilder<SqlBool> | undefined {
  if (!after) return undefined
  const way = direction === 'desc' ? sql`<` : sql`>`
  return by
    ? sql<SqlBool>`(${by}, id) ${way} (${after.value}::${sql.raw(cast)}, ${after.id}::uuid)`
    : sql<SqlBool>`id ${way} ${after.id}::uuid`
}
