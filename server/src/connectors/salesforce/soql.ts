import { paths } from './paths.ts'
import type { SalesforceContext } from './settings.ts'

/** Text as a query holds it; what is special within quotes is escaped. */
export const quoted = (text: string): string =>
  `'${text
    .replace(/[\\'"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')}'`

/** Text for `LIKE`, of which no character stands for another. */
const escapedPattern = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** Finds a phone by its digits, whatever stands between them. */
export const digitsPattern = (digits: string): string => `'%${[...digits].map(escapedPattern).join('%')}%'`

/** All that a query finds, page after page. */
export const queryAll = <T>({ http }: SalesforceContext, soql: string): AsyncIterable<T> =>
  http.pages<T>(paths.query, { q: soql })

/** What a query that says its own limit finds. Salesforce may cut that into pages, too, where records are wide. */
export const queryPage = async <T>(
  { http }: SalesforceContext,
  soql: string,
  options: { deleted?: boolean } = {},
): Promise<T[]> => await Array.fromAsync(http.pages<T>(options.deleted ? paths.queryAll : paths.query, { q: soql }))
