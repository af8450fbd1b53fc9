import { isSamePhone, nationalNumber, phoneKey } from '../../kit/index.ts'
import { query, quoted } from './coql.ts'
import { personFields } from './mappings.ts'
import { paths } from './paths.ts'
import { getRecords } from './records.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import type { Page, ZohoRecord } from './types.ts'

/** The fewest digits that tell anything of a phone. */
const fewestDigits = 5
const mostFound = 50

/** The person with this address, or else this phone; of several the one that has existed longest. */
export async function findPerson(
  context: ZohoContext,
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
): Promise<ZohoRecord | undefined> {
  const byEmail = email === undefined ? undefined : await findByEmail(context, email)
  return byEmail ?? (phone === undefined ? undefined : await findByPhone(context, phone))
}

async function findByEmail(context: ZohoContext, email: string): Promise<ZohoRecord | undefined> {
  const [found] = await idsWhere(context, `Email = ${quoted(email)}`, 1)
  return found === undefined ? undefined : (await whole(context, [found]))[0]
}

/**
 * As the hub writes phones first, by a query; then however they are written and in whichever field, which takes Zoho's search. Queries
 * name no field that an account may have put away, since they fail as a whole.
 */
async function findByPhone(context: ZohoContext, phone: string): Promise<ZohoRecord | undefined> {
  const digits = nationalNumber(phone)
  if (digits.length < fewestDigits) return undefined
  const written = [...new Set([phone, phoneKey(phone), digits])].map(quoted).join(', ')
  const same = await idsWhere(context, `Phone in (${written})`, mostFound)
  const isMeant = ({ Phone, Mobile }: ZohoRecord) =>
    [Phone, Mobile].some((own) => typeof own === 'string' && isSamePhone(own, phone))
  const found = oldest((await whole(context, same)).filter(isMeant))
  if (found) return found
  const module = moduleOf(context.settings)
  const answer = await context.http.get<Page<ZohoRecord>>(paths.records(module, 'search'), {
    phone: digits,
    per_page: mostFound,
  })
  const alike = (answer?.data ?? []).filter(isMeant).map(({ id }) => id)
  return oldest((await whole(context, alike)).filter(isMeant))
}

async function idsWhere(context: ZohoContext, where: string, limit: number): Promise<string[]> {
  const module = moduleOf(context.settings)
  const select = { fields: ['id'], module, where, order: 'Created_Time asc, id asc', limit }
  return (await query(context, select)).map(({ id }) => id)
}

const whole = (context: ZohoContext, ids: readonly string[]): Promise<ZohoRecord[]> =>
  getRecords<ZohoRecord>(context, moduleOf(context.settings), ids, personFields(context.settings))

const oldest = (records: ZohoRecord[]): ZohoRecord | undefined =>
  records.toSorted((left, right) => Date.parse(String(left.Created_Time)) - Date.parse(String(right.Created_Time)))[0]
