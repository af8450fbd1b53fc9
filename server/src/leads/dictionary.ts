import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/database.ts'

/** More spellings alike are not looked at: each takes some milliseconds among many leads. */
const mostSpellings = 10
/** More letters hardly ever follow the same beginning. */
const mostLetters = 100

/**
 * What a word of these letters may have been meant to be, the likeliest first: among the words that leads of the workspace have, and then
 * among the beginnings of these, one with two letters swapped, with one too many, with one missing or another. What letter is
 * missing is not guessed: those that follow a beginning are had from the index, one after another.
 */
export async function findNear(db: Db, workspaceId: string, letters: string[]): Promise<string[][]> {
  const upTo = (at: number) => letters.slice(0, at).join('')
  const from = (at: number) => letters.slice(at).join('')
  // The first letter is hardly ever the wrong one.
  const places = [...letters.keys()].slice(1)
  const swapped = places.map((at) => upTo(at - 1) + letters[at]! + letters[at - 1]! + from(at + 1))
  const oneTooMany = [...letters.keys()].map((at) => upTo(at) + from(at + 1))
  const first = (after: RawBuilder<unknown>, beginning: RawBuilder<unknown>) => sql`(
    select known.word from crm_words known where workspace_id = ${workspaceId} and ${after} and known.word < ${beginning} || ${lastLetter}
    order by known.word limit 1)`
  const { rows } = await sql<{ spellings: string[] }>`
    with recursive beginnings as (
      select * from unnest(${places}::integer[], ${places.map(upTo)}::text[], ${places.map(from)}::text[],
        ${places.map((at) => from(at + 1))}::text[]) beginnings(at, beginning, missing, other)
    ), following as (
      select at, beginning, 1 as nth, ${first(sql`known.word >= beginning`, sql`beginning`)} as word from beginnings
      union all
      select at, beginning, nth + 1, ${first(sql`known.word > left(following.word, at + 1) || ${lastLetter}`, sql`beginning`)}
      from following where word is not null and nth < ${mostLetters}
    ), spellings as (
      select 1 as kind, at, spelling from unnest(${swapped}::text[]) with ordinality swapped(spelling, at)
      union all
      select 2, at, spelling from unnest(${oneTooMany}::text[]) with ordinality one_too_many(spelling, at)
      union all
      select 3, at, left(word, at + 1) || rest
      from following join beginnings using (at) cross join lateral unnest(array[missing, other]) rest where word is not null
    ), found as (
      select kind, spelling, at, spelling = word as is_whole
      from (select kind, spelling, min(at) as at from spellings group by kind, spelling) spellings
      cross join lateral ${first(sql`known.word >= spelling`, sql`spelling`)} near
    ), placed as (select *, row_number() over (partition by is_whole, kind order by at) as place from found)
    select array_agg(spelling order by place) as spellings from placed where place <= ${mostSpellings}
    group by is_whole, kind order by is_whole desc, kind`.execute(db)
  return rows.map(({ spellings }) => spellings)
}

/** After all words that go on from a beginning. */
const lastLetter = '\u{10ffff}'
