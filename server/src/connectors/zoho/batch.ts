import { type BatchRow, type ConnectorError, type Contact, type New, phoneKey } from '../../kit/index.ts'
import { accountIds } from './accounts.ts'
import { codeOf, wordsOf } from './faults.ts'
import { findPerson } from './find.ts'
import { newPersonRecord, personRecord } from './mappings.ts'
import { paths } from './paths.ts'
import { chunks, writeRows } from './records.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import type { Row } from './types.ts'
import { keyOf } from './unique.ts'

type Person = { index: number; input: New<Contact>; field: string | undefined; key: string; id?: string }
type Written = Map<number, BatchRow<Contact>>
const what = 'the contacts'

/** Creates or updates people a hundred at a time, each row failing by itself. */
export async function batchUpsert(context: ZohoContext, given: New<Contact>[]): Promise<BatchRow<Contact>[]> {
  const written: Written = new Map()
  const people: Person[] = []
  for (const [index, input] of given.entries()) {
    const key = keyOf(input, context.settings)
    if (key === undefined)
      written.set(index, failed('CONTACT_ERROR', 'A contact without e-mail address and phone cannot be recognised'))
    else {
      const value = key.field === undefined ? phoneKey(key.value) : key.value
      people.push({ index, input, field: key.field, key: `${key.field ?? ''}/${value}` })
    }
  }
  const accounts = await accountIds(
    context,
    people.map(({ input: { company } }) => company),
  )
  // One request may name nobody twice; what comes later counts.
  for (let round = people; round.length > 0; ) {
    const [now, later] = firsts(round, ({ key }) => key)
    for (const field of new Set(now.map(({ field }) => field))) {
      for (const some of chunks(now.filter((one) => one.field === field))) {
        if (field !== undefined) await upsert(context, field, some, accounts, written)
        else {
          await context.inTurn('batch', () => findThenWrite(context, some, accounts, written))
        }
      }
    }
    round = later
  }
  return given.map((_, index) => written.get(index) ?? failed('CONTACT_ERROR', 'Zoho CRM said nothing of this contact'))
}

type Accounts = ReadonlyMap<string, string>
const accountOf = ({ input: { company = '' } }: Person, accounts: Accounts) => accounts.get(company)

async function upsert(context: ZohoContext, field: string, people: Person[], accounts: Accounts, written: Written) {
  const { settings } = context
  const rows = await writeRows(context, what, {
    method: 'POST',
    path: paths.records(moduleOf(settings), 'upsert'),
    data: people.map((one) => newPersonRecord(one.input, settings, accountOf(one, accounts))),
    more: { duplicate_check_fields: [field] },
    repeatable: true,
  })
  note(people, rows, written)
}

/** Phones are not unique, so Zoho recognises nobody by them. */
async function findThenWrite(context: ZohoContext, people: Person[], accounts: Accounts, written: Written) {
  const { settings } = context
  const module = moduleOf(settings)
  const known: (Person & { id: string })[] = []
  const fresh: Person[] = []
  for (const one of people) {
    const found = await findPerson(context, { phone: one.input.phone })
    if (found) known.push({ ...one, id: found.id })
    else fresh.push(one)
  }
  // Two rows that turn out to be one person are written one after the other.
  for (let round = known; round.length > 0; ) {
    const [now, later] = firsts(round, ({ id }) => id)
    const data = now.map((one) => ({ id: one.id, ...personRecord(one.input, settings, accountOf(one, accounts)) }))
    note(now, await writeRows(context, what, { method: 'PUT', path: paths.records(module), data }), written, false)
    round = later
  }
  if (fresh.length > 0) {
    const data = fresh.map((one) => newPersonRecord(one.input, settings, accountOf(one, accounts)))
    note(fresh, await writeRows(context, what, { method: 'POST', path: paths.records(module), data }), written, true)
  }
}

/** Zoho answers in the order of the rows. */
function note(people: Person[], rows: Row[], written: Written, isCreated?: boolean): void {
  for (const [at, { index, input }] of people.entries()) {
    const row = rows[at]
    if (row === undefined) continue
    const id = row.details?.id
    if (row.status === 'error' || id === undefined) written.set(index, failed(codeOf(row), wordsOf(row)))
    else {
      const data = { ...input, externalId: String(id), raw: row }
      written.set(index, { success: true, data, created: isCreated ?? row.action === 'insert' })
    }
  }
}

const failed = (code: ConnectorError['code'] | undefined, message: string) => ({
  success: false as const,
  errorCode: code ?? 'VENDOR_REJECTED',
  error: `${message.replace(/[.\s]+$/, '')} (${code ?? 'VENDOR_REJECTED'})`,
})

/** The first of every key, and the rest. */
function firsts<T>(items: T[], keyOf: (item: T) => string): [T[], T[]] {
  const seen = new Set<string>()
  const isFirst = items.map((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)) !== undefined)
  return [items.filter((_, at) => isFirst[at]), items.filter((_, at) => !isFirst[at])]
}
