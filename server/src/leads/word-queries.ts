import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

/** Workspaces that a step reads, and leads of each: what statements get through in well under a second. */
const mostWorkspaces = 10
const page = 5_000
const mostRemoved = 10_000
/** A person has some five. */
const mostDoubted = 100
/** A change may be seen so much later than the time it bears: it commits late, or another process's clock is behind. */
const overlap = sql`interval '2 minutes'`
/** What has caught up is not looked at again sooner. */
const rest = sql`interval '30 seconds'`
/** Words that nobody has any more go when a reading is over; the next one begins so long after the last. */
const untilNext = sql`interval '1 day'`

/** The letters that a part of a text begins with, told by what is none: what a class of letters holds is another thing in every collation. */
const lettersOf = sql.raw(
  String.raw`substring(part collate "C" from '^[^\u0001-\u0060\u007b-\u00bf\u00d7\u00f7\u2000-\u2bff\u3000-\u303f]{3,25}')`,
)

/** Begins to read workspaces that have their first leads. */
export const beginReadings = (db: Db, now: Date) =>
  sql`
    insert into crm_word_readings (workspace_id, began_at) select id, ${now} from workspaces
    where not exists (select from crm_word_readings where workspace_id = workspaces.id)
      and exists (select from crm_leads where workspace_id = workspaces.id) limit 1000
    on conflict do nothing`.execute(db)

/**
 * Takes some workspaces that have something to be read, as long as the transaction lasts; what was read long ago is read anew from the
 * first lead. Apart from `readPages`, whose statement must not have begun before the rows are locked: see `doubtWords`.
 */
export async function takeReadings(tx: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ workspaceId: string }>`
    update crm_word_readings reading set
      began_at = case when is_old then ${now}::timestamptz else began_at end,
      read_until = case when is_old then '-infinity' else read_until end
    from (
      select workspace_id, caught_up_at >= began_at and began_at <= ${now}::timestamptz - ${untilNext} as is_old
      from crm_word_readings r
      where caught_up_at <= ${now}::timestamptz - ${rest} and (
        caught_up_at < began_at or began_at <= ${now}::timestamptz - ${untilNext}
        or exists (select from crm_leads where workspace_id = r.workspace_id and (updated_at, id) > (r.read_until, r.last_id)))
      order by caught_up_at limit ${mostWorkspaces} for update skip locked
    ) due where reading.workspace_id = due.workspace_id
    returning reading.workspace_id`.execute(tx)
  return rows.map(({ workspaceId }) => workspaceId)
}

/**
 * Reads a page of each of these workspaces. One that has caught up goes back a little, for what commits late.
 * Answers those whose reading is over.
 */
export async function readPages(tx: Db, workspaceIds: string[], now: Date): Promise<string[]> {
  // How many words a text has is not known to the planner, whose guess would have the statement compiled.
  await sql`set local jit = off`.execute(tx)
  const { rows } = await sql<{ workspaceId: string; isOver: boolean }>`
    with readings as (
      select * from crm_word_readings where workspace_id = any(${workspaceIds}::uuid[])
    ), leads as materialized (
      select workspace_id, began_at, lead.* from readings r cross join lateral (
        select updated_at, id, search_text from crm_leads
        where workspace_id = r.workspace_id and (updated_at, id) > (r.read_until, r.last_id)
        order by updated_at, id limit ${page}) lead
    ), parts as materialized (
      select distinct workspace_id, began_at, part from leads cross join string_to_table(search_text, ' ') part
      where part collate "C" >= 'a'
    ), words as materialized (
      select distinct workspace_id, began_at, ${lettersOf} as word from parts
    ), known as (
      insert into crm_words (workspace_id, word, seen_at)
      select workspace_id, word, began_at from words
      -- A word in conflict is locked, and so written, even where there is nothing to be changed. A subquery is not made a join, which
      -- would read all words.
      where word is not null and coalesce((
        select seen_at from crm_words w where w.workspace_id = words.workspace_id and w.word = words.word) < began_at, true)
      order by workspace_id, word
      on conflict (workspace_id, word) do update set seen_at = excluded.seen_at
    ), ends as (
      select workspace_id, (select count(*) from leads where leads.workspace_id = r.workspace_id) < ${page} as is_end,
        caught_up_at < began_at as is_open, coalesce(last.updated_at, r.read_until) as until, coalesce(last.id, r.last_id) as id
      from readings r left join lateral (
        select updated_at, id from leads where leads.workspace_id = r.workspace_id order by updated_at desc, id desc limit 1
      ) last on true
    )
    update crm_word_readings reading set
      caught_up_at = case when is_end then ${now}::timestamptz else caught_up_at end,
      read_until = case when is_end then least(until, ${now}::timestamptz - ${overlap}) else until end,
      last_id = case when is_end and until > ${now}::timestamptz - ${overlap} then ${firstId} else ends.id end
    from ends where reading.workspace_id = ends.workspace_id
    returning reading.workspace_id, is_end and is_open as is_over`.execute(tx)
  return rows.flatMap(({ workspaceId, isOver }) => (isOver ? [workspaceId] : []))
}

const firstId = sql`'00000000-0000-0000-0000-000000000000'::uuid`

/** Removes the words that these workspaces' readings, now over, have not met. Where there are many, the rest goes with the next step. */
export const removeUnseen = (tx: Db, workspaceIds: string[]) =>
  sql`
    with removed as (
      delete from crm_words where (workspace_id, word) in (
        select workspace_id, word from crm_words join crm_word_readings using (workspace_id)
        where workspace_id = any(${workspaceIds}::uuid[]) and seen_at < began_at limit ${mostRemoved})
      returning workspace_id
    )
    update crm_word_readings set caught_up_at = '-infinity'
    where workspace_id in (select workspace_id from removed) and (select count(*) from removed) = ${mostRemoved}`.execute(
    tx,
  )

/**
 * Notes that a lead which is about to be erased will no longer have its words. Whoever reads the workspace meanwhile is waited for,
 * and reads no further before the lead is gone, so that its words cannot come back.
 */
export async function doubtWords(tx: Db, workspaceId: string, leadId: string): Promise<void> {
  await sql`select from crm_word_readings where workspace_id = ${workspaceId} for update`.execute(tx)
  await sql`
    update crm_words set seen_at = null where workspace_id = ${workspaceId} and word in (
      select ${lettersOf} from crm_leads cross join string_to_table(search_text, ' ') part
      where workspace_id = ${workspaceId} and id = ${leadId})`.execute(tx)
}

/** Removes doubted words that no lead has, and answers whether there may be more. To be run as the hub, for the index over trigrams. */
export async function removeDoubted(tx: Db, workspaceId: string): Promise<boolean> {
  const { rows } = await sql<{ word: string }>`
    select word from crm_words where workspace_id = ${workspaceId} and seen_at is null limit ${mostDoubted}`.execute(tx)
  for (const { word } of rows) {
    // Each is planned by itself: how rare it is decides how it is looked for. Letters mean nothing in a pattern.
    const { rows: found } = await sql`
      select from crm_leads where workspace_id = ${workspaceId} and search_text like ${`% ${word}%`}
        and ${word} in (select ${lettersOf} from string_to_table(search_text, ' ') part) limit 1`.execute(tx)
    const doubted = sql`workspace_id = ${workspaceId} and word = ${word} and seen_at is null`
    await (found.length === 0
      ? sql`delete from crm_words where ${doubted}`
      : sql`update crm_words set seen_at = (select began_at from crm_word_readings where workspace_id = ${workspaceId}) where ${doubted}`
    ).execute(tx)
  }
  return rows.length === mostDoubted
}
