import { isSamePhone, nationalNumber } from '../../kit/index.ts'
import { personFields } from './mappings.ts'
import { objectOf, type SalesforceContext } from './settings.ts'
import { digitsPattern, queryPage, quoted } from './soql.ts'
import type { SObject } from './types.ts'

/** Longest list of addresses in one query, since a query is part of a URL. */
const longestList = 4_000
/** The fewest digits that tell anything of a phone. */
const fewestDigits = 5

/** Leads that became contacts are found as contacts only. */
const livingOnes = ({ settings }: SalesforceContext): string =>
  objectOf(settings) === 'Lead' ? ' AND IsConverted = false' : ''

const select = ({ settings }: SalesforceContext): string =>
  `SELECT ${personFields(settings).join(', ')} FROM ${objectOf(settings)}`

/** The person with this address, or else this phone; of several the one that has existed longest. */
export async function findPerson(
  context: SalesforceContext,
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
): Promise<SObject | undefined> {
  const byEmail = email === undefined ? undefined : (await findByEmails(context, [email])).get(email.toLowerCase())
  return byEmail ?? (phone === undefined ? undefined : await findByPhone(context, phone))
}

/** The people who have these addresses, by the address in lower case. */
export async function findByEmails(
  context: SalesforceContext,
  emails: readonly string[],
): Promise<Map<string, SObject>> {
  const found = new Map<string, SObject>()
  for (const some of lists([...new Set(emails.map((email) => email.toLowerCase()))])) {
    const where = `Email IN (${some.map(quoted).join(', ')})${livingOnes(context)}`
    const soql = `${select(context)} WHERE ${where} ORDER BY CreatedDate ASC LIMIT 2000`
    for (const record of await queryPage<SObject>(context, soql)) {
      const key = String(record.Email).toLowerCase()
      if (!found.has(key)) found.set(key, record)
    }
  }
  return found
}

async function findByPhone(context: SalesforceContext, phone: string): Promise<SObject | undefined> {
  const digits = nationalNumber(phone)
  if (digits.length < fewestDigits) return undefined
  const pattern = digitsPattern(digits)
  const where = `(Phone LIKE ${pattern} OR MobilePhone LIKE ${pattern})${livingOnes(context)}`
  const soql = `${select(context)} WHERE ${where} ORDER BY CreatedDate ASC LIMIT 50`
  const records = await queryPage<SObject>(context, soql)
  return records.find(({ Phone, MobilePhone }) =>
    [Phone, MobilePhone].some((own) => typeof own === 'string' && isSamePhone(own, phone)),
  )
}

/** Lists that fit into a query each. */
function lists(texts: readonly string[]): string[][] {
  const all: string[][] = []
  let room = 0
  for (const text of texts) {
    const size = encodeURIComponent(text).length + 10
    if (room < size) {
      all.push([])
      room = longestList
    }
    all.at(-1)?.push(text)
    room -= size
  }
  return all
}
