import { paths } from './paths.ts'
import type { SalesforceContext } from './settings.ts'
import type { QueryAnswer } from './types.ts'

/** Text as a query holds it; what is special within quotes is escaped. */
export const quoted = (text: string): string =>
  `'${text.replace(/[\\'"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`

/** Text for `LIKE`, of which no character stands for another. */
const escapedPattern = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** Finds a phone by its digits, whatever stands between them. */
export const digitsPattern = (digits: string): string => `'%${[...digits].map(escapedPattern).join('%')}%'`

/** All that a query finds, page after page. */
export const queryAll = <T>({ http }: SalesforceContext, soql: string): AsyncIterable<T> =>
  http.pages<T>(paths.query, { q: soql })

/** The first page of a query, for one that says its own limit. */
export const queryPage = async <T>(
  { http }: SalesforceContext,
  soql: string,
  options: { deleted?: boolean } = {},
): Promise<T[]> => {
  const place = options.deleted ? paths.queryAll : paths.query
  return (await http.get<QueryAnswer<T>>(place, { q: soql })).records
}
