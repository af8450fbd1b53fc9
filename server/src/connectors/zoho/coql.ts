import type { Module } from './paths.ts'
import { paths } from './paths.ts'
import type { ZohoContext } from './settings.ts'
import type { Page, ZohoRecord } from './types.ts'

/*
 * Queries read what is there at this moment; Zoho's search finds what is new only some time later. They are not asked for everything
 * that a record has, since they show some fields otherwise or not at all.
 */

/** Text as a query holds it. */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`

/** Zoho wants each pair of conditions in brackets of its own. */
export const both = (...conditions: string[]): string => joined('and', conditions)
export const either = (...conditions: string[]): string => joined('or', conditions)
const joined = (word: string, conditions: string[]): string =>
  conditions.reduce((left, right) => (left === '' ? right : `(${left} ${word} ${right})`), '')

type Select = { fields: readonly string[]; module: Module; where: string; order?: string; limit: number }

export async function query<T extends ZohoRecord>(
  { http }: ZohoContext,
  { fields, module, where, order = 'id asc', limit }: Select,
): Promise<T[]> {
  const select_query = `select ${fields.join(', ')} from ${module} where ${where} order by ${order} limit ${limit}`
  const answer = await http.post<Page<T>>(paths.coql, { select_query }, { repeatable: true })
  return answer?.data ?? []
}

/** Up to two hundred records cost one credit, the two thousand that are the most three. */
const largestPage = 2_000

/** Everything that a query finds, in the order of the ids. */
export async function* queryAll<T extends ZohoRecord>(
  context: ZohoContext,
  { where, ...select }: Omit<Select, 'limit' | 'order'>,
): AsyncIterable<T> {
  for (let last: string | undefined; ; ) {
    const behind = last === undefined ? where : both(where, `id > ${quoted(last)}`)
    const page = await query<T>(context, { ...select, where: behind, limit: largestPage })
    yield* page
    last = page.at(-1)?.id
    if (page.length < largestPage || last === undefined) return
  }
}
