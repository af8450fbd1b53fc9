import { type BatchRow, ConnectorError, type Contact, type New, phoneKey } from '../../kit/index.ts'
import { contactFields, contactProperties, readContact, type Texts } from './mappings.ts'
import { objects } from './paths.ts'
import { findByPhones } from './phones.ts'
import type { HubSpotContext } from './settings.ts'
import type { BatchAnswer, BatchError, HubSpotContact } from './types.ts'

/** HubSpot's largest batch of contacts. */
const batchSize = 100

type Row = { index: number; properties: Texts; key: string; phone?: string; id?: string }
type Written = Map<number, BatchRow<Contact>>

/**
 * Creates or updates contacts a hundred at a time, each row failing by itself: those with an address by HubSpot's own upsert, those with
 * a phone alone after looking for it, one caller at a time.
 */
export async function batchUpsert(context: HubSpotContext, contacts: New<Contact>[]): Promise<BatchRow<Contact>[]> {
  const written: Written = new Map()
  const rows: Row[] = []
  for (const [index, contact] of contacts.entries()) {
    const { email, phone } = contact
    const properties = contactProperties(contact, context.settings)
    if (email !== undefined) rows.push({ index, properties, key: email.toLowerCase() })
    else if (phone !== undefined) rows.push({ index, properties, key: phoneKey(phone), phone })
    else written.set(index, failed('CONTACT_ERROR', 'A contact without e-mail address and phone cannot be recognised'))
  }
  // HubSpot refuses a batch that names one contact twice; what comes later counts.
  for (let round = rows; round.length > 0; ) {
    const [now, later] = firsts(round)
    for (const some of chunks(now.filter(({ phone }) => phone === undefined)))
      await upsertByEmail(context, some, written)
    for (const some of chunks(now.filter(({ phone }) => phone !== undefined)))
      await context.inTurn(contacts.length === 1 ? some[0]!.key : 'batch', () => upsertByPhone(context, some, written))
    round = later
  }
  return contacts.map(
    (_, index) => written.get(index) ?? failed('CONTACT_ERROR', 'HubSpot said nothing of this contact'),
  )
}

async function upsertByEmail(context: HubSpotContext, rows: Row[], written: Written): Promise<void> {
  const inputs = rows.map(({ index, properties, key }) => ({
    id: key,
    idProperty: 'email',
    properties: { ...properties, email: key },
    objectWriteTraceId: String(index),
  }))
  await send(context, 'upsert', rows, inputs, written)
}

async function upsertByPhone(context: HubSpotContext, rows: Row[], written: Written): Promise<void> {
  const known = await findByPhones(
    context,
    rows.map(({ phone = '' }) => phone),
    contactFields(context.settings),
  )
  const old = rows.flatMap((row) => {
    const found = known.get(row.key)
    return found === undefined ? [] : [{ ...row, id: found.id }]
  })
  const fresh = rows.filter(({ key }) => !known.has(key))
  const inputOf = ({ index, properties, id }: Row) => ({
    ...(id === undefined ? {} : { id }),
    properties,
    objectWriteTraceId: String(index),
  })
  if (old.length > 0) await send(context, 'update', old, old.map(inputOf), written)
  if (fresh.length > 0) {
    const inputs = fresh.map((row) => ({ ...inputOf(row), associations: [] }))
    await send(context, 'create', fresh, inputs, written)
  }
}

/** Sends a batch and notes what became of each row. A batch refused as a whole is halved until the culprits stand alone. */
async function send(
  context: HubSpotContext,
  action: 'upsert' | 'update' | 'create',
  rows: Row[],
  inputs: object[],
  written: Written,
): Promise<void> {
  let answer: BatchAnswer<HubSpotContact>
  try {
    answer = await context.http.post(
      objects('contacts', 'batch', action),
      { inputs },
      { repeatable: action !== 'create' },
    )
  } catch (error) {
    const isOfRow = error instanceof ConnectorError && (error.code === 'VENDOR_REJECTED' || error.code === 'CONFLICT')
    if (!isOfRow) throw error
    const [only] = rows
    if (rows.length === 1 && only !== undefined) {
      written.set(only.index, failed(error.code, error.vendorMessage ?? error.message))
      return
    }
    const middle = Math.ceil(rows.length / 2)
    await send(context, action, rows.slice(0, middle), inputs.slice(0, middle), written)
    await send(context, action, rows.slice(middle), inputs.slice(middle), written)
    return
  }
  for (const result of answer.results) {
    const row = rows.find((one) => isAbout(one, result))
    if (row === undefined) continue
    const created = action === 'upsert' ? result.new === true : action === 'create'
    if (created && row.phone !== undefined) context.recent.note(row.key, result.id)
    written.set(row.index, { success: true, data: readContact(result, context.settings), created })
  }
  for (const row of rows) {
    if (written.has(row.index)) continue
    const error = answer.errors?.find((one) => isErrorOf(row, one)) ?? answer.errors?.[0]
    if (error !== undefined) written.set(row.index, failed(codeOf(error), error.message))
  }
}

/** Results come in any order: the trace id tells, or else the address or id. */
const isAbout = ({ index, key, id }: Row, result: HubSpotContact & { objectWriteTraceId?: string }): boolean =>
  result.objectWriteTraceId === undefined
    ? result.id === id || result.properties.email?.toLowerCase() === key
    : result.objectWriteTraceId === String(index)

const isErrorOf = ({ index, key, id }: Row, { context = {} }: BatchError): boolean =>
  context.objectWriteTraceId?.includes(String(index)) ??
  Object.values(context)
    .flat()
    .some((value) => value === id || String(value).toLowerCase() === key)

const codeOf = ({ category }: BatchError): string => (category === 'CONFLICT' ? 'CONFLICT' : 'VENDOR_REJECTED')

const failed = (errorCode: string, message: string) => ({
  success: false as const,
  errorCode,
  error: `${message.replace(/[.\s]+$/, '')} (${errorCode})`,
})

/** The first row of every contact, and the rest. */
function firsts(rows: Row[]): [Row[], Row[]] {
  const seen = new Set<string>()
  const isFirst = rows.map(({ key }) => !seen.has(key) && seen.add(key) !== undefined)
  return [rows.filter((_, at) => isFirst[at]), rows.filter((_, at) => !isFirst[at])]
}

const chunks = (rows: Row[]): Row[][] =>
  Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, at) =>
    rows.slice(at * batchSize, (at + 1) * batchSize),
  )
