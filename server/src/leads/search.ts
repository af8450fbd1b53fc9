import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { invalid } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import { firstIdAt } from '../lib/ids.ts'
import { findPlaces, type Order, orders, type Place } from './finding.ts'
import { folded } from './normalise.ts'
import { type LeadRow, listLeadsById } from './queries.ts'
import type { LeadFilter } from './schema.ts'
import { contains, findRespelt, has } from './spelling.ts'

/** Most words of a search; more make it no better. */
const mostWords = 8

/**
 * Finds leads. The ids are looked for as the hub, always within the workspace: under row-level security PostgreSQL would use none of the indexes
 * over trigrams, tags and custom fields, since their operators might tell of rows that are not to be seen. The rows themselves
 * are then read as the tenant, so that an id of another workspace would show nothing.
 * @param mostCompared Likeness is worked out lead by lead, and among more than these it takes longer than a person who types will wait
 */
export async function searchLeads(
  database: Database,
  workspaceId: string,
  filter: LeadFilter,
  mostCompared = 20_000,
): Promise<{ rows: LeadRow[]; nextCursor: string | null }> {
  const { limit = defaultLimit, sort = 'created', q } = filter
  const direction = filter.order ?? (sort === 'name' ? 'asc' : 'desc')
  const order = orders[sort]
  const conditions = conditionsOf(workspaceId, filter)
  const after = cursorOf(filter.cursor, order)
  const words = wordsOf(q)
  const list = { conditions, order, direction, after, limit: limit + 1 }
  let places = await findPlaces(database.hub, { ...list, words: words.map((word) => has(contains(word))) })
  if (places.length === 0 && words.length > 0) {
    const isAbsent = words.length === 1 && conditions.length === 1 && after === undefined
    const isSmall = () => hasFewLeads(database.hub, workspaceId, mostCompared)
    places = await findRespelt(database, { ...list, workspaceId, words }, isAbsent, isSmall)
    if (places.length === 0 && after === undefined && (await isSmall()))
      places = await findAlike(database, conditions, words, limit)
  }
  const { items, nextCursor } = cutPage(places, limit, ({ id, value }) => [order.mark + value, id])
  const rows = await database.inWorkspace(workspaceId, (tx) =>
    listLeadsById(
      tx,
      workspaceId,
      items.map(({ id }) => id),
    ),
  )
  return { rows, nextCursor }
}

async function hasFewLeads(db: Db, workspaceId: string, mostCompared: number): Promise<boolean> {
  const { rows } = await sql`
    select from crm_leads where workspace_id = ${workspaceId} limit 1 offset ${mostCompared}`.execute(db)
  return rows.length === 0
}

/** The leads whose words are most like these; one page, the best first. */
async function findAlike(
  database: Database,
  conditions: RawBuilder<SqlBool>[],
  words: string[],
  limit: number,
): Promise<Place[]> {
  const long = words.filter((word) => word.length >= 3)
  if (long.length === 0) return []
  const alike = long.map((word) => sql<SqlBool>`${word} <% search_text`)
  const likeness = sql.join(
    long.map((word) => sql`word_similarity(${word}, search_text) + strict_word_similarity(${word}, search_text)`),
    sql` + `,
  )
  return database.transaction(async (tx) => {
    // Half of the trigrams: two letters that changed places in a word of five leave as many. Of all
    // words equally near, the one that has fewest letters besides comes first.
    await sql`set local pg_trgm.word_similarity_threshold = 0.5`.execute(tx)
    const { rows } = await sql<Place>`
      select id, '' as value from crm_leads where ${sql.join([...conditions, ...alike], sql` and `)}
      order by ${likeness} desc, id desc limit ${limit}`.execute(tx)
    return rows
  })
}

function wordsOf(q: string | undefined): string[] {
  const text = folded(q ?? '')
  // A phone number is one word, however it is grouped.
  if (/^\+?[\d\s().-]{5,}$/.test(text)) return [text.replace(/[\s().-]/g, '').replace(/^\+?0+/, '')]
  return [...new Set(text.split(' '))].filter((word) => word !== '').slice(0, mostWords)
}

function conditionsOf(workspaceId: string, filter: LeadFilter): RawBuilder<SqlBool>[] {
  const { status, pipelineId, source, ownerId, tag, scoreMin, scoreMax, custom } = filter
  const time = (name: 'createdAfter' | 'createdBefore' | 'activeAfter' | 'activeBefore') => {
    const text = filter[name]
    return text === undefined ? undefined : timeOf(`query.${name}`, text)
  }
  const [createdAfter, createdBefore] = [time('createdAfter'), time('createdBefore')]
  const [activeAfter, activeBefore] = [time('activeAfter'), time('activeBefore')]
  const statuses = status?.split(',')
  const tags = tag
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean)
  const wanted: (RawBuilder<SqlBool> | undefined)[] = [
    sql<SqlBool>`workspace_id = ${workspaceId}`,
    statuses?.length === 1
      ? sql<SqlBool>`status = ${statuses[0]}`
      : statuses && sql<SqlBool>`status = any(${statuses})`,
    pipelineId === undefined ? undefined : sql<SqlBool>`pipeline_id = ${pipelineId}`,
    source === undefined ? undefined : sql<SqlBool>`source = ${source}`,
    ownerId === undefined
      ? undefined
      : ownerId === 'none'
        ? sql<SqlBool>`owner_id is null`
        : sql<SqlBool>`owner_id = ${ownerId}`,
    tags?.length ? sql<SqlBool>`tags @> ${tags}::text[]` : undefined,
    scoreMin === undefined ? undefined : sql<SqlBool>`coalesce(score, '-infinity') >= ${scoreMin}::double precision`,
    scoreMax === undefined
      ? undefined
      : sql<SqlBool>`coalesce(score, '-infinity') <= ${scoreMax}::double precision and score is not null`,
    createdAfter === undefined ? undefined : sql<SqlBool>`id >= ${firstIdAt(createdAfter)}::uuid`,
    createdBefore === undefined ? undefined : sql<SqlBool>`id < ${firstIdAt(createdBefore)}::uuid`,
    activeAfter === undefined ? undefined : sql<SqlBool>`last_activity_at >= ${new Date(activeAfter)}`,
    activeBefore === undefined ? undefined : sql<SqlBool>`last_activity_at < ${new Date(activeBefore)}`,
    custom === undefined ? undefined : sql<SqlBool>`custom_fields @> ${JSON.stringify(customOf(custom))}::jsonb`,
  ]
  return wanted.filter((condition) => condition !== undefined)
}

function customOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && JSON.stringify(value).isWellFormed())
      return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw invalid('query.custom', 'must be a JSON object of custom fields and their values, such as {"plan":"pro"}')
}

function cursorOf(cursor: string | undefined, { mark, part }: Order): { value: string; id: string } | undefined {
  const parts = decodeCursor(cursor, [part, idPart])
  return parts && { value: parts[0]!.slice(mark.length), id: parts[1]! }
}
