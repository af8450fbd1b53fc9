import {
  type Address,
  type Change,
  type Changes,
  ConnectorError,
  type Contact,
  isSamePhone,
  type New,
  nationalNumber,
  type Offered,
  type OperationInput,
  phoneKey,
} from '../../kit/index.ts'
import { addressBody, hasAddress, isWhole } from './addresses.ts'
import { contact, readPhone } from './mappings.ts'
import { changesOf, recordsSince } from './pages.ts'
import { paths } from './paths.ts'
import type { HcpContext } from './settings.ts'
import type { HcpCustomer } from './types.ts'

const customers = { path: paths.customers, items: 'customers' }

export const contacts = {
  async *list(context: HcpContext, { updatedSince }: OperationInput<'contacts.list'>) {
    for await (const customer of recordsSince<HcpCustomer>(context, customers, updatedSince))
      yield readContact(customer)
  },

  changes: async (context: HcpContext, input: OperationInput<'contacts.changes'>) =>
    await changesOf(context, customers, input, (customer: HcpCustomer): Change<Contact> => {
      return { type: 'upserted', record: readContact(customer) }
    }),

  get: async (context: HcpContext, { externalId }: { externalId: string }) =>
    readContact(await customerOf(context, externalId)),

  async find(context: HcpContext, known: OperationInput<'contacts.find'>): Promise<Contact | null> {
    const customer = await findCustomer(context, known)
    return customer ? readContact(customer) : null
  },

  create: async (context: HcpContext, input: New<Contact>) => readContact(await createCustomer(context, input)),

  update: async (context: HcpContext, { externalId, changes }: OperationInput<'contacts.update'>) =>
    readContact(await changeCustomer(context, externalId, changes)),

  /** Housecall Pro lets twins be, so whoever is there is looked for first. Tags are added to those that are there. */
  async upsert(context: HcpContext, input: New<Contact>) {
    const { email, phone } = input
    if (email === undefined && phone === undefined)
      throw new ConnectorError(
        'CONTACT_ERROR',
        'A contact without e-mail address and phone cannot be recognised in Housecall Pro (CONTACT_ERROR)',
      )
    const key = email?.toLowerCase() ?? phoneKey(phone ?? '')
    return await context.inTurn(key, async () => {
      const present = await findCustomer(context, input)
      if (!present) return { contact: readContact(await createCustomer(context, input)), created: true }
      const tags = input.tags && [...new Set([...(present.tags ?? []), ...input.tags])]
      const changes = { ...input, ...(tags ? { tags } : {}) }
      return { contact: readContact(await changeCustomer(context, present.id, changes)), created: false }
    })
  },
} satisfies { [name in keyof NonNullable<Offered['contacts']>]: unknown }

export const customerOf = async ({ http }: HcpContext, id: string): Promise<HcpCustomer> =>
  await http.get<HcpCustomer>(paths.customer(id))

type Known = { email?: string | undefined; phone?: string | undefined }

/** Who has this address, or else this phone; of several, the one that has existed longest. */
export async function findCustomer(context: HcpContext, { email, phone }: Known): Promise<HcpCustomer | undefined> {
  const byEmail =
    email === undefined
      ? undefined
      : await search(context, email, (one) => one.email?.toLowerCase() === email.toLowerCase())
  if (byEmail || phone === undefined) return byEmail
  return await search(context, nationalNumber(phone), (one) =>
    phonesOf(one).some((own) => isSamePhone(readPhone(own), phone)),
  )
}

/** The search looks at names, addresses and phones alike, and takes parts of them, so its answers are looked at closely. */
async function search({ http }: HcpContext, q: string, fits: (customer: HcpCustomer) => boolean) {
  const query = { q, sort_by: 'created_at', sort_direction: 'asc' }
  for await (const customer of http.pages<HcpCustomer>(paths.customers, query)) if (fits(customer)) return customer
  return undefined
}

const phonesOf = ({ mobile_number: mobile, home_number: home, work_number: work }: HcpCustomer): string[] =>
  [mobile, home, work].filter((phone): phone is string => Boolean(phone))

async function createCustomer({ http, settings }: HcpContext, input: New<Contact>): Promise<HcpCustomer> {
  const body = {
    ...writeContact(input),
    ...(input.address ? { addresses: [addressBody(input.address)] } : {}),
    ...(settings.lead_source === undefined ? {} : { lead_source: settings.lead_source }),
  }
  return await http.post<HcpCustomer>(paths.customers, body)
}

/** An address is added to those that are there, since none can be changed; only a whole one can be added. */
async function changeCustomer(context: HcpContext, id: string, changes: Changes<Contact>): Promise<HcpCustomer> {
  const customer = await context.http.put<HcpCustomer>(paths.customer(id), writeContact(changes))
  const { address } = changes
  if (!address || !isWhole(address) || hasAddress(customer, address)) return customer
  await context.http.post(paths.customer(id, 'addresses'), addressBody(address))
  return await customerOf(context, id)
}

function readContact(customer: HcpCustomer): Contact {
  const ours = contact.read(customer)
  const [phone] = phonesOf(customer)
  const own = (customer.addresses ?? []).find(({ type }) => type === 'service') ?? customer.addresses?.[0]
  const { street, city, state, zip, country } = own ?? {}
  const parts = Object.entries({ street, city, state, postalCode: zip, country }).filter(([, value]) => value)
  return {
    ...ours,
    ...(phone === undefined ? {} : { phone: readPhone(phone) }),
    ...(parts.length === 0 ? {} : { address: Object.fromEntries(parts) as Address }),
  }
}

/** Names are kept in two parts there. */
function writeContact({ name, ...given }: New<Contact> | Changes<Contact>): Record<string, unknown> {
  const isTold = given.firstName !== undefined || given.lastName !== undefined
  const [first, ...rest] = (name ?? '').trim().split(/\s+/)
  const parts = !name || isTold ? {} : { firstName: first, ...(rest.length > 0 ? { lastName: rest.join(' ') } : {}) }
  const body: Record<string, unknown> = contact.write({ ...given, ...parts })
  if (body.tags === null) body.tags = []
  return body
}
