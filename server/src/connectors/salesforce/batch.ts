import { type BatchRow, type Contact, type New, phoneKey } from '../../kit/index.ts'
import { externalIdOf } from './external-id.ts'
import { reasonOf } from './faults.ts'
import { findByEmails, findPerson } from './find.ts'
import { newPersonRecord, personRecord } from './mappings.ts'
import { paths } from './paths.ts'
import { objectOf, type SalesforceContext } from './settings.ts'
import type { Saved } from './types.ts'

/** The most records that a collection may hold. */
const batchSize = 200

type Row = { index: number; input: New<Contact>; key: string; id?: string }
type Written = Map<number, BatchRow<Contact>>

/** Creates or updates people two hundred at a time, each row failing by itself. */
export async function batchUpsert(context: SalesforceContext, given: New<Contact>[]): Promise<BatchRow<Contact>[]> {
  const written: Written = new Map()
  const rows: Row[] = []
  for (const [index, input] of given.entries()) {
    const external = externalIdOf(input, context.settings)
    const { email, phone } = input
    const key =
      external === undefined
        ? (email?.toLowerCase() ?? (phone === undefined ? undefined : phoneKey(phone)))
        : `id:${external.value}`
    if (key !== undefined) rows.push({ index, input, key })
    else written.set(index, failed('CONTACT_ERROR', 'A contact without e-mail address and phone cannot be recognised'))
  }
  // A collection may name nobody twice; what comes later counts.
  for (let round = rows; round.length > 0; ) {
    const [now, later] = firsts(round)
    for (const some of chunks(now.filter(({ key }) => key.startsWith('id:'))))
      await upsertByExternalId(context, some, written)
    for (const some of chunks(now.filter(({ key }) => !key.startsWith('id:'))))
      await context.inTurn('batch', () => findThenWrite(context, some, written))
    round = later
  }
  return given.map(
    (_, index) => written.get(index) ?? failed('CONTACT_ERROR', 'Salesforce said nothing of this contact'),
  )
}

async function upsertByExternalId(context: SalesforceContext, rows: Row[], written: Written): Promise<void> {
  const { http, settings } = context
  const [object, field = ''] = [objectOf(settings), settings.external_id_field]
  const records = rows.map(({ input }) => ({
    attributes: { type: object },
    ...newPersonRecord(input, settings),
    [field]: externalIdOf(input, settings)?.value,
  }))
  const body = { allOrNone: false, records }
  const saved = await http.patch<Saved[]>(paths.collections(object, field), body, { repeatable: true })
  note(rows, saved, written)
}

async function findThenWrite(context: SalesforceContext, rows: Row[], written: Written): Promise<void> {
  const { http, settings } = context
  const attributes = { type: objectOf(settings) }
  const byEmail = await findByEmails(
    context,
    rows.flatMap(({ input: { email } }) => email ?? []),
  )
  const known: Row[] = []
  const fresh: Row[] = []
  for (const row of rows) {
    const { email, phone } = row.input
    const found =
      (email && byEmail.get(email.toLowerCase())) || (phone ? await findPerson(context, { phone }) : undefined)
    if (found) known.push({ ...row, id: found.Id })
    else fresh.push(row)
  }
  // Two rows that turn out to be one person are written one after the other.
  for (let round = known; round.length > 0; ) {
    const [now, later] = firsts(round, ({ id = '' }) => id)
    const records = now.map(({ input, id }) => ({ attributes, Id: id, ...personRecord(input, settings) }))
    const body = { allOrNone: false, records }
    note(now, await http.patch<Saved[]>(paths.collections(), body, { repeatable: true }), written, false)
    round = later
  }
  if (fresh.length > 0) {
    const records = fresh.map(({ input }) => ({ attributes, ...newPersonRecord(input, settings) }))
    note(fresh, await http.post<Saved[]>(paths.collections(), { allOrNone: false, records }), written, true)
  }
}

/** Salesforce answers in the order of the records. */
function note(rows: Row[], saved: Saved[], written: Written, isCreated?: boolean): void {
  for (const [at, { index, input }] of rows.entries()) {
    const answer = saved[at]
    if (answer === undefined) continue
    if (!answer.success) written.set(index, { success: false, ...reasonOf(answer) })
    else {
      const data = { ...input, externalId: answer.id ?? '', raw: answer }
      written.set(index, { success: true, data, created: isCreated ?? answer.created === true })
    }
  }
}

const failed = (errorCode: string, message: string) => ({
  success: false as const,
  errorCode,
  error: `${message} (${errorCode})`,
})

/** The first row of every key, and the rest. */
function firsts(rows: Row[], keyOf: (row: Row) => string = ({ key }) => key): [Row[], Row[]] {
  const seen = new Set<string>()
  const isFirst = rows.map((row) => !seen.has(keyOf(row)) && seen.add(keyOf(row)) !== undefined)
  return [rows.filter((_, at) => isFirst[at]), rows.filter((_, at) => !isFirst[at])]
}

const chunks = (rows: Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, at) =>
    rows.slice(at * batchSize, (at + 1) * batchSize),
  )
