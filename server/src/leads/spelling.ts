import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../db/database.ts'
import { findNear } from './dictionary.ts'
import { findPlaces, findSpellings, type Place, type Wanted } from './finding.ts'

/** Shorter words become nearly any other by one letter; longer ones are no names. */
const [shortest, longest] = [4, 24]
/** A word made of what nearly every lead has takes as long as reading them all; nobody waits for that. */
const patienceMs = 500
/** More words than these are not all spelt wrong. */
const mostWrong = 2

/**
 * Finds leads by words that nobody has as they are: with two letters swapped; where nobody has that, with one too many; and then with one
 * missing or another; and only then by what words of one of these spellings begin with. What has numbers in it is no word that could be
 * spelt otherwise.
 * Among many leads no page is waited for very long: the first one has nobody then, and a later one fails, since a list that ended there would
 * leave people out.
 * @param isAbsent Whether it is known already that no lead of the workspace has a word
 * @param isSmall Tells whether so few leads are there that it cannot take long, unless the machine is busy
 */
export async function findRespelt(
  database: Database,
  list: Respelt,
  isAbsent: boolean,
  isSmall: () => Promise<boolean>,
): Promise<Place[]> {
  try {
    return await respelt(database, list, isAbsent, patienceMs)
  } catch (error) {
    if ((error as { code?: string }).code !== tookTooLong) throw error
    if (await isSmall()) return await respelt(database, list, isAbsent, unlimited)
    if (list.after !== undefined) throw error
    return []
  }
}

/** PostgreSQL's timeout of statements that may take as long as they need. */
const unlimited = 0

export type Respelt = Omit<Wanted, 'words'> & { workspaceId: string; words: string[] }

/** PostgreSQL's code of a statement that was cancelled: query_canceled. */
const tookTooLong = '57014'

async function respelt(db: Database, list: Respelt, isAbsent: boolean, patience: number): Promise<Place[]> {
  const { words, workspaceId } = list
  const right = isAbsent ? new Set() : await existing(db, workspaceId, words.map(contains), patience)
  const wrong = words.filter((word) => !right.has(contains(word)))
  if (wrong.length === 0 || wrong.length > mostWrong) return []
  const patterns = words.filter((word) => !wrong.includes(word)).map(contains)
  let last: Spelling | undefined
  for (const word of wrong) {
    last = await alike(db, { ...list, words: patterns.map(has) }, word, patience)
    if (!last) return []
    patterns.push(last.pattern)
  }
  return last?.places ?? findPlaces(db.hub, { ...list, words: patterns.map(has) }, true)
}

/** More leads than these need not be counted to tell that they have a spelling. */
const mostCounted = 1_000

/** A spelling, and the leads that have it and whatever else was wanted; without these where they are too many to have been counted. */
type Spelling = { pattern: string; places: Place[] | undefined }

async function alike(
  database: Database,
  wanted: Wanted & { workspaceId: string },
  word: string,
  patience: number,
): Promise<Spelling | undefined> {
  // By code point, so that no letter is cut in two.
  const letters = [...word]
  if (letters.length < shortest || letters.length > longest || !/^\p{L}+$/u.test(word)) return undefined
  for (const spellings of await findNear(database.hub, wanted.workspaceId, letters)) {
    const found = await likeliest(database, wanted, spellings.map(startsWord), patience)
    if (found) return found
  }
  return undefined
}

/** The spelling that most of the wanted leads have; of several that many have, the first. */
async function likeliest(
  database: Database,
  wanted: Wanted,
  patterns: string[],
  patience: number,
): Promise<Spelling | undefined> {
  return database.transaction(async (tx) => {
    // Hardly anybody has most of them, which only the index over trigrams knows.
    await sql`select set_config('statement_timeout', ${String(patience)}, true), set_config('enable_seqscan', 'off', true),
      set_config('enable_indexscan', 'off', true)`.execute(tx)
    const spelt = await findSpellings(tx, wanted, patterns, mostCounted)
    return spelt && { pattern: spelt.pattern, places: spelt.count < mostCounted ? spelt.places : undefined }
  })
}

/** Which of the patterns any lead of the workspace has. Each is planned by itself: how rare it is decides how it is looked for. */
async function existing(
  database: Database,
  workspaceId: string,
  patterns: string[],
  patience: number,
): Promise<Set<string>> {
  const each = [...new Set(patterns)].map(
    (pattern) => sql`(select ${pattern}::text as pattern where exists (
      select from crm_leads where workspace_id = ${workspaceId} and search_text like ${pattern}))`,
  )
  return database.transaction(async (tx) => {
    await sql`set local statement_timeout = ${sql.lit(patience)}`.execute(tx)
    const { rows } = await sql<{ pattern: string }>`${sql.join(each, sql` union all `)}`.execute(tx)
    return new Set(rows.map(({ pattern }) => pattern))
  })
}

const escaped = (text: string): string => text.replace(/[\\%_]/g, (letter) => `\\${letter}`)

/** A word of one or two letters is the beginning of a word; the index knows no shorter parts. */
export const contains = (word: string): string => (word.length < 3 ? startsWord(word) : `%${escaped(word)}%`)

const startsWord = (word: string): string => `% ${escaped(word)}%`

/** Whether a lead has what a pattern says. */
export const has = (pattern: string): RawBuilder<SqlBool> => sql<SqlBool>`search_text like ${pattern}`
