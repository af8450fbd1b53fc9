import { isSamePhone, nationalNumber } from '../../kit/index.ts'
import { personColumns } from './mappings.ts'
import { quoted } from './paths.ts'
import { readAll, readSome } from './records.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row } from './types.ts'

/** Longest condition in one query, since a query is part of a URL. */
const longestFilter = 6_000
/** The fewest digits that tell anything of a phone. */
const fewestDigits = 5

/** The contact with this address, or else this phone; of several the one that has existed longest. */
export async function findPerson(
  context: DynamicsContext,
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
): Promise<Row | undefined> {
  const byEmail = email === undefined ? undefined : (await findByEmails(context, [email])).get(email.toLowerCase())
  return byEmail ?? (phone === undefined ? undefined : await findByPhone(context, phone))
}

/** The contacts who have these addresses, by the address in lower case. */
export async function findByEmails(context: DynamicsContext, emails: readonly string[]): Promise<Map<string, Row>> {
  const found = new Map<string, Row>()
  const conditions = [...new Set(emails.map((email) => email.toLowerCase()))].map(
    (email) => `emailaddress1 eq ${quoted(email)}`,
  )
  for (const some of lists(conditions)) {
    const query = { $select: personColumns(context.settings), $filter: some.join(' or '), $orderby: 'createdon asc' }
    for await (const record of readAll(context, 'contacts', query)) {
      const key = String(record.emailaddress1).toLowerCase()
      if (!found.has(key)) found.set(key, record)
    }
  }
  return found
}

/** The contact whose column holds this value. */
export const findByColumn = async (context: DynamicsContext, column: string, value: string): Promise<Row | undefined> =>
  (await oldestFirst(context, `${column} eq ${quoted(value)}`, 1))[0]

/** Whatever stands between the digits: `%` in `contains` stands for any text. */
async function findByPhone(context: DynamicsContext, phone: string): Promise<Row | undefined> {
  const digits = nationalNumber(phone)
  if (digits.length < fewestDigits) return undefined
  const pattern = quoted([...digits].join('%'))
  const filter = `contains(telephone1,${pattern}) or contains(mobilephone,${pattern})`
  const records = await oldestFirst(context, filter, 50)
  return records.find(({ telephone1, mobilephone }) =>
    [telephone1, mobilephone].some((own) => typeof own === 'string' && isSamePhone(own, phone)),
  )
}

const oldestFirst = (context: DynamicsContext, $filter: string, $top: number): Promise<Row[]> =>
  readSome(context, 'contacts', {
    $select: personColumns(context.settings),
    $filter,
    $orderby: 'createdon asc',
    $top,
  })

/** Lists that fit into a query each. */
function lists(conditions: readonly string[]): string[][] {
  const all: string[][] = []
  let room = 0
  for (const condition of conditions) {
    const size = encodeURIComponent(condition).length + 10
    if (room < size) {
      all.push([])
      room = longestFilter
    }
    all.at(-1)?.push(condition)
    room -= size
  }
  return all
}
