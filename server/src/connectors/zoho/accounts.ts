import { paths } from './paths.ts'
import { chunks, idOf, writeRows } from './records.ts'
import { moduleOf, type ZohoContext } from './settings.ts'

/**
 * The accounts that companies are, made where there are none: a contact names its company by the account's id. Leads keep the name
 * itself.
 */
export async function accountIds(
  context: ZohoContext,
  companies: readonly (string | null | undefined)[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  if (moduleOf(context.settings) === 'Leads') return ids
  const names = [...new Set(companies.filter((name): name is string => typeof name === 'string' && name !== ''))]
  for (const some of chunks(names)) {
    const rows = await writeRows(context, 'the company', {
      method: 'POST',
      path: paths.records('Accounts', 'upsert'),
      data: some.map((Account_Name) => ({ Account_Name })),
      more: { duplicate_check_fields: ['Account_Name'] },
      repeatable: true,
    })
    for (const [at, name] of some.entries()) ids.set(name, idOf(rows[at], 'the company'))
  }
  return ids
}

export const accountIdOf = async (
  context: ZohoContext,
  company: string | null | undefined,
): Promise<string | undefined> => (company ? (await accountIds(context, [company])).get(company) : undefined)
