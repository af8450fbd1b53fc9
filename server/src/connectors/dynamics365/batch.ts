import { randomUUID } from 'node:crypto'
import { type BatchRow, type Contact, type New, phoneKey } from '../../kit/index.ts'
import { keyOf, placeOfKey, withoutKey } from './alternate-key.ts'
import { reasonOf } from './faults.ts'
import { findByColumn, findByEmails, findPerson } from './find.ts'
import { newPersonRecord, personColumns, personRecord, readContact } from './mappings.ts'
import { type Part, type PartAnswer, sendBatch } from './multipart.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row } from './types.ts'

/** Dataverse takes a thousand; its limit of execution time makes smaller ones the faster. */
const batchSize = 100

type Person = { index: number; input: New<Contact>; key: string }
type Written = Map<number, BatchRow<Contact>>
type Wanted = { index: number; part: Part; id?: string; isNew?: boolean }

/** Creates or updates people a hundred at a time, each row failing by itself. */
export async function batchUpsert(context: DynamicsContext, given: New<Contact>[]): Promise<BatchRow<Contact>[]> {
  const written: Written = new Map()
  const people: Person[] = []
  for (const [index, input] of given.entries()) {
    const { email, phone } = input
    const known = keyOf(input, context.settings)
    const key = known?.value ?? email?.toLowerCase() ?? (phone === undefined ? undefined : phoneKey(phone))
    if (key !== undefined) people.push({ index, input, key })
    else written.set(index, failed('CONTACT_ERROR', 'A contact without e-mail address and phone cannot be recognised'))
  }
  // Who is named twice is looked for again after the first time; what comes later counts.
  for (let round = people; round.length > 0; ) {
    const [now, later] = firsts(round, ({ key }) => key)
    for (const some of chunks(now, batchSize)) await context.inTurn('batch', () => write(context, some, written))
    round = later
  }
  return given.map((_, index) => written.get(index) ?? failed('CONTACT_ERROR', 'Dynamics 365 said nothing of it'))
}

async function write(context: DynamicsContext, people: Person[], written: Written): Promise<void> {
  const byKey: Wanted[] = []
  const others: Person[] = []
  for (const person of people) {
    const { index, input } = person
    const key = keyOf(input, context.settings)
    const place = key && placeOfKey(key)
    if (key && place !== undefined)
      byKey.push({ index, part: partOf(context, 'PATCH', place, withoutKey(newRecord(context, input), key)) })
    else others.push(person)
  }
  await send(context, byKey, written)

  const found = await findAll(context, others)
  const [fresh, known] = [others.filter((_, at) => !found[at]), others.filter((_, at) => found[at])]
  await send(
    context,
    fresh.map(({ index, input }) => {
      const contactid = randomUUID()
      const part = partOf(context, 'POST', '/contacts', { ...newRecord(context, input), contactid })
      return { index, part, id: contactid, isNew: true }
    }),
    written,
  )
  const changes = known.map(({ index, input }) => {
    const id = String(found[others.findIndex((one) => one.index === index)]?.contactid)
    const part = partOf(context, 'PATCH', `/contacts(${id})`, personRecord(input, context.settings), '*')
    return { index, part, id, isNew: false }
  })
  // Two rows that turn out to be one person are written one after the other.
  await send(context, changes, written)
}

const newRecord = ({ settings }: DynamicsContext, input: New<Contact>): Row => newPersonRecord(input, settings)

/** Who of them is there already. */
async function findAll(context: DynamicsContext, people: Person[]): Promise<(Row | undefined)[]> {
  const emails = people.flatMap(({ input }) => (keyOf(input, context.settings) ? [] : (input.email ?? [])))
  const byEmail = await findByEmails(context, emails)
  const all: (Row | undefined)[] = []
  for (const { input } of people) {
    const key = keyOf(input, context.settings)
    const { email, phone } = input
    if (key) all.push(await findByColumn(context, key.column, key.value))
    else {
      const known = email === undefined ? undefined : byEmail.get(email.toLowerCase())
      all.push(known ?? (phone === undefined ? undefined : await findPerson(context, { phone })))
    }
  }
  return all
}

function partOf(
  { settings }: DynamicsContext,
  method: Part['method'],
  place: string,
  body: Row,
  ifMatch?: string,
): Part {
  const headers = { Prefer: 'return=representation', ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }) }
  return { method, path: `${place}?$select=${personColumns(settings)}`, headers, body }
}

async function send(context: DynamicsContext, wanted: Wanted[], written: Written): Promise<void> {
  if (wanted.length === 0) return
  const answers = await sendBatch(
    context,
    wanted.map(({ part }) => part),
  )
  const taken = await madeBefore(context, wanted, answers)
  for (const [at, { index, isNew }] of wanted.entries()) {
    const { status, body } = taken.get(at) ?? answers[at]!
    const row: BatchRow<Contact> =
      status >= 200 && status < 300
        ? { success: true, data: readContact(Object(body), context.settings), created: isNew ?? status === 201 }
        : { success: false, ...reasonOf(status, body) }
    written.set(index, row)
  }
}

/** A batch that was repeated finds the ids of its new records taken, by what its first try made. */
async function madeBefore(
  context: DynamicsContext,
  wanted: Wanted[],
  answers: PartAnswer[],
): Promise<Map<number, PartAnswer>> {
  const doubtful = wanted.flatMap(({ id, isNew }, at) => (isNew && answers[at]?.status === 412 ? [{ at, id }] : []))
  if (doubtful.length === 0) return new Map()
  const $select = personColumns(context.settings)
  const found = await sendBatch(
    context,
    doubtful.map(({ id }) => ({ method: 'GET', path: `/contacts(${id})?$select=${$select}` })),
  )
  return new Map(
    doubtful.flatMap(({ at }, place) => {
      const answer = found[place]
      return answer?.status === 200 ? [[at, answer] as const] : []
    }),
  )
}

const failed = (errorCode: string, message: string) => ({
  success: false as const,
  errorCode,
  error: `${message} (${errorCode})`,
})

/** The first of every key, and the rest. */
function firsts<T>(all: T[], keyOfOne: (one: T) => string): [T[], T[]] {
  const seen = new Set<string>()
  const isFirst = all.map((one) => !seen.has(keyOfOne(one)) && seen.add(keyOfOne(one)) !== undefined)
  return [all.filter((_, at) => isFirst[at]), all.filter((_, at) => !isFirst[at])]
}

const chunks = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))
