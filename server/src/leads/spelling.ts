import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../db/database.ts'

/** Shorter words become nearly any other by one letter; longer ones are no names. */
const [shortest, longest] = [4, 24]
/** A word made of what nearly every lead has takes as long as reading them all; nobody waits for that. */
const patienceMs = 500
/** More words than these are not all spelt wrong. */
const mostWrong = 2

/**
 * Finds how the words of a search are spelt where nobody has them as they are: with two letters swapped or one too many and, where nobody has
 * that, with one missing or another. What has numbers in it is no word that could be spelt otherwise. Answers a pattern for each word.
 * @returns undefined where there is nothing to mend
 */
export async function respell(database: Database, workspaceId: string, words: string[]): Promise<string[] | undefined> {
  try {
    return await respelt(database, workspaceId, words)
  } catch (error) {
    if ((error as { code?: string }).code === tookTooLong) return undefined
    throw error
  }
}

/** PostgreSQL's code of a statement that was cancelled: query_canceled. */
const tookTooLong = '57014'

async function respelt(db: Database, workspaceId: string, words: string[]): Promise<string[] | undefined> {
  const asIs = await existing(db, workspaceId, words.map(contains))
  const wrong = words.filter((word) => !asIs.has(contains(word)))
  if (wrong.length === 0 || wrong.length > mostWrong) return undefined
  const spellings = new Map<string, string>()
  for (const word of wrong) {
    const found = await alike(db, workspaceId, word)
    if (!found) return undefined
    spellings.set(word, found)
  }
  return words.map((word) => spellings.get(word) ?? contains(word))
}

async function alike(db: Database, workspaceId: string, word: string): Promise<string | undefined> {
  // By code point, so that no letter is cut in two.
  const letters = [...word]
  if (letters.length < shortest || letters.length > longest || !/^\p{L}+$/u.test(word)) return undefined
  for (const spellings of [swappedOrTooMany(letters), missingOrOther(letters)]) {
    const found = await likeliest(db, workspaceId, [...new Set(spellings.map(startsWord))])
    if (found !== undefined) return found
  }
  return undefined
}

/** Leads that are looked at to tell which spellings there are. */
const mostSeen = 50

/** The pattern that most leads of the workspace have, as far as the first who have any of them show. */
async function likeliest(database: Database, workspaceId: string, patterns: string[]): Promise<string | undefined> {
  return database.transaction(async (tx) => {
    // That many alternatives look as if half of all leads had one; hardly anybody has, which only the index over trigrams knows.
    await sql`select set_config('statement_timeout', ${String(patienceMs)}, true), set_config('enable_seqscan', 'off', true),
      set_config('enable_indexscan', 'off', true)`.execute(tx)
    const { rows } = await sql<{ searchText: string }>`
      select search_text from crm_leads where workspace_id = ${workspaceId} and (${sql.join(patterns.map(has), sql` or `)}) limit ${mostSeen}`.execute(
      tx,
    )
    const counts = patterns.map((pattern) => {
      const matcher = matcherOf(pattern)
      return rows.filter(({ searchText }) => matcher.test(searchText)).length
    })
    const most = Math.max(...counts)
    return most === 0 ? undefined : patterns[counts.indexOf(most)]
  })
}

/** A pattern of letters alone, as JavaScript has it. */
const matcherOf = (pattern: string): RegExp => new RegExp(pattern.slice(1, -1).replaceAll('_', '.'), 'su')

/** Which of the patterns any lead of the workspace has. Each is planned by itself: how rare it is decides how it is looked for. */
async function existing(database: Database, workspaceId: string, patterns: string[]): Promise<Set<string>> {
  const each = [...new Set(patterns)].map(
    (pattern) => sql`(select ${pattern}::text as pattern where exists (
      select from crm_leads where workspace_id = ${workspaceId} and search_text like ${pattern}))`,
  )
  return database.transaction(async (tx) => {
    await sql`set local statement_timeout = ${sql.lit(patienceMs)}`.execute(tx)
    const { rows } = await sql<{ pattern: string }>`${sql.join(each, sql` union all `)}`.execute(tx)
    return new Set(rows.map(({ pattern }) => pattern))
  })
}

const swappedOrTooMany = (letters: string[]): string[] => [
  ...letters.slice(1).map((letter, at) => joined(letters.slice(0, at), letter, letters[at]!, letters.slice(at + 2))),
  ...letters.map((_, at) => joined(letters.slice(0, at), letters.slice(at + 1))),
]

/** The first letter is hardly ever the wrong one. */
const missingOrOther = (letters: string[]): string[] =>
  letters
    .slice(1)
    .flatMap((_, at) => [
      joined(letters.slice(0, at + 1), anyLetter, letters.slice(at + 1)),
      joined(letters.slice(0, at + 1), anyLetter, letters.slice(at + 2)),
    ])

/** Stands for one letter, whichever, until `escaped` has made a pattern of the text. */
const anyLetter = '\u0001'

const joined = (...parts: (string | string[])[]): string => parts.flat().join('')

const escaped = (text: string): string => text.replace(/[\\%_]/g, (letter) => `\\${letter}`).replaceAll(anyLetter, '_')

/** A word of one or two letters is the beginning of a word; the index knows no shorter parts. */
export const contains = (word: string): string => (word.length < 3 ? startsWord(word) : `%${escaped(word)}%`)

const startsWord = (word: string): string => `% ${escaped(word)}%`

/** Whether a lead has what a pattern says. */
export const has = (pattern: string): RawBuilder<SqlBool> => sql<SqlBool>`search_text like ${pattern}`
