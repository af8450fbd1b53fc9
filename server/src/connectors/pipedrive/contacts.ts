import {
  type BatchRow,
  type Changes,
  ConnectorError,
  type Contact,
  type New,
  notFoundAtVendor,
  type OperationInput,
} from '../../kit/index.ts'
import { changesOf, updatedSinceText } from './changes.ts'
import { changedEntries } from './entries.ts'
import { findPersonId, keysOf } from './find.ts'
import { personFields, readContact } from './mappings.ts'
import { paths } from './paths.ts'
import { ownedBy, type PipedriveContext } from './settings.ts'
import type { Person, Reply } from './types.ts'

/** Rows of a batch that are under way at a time; Pipedrive takes no batches, and 10 searches in two seconds. */
const batchWidth = 4
/** Codes that are about one row, and nothing that the next one would meet as well. */
const ofRow: ReadonlySet<string> = new Set(['VENDOR_REJECTED', 'CONFLICT', 'NOT_FOUND', 'CONTACT_ERROR'])

export const contacts = {
  async *list({ http, settings }: PipedriveContext, { updatedSince }: OperationInput<'contacts.list'>) {
    const query = { sort_by: 'id', updated_since: updatedSinceText(updatedSince) }
    for await (const person of http.pages<Person>(paths.persons(), query)) yield readContact(person, settings)
  },

  changes: async (context: PipedriveContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf<Person, Contact>(
      context,
      { path: paths.persons(), item: 'person', read: (person) => readContact(person, context.settings) },
      input,
    ),

  get: async (context: PipedriveContext, { externalId }: { externalId: string }) =>
    readContact(await personOf(context, externalId), context.settings),

  async find(context: PipedriveContext, input: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const id = await findPersonId(context, input)
    return id === undefined ? null : readContact(await personOf(context, id), context.settings)
  },

  create: async (context: PipedriveContext, input: New<Contact>) =>
    readContact(await createPerson(context, input), context.settings),

  async update(context: PipedriveContext, { externalId, changes }: OperationInput<'contacts.update'>) {
    const { email, phone, firstName, lastName, name } = changes
    const needsCurrent =
      email || phone || (name === undefined && (firstName !== undefined || lastName !== undefined)) || false
    const current = needsCurrent ? await personOf(context, externalId) : undefined
    return readContact(await changePerson(context, externalId, changes, current, true), context.settings)
  },

  /** Pipedrive has no upsert: the person is looked for by address, then by phone, one caller at a time. */
  async upsert(context: PipedriveContext, input: New<Contact>): Promise<{ contact: Contact; created: boolean }> {
    const { email, phone } = input
    if (email === undefined && phone === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        'A contact without e-mail address and phone cannot be recognised in Pipedrive (CONTACT_ERROR)',
      )
    const [key = ''] = keysOf(input)
    return await context.inTurn(key, async () => {
      const id = await findPersonId(context, input)
      if (id === undefined)
        return { contact: readContact(await createPerson(context, input), context.settings), created: true }
      const person = await changePerson(context, id, input, await personOf(context, id), false)
      return { contact: readContact(person, context.settings), created: false }
    })
  },

  /** One by one, since Pipedrive has no batches; each row fails by itself. Rows that name one person keep their order. */
  async batchUpsert(
    context: PipedriveContext,
    { contacts: given }: OperationInput<'contacts.batchUpsert'>,
  ): Promise<BatchRow<Contact>[]> {
    const rows: BatchRow<Contact>[] = new Array(given.length)
    const waiting = given.entries()
    await Promise.all(
      Array.from({ length: batchWidth }, async () => {
        for (const [index, contact] of waiting) rows[index] = await upsertRow(context, contact)
      }),
    )
    return rows
  },

  /** Pipedrive keeps what was deleted for thirty days, in which a person may restore it. */
  delete: async ({ http }: PipedriveContext, { externalId }: { externalId: string }) => {
    await http.delete(paths.persons(externalId))
  },
}

async function personOf({ http }: PipedriveContext, id: string | number): Promise<Person> {
  const { data } = await http.get<Reply<Person>>(paths.persons(id))
  if (data.is_deleted) throw notFoundAtVendor('Pipedrive', 'person')
  return data
}

async function createPerson({ http, settings, recent }: PipedriveContext, input: New<Contact>): Promise<Person> {
  const { email, phone } = input
  // A person must have a name.
  const name = nameOf(input) ?? email ?? phone ?? 'Unknown'
  const body = {
    ...personFields({ ...input, name }, settings),
    ...(email === undefined ? {} : { emails: [{ value: email, primary: true }] }),
    ...(phone === undefined ? {} : { phones: [{ value: phone, primary: true }] }),
    ...ownedBy(settings),
  }
  const { data: person } = await http.post<Reply<Person>>(paths.persons(), body)
  for (const key of keysOf(input)) recent.note(key, String(person.id))
  return person
}

/** Changes a person. `current` is needed where a part of the name, an address or a phone is among the changes. */
async function changePerson(
  { http, settings }: PipedriveContext,
  id: string | number,
  changes: Changes<Contact>,
  current: Person | undefined,
  replaces: boolean,
): Promise<Person> {
  const name = nameOf(changes, current)
  const body = {
    ...personFields({ ...changes, name }, settings),
    ...changedEntries(current ?? { emails: unknown, phones: unknown }, changes, replaces),
  }
  if (current && Object.keys(body).length === 0) return current
  return (await http.patch<Reply<Person>>(paths.persons(id), body, { repeatable: true })).data
}

/** What stands for a list that was not read, since it is emptied whatever is in it. */
const unknown = [{ value: '' }]

/** The whole name, put together from its parts where only these are given; undefined where the name stays. */
function nameOf({ name, firstName, lastName }: Changes<Contact>, current?: Person): string | undefined {
  if (name) return name
  if (firstName === undefined && lastName === undefined) return undefined
  const parts = [
    firstName === undefined ? current?.first_name : firstName,
    lastName === undefined ? current?.last_name : lastName,
  ]
  const whole = parts.filter((part) => part).join(' ')
  return whole === '' || whole === current?.name ? undefined : whole
}

async function upsertRow(context: PipedriveContext, given: New<Contact>): Promise<BatchRow<Contact>> {
  try {
    const { contact, created } = await contacts.upsert(context, given)
    return { success: true, data: contact, created }
  } catch (error) {
    if (!(error instanceof ConnectorError) || !ofRow.has(error.code)) throw error
    return { success: false, errorCode: error.code, error: error.message }
  }
}
