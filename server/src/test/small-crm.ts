import { bearer, type Contact, defineConnector, encrypted, hmac, keys, type New, Type } from '../kit/index.ts'
import type { ConnectorEntry } from '../templates/catalogue.ts'
import { type FakeVendor, fakeVendor, type VendorCall, type VendorReply } from './fake-vendor.ts'
import type { Hub } from './hub.ts'

/** What a person of the vendor's looks like. */
type Person = { id: string; email?: string; phone?: string; name?: string }

const contactOf = ({ id, ...fields }: Person): Contact => ({ externalId: id, ...fields, raw: { id, ...fields } })
const personOf = ({ email, phone, name }: New<Contact>) => ({ email, phone, name })

/** A connector of a vendor that does not exist, with each sort of operation: safe to repeat, found by looking, and neither. */
export const smallCrm = defineConnector({
  id: 'small_crm',
  name: 'Small CRM',
  category: 'crm',
  description: 'Contacts and notes.',
  docs: 'https://example.com/docs',
  apiVersion: '1',
  settings: Type.Object({
    url: Type.String({ title: 'URL' }),
    pageSize: Type.Integer({ title: 'Page size', minimum: 1, maximum: 100, default: 2 }),
    signingSecret: Type.Optional(encrypted(Type.String({ title: 'Signing secret', minLength: 8 }))),
  }),
  auth: [
    keys({
      fields: Type.Object({ apiKey: Type.String({ title: 'API key', minLength: 8 }) }),
      apply: ({ apiKey }) => bearer(apiKey),
    }),
  ],
  http: { baseUrl: ({ settings }) => settings.url, rateLimit: { requests: 10_000, perMs: 1_000 } },
  check: async ({ http }) => {
    const { account } = await http.get<{ account: { id: string; name: string } }>('/me')
    return { name: account.name, routingKey: account.id }
  },
  webhook: { secret: 'generated', verify: hmac({ header: 'x-signature' }), parse: () => [] },
  capabilities: {
    contacts: {
      find: async ({ http }, { email, phone }) => {
        const { people } = await http.get<{ people: Person[] }>('/people', { email, phone })
        return people[0] ? contactOf(people[0]) : null
      },
      create: async ({ http }, input) => contactOf(await http.post<Person>('/people', personOf(input))),
      upsert: async ({ http }, input) => {
        const person = await http.put<Person & { created: boolean }>('/people', personOf(input))
        const { created, ...rest } = person
        return { contact: contactOf(rest), created }
      },
      changes: async ({ http, settings }, { cursor = '0' }) => {
        const { people, next, more } = await http.get<{ people: Person[]; next: string; more: boolean }>('/changes', {
          after: cursor,
          limit: settings.pageSize,
        })
        const changes = people.map((person) => ({ type: 'upserted' as const, record: contactOf(person) }))
        return { changes, cursor: next, more }
      },
    },
    notes: {
      create: async ({ http }, { contactId, text }) => {
        const { id } = await http.post<{ id: string }>('/notes', { person: contactId, text })
        return { externalId: id, contactId, text }
      },
    },
  },
})

export const smallCrmEntry: ConnectorEntry = { id: 'small_crm', load: async () => smallCrm }

export type SmallVendor = FakeVendor & {
  people: Person[]
  notes: { person: string; text: string }[]
  /** The key that is accepted. */
  key: string
  /** What to answer to calls of this path in place of doing them; `after` does them first. */
  faults: { path: string; reply: VendorReply; after?: boolean; times?: number }[]
  countOf(method: string, path: string): number
}

/** The vendor of the small CRM, with its data. */
export async function smallVendor(key = 'the-right-key-of-the-vendor'): Promise<SmallVendor> {
  const people: Person[] = []
  const notes: { person: string; text: string }[] = []
  const faults: SmallVendor['faults'] = []

  const act = ({ method, path, query, body }: VendorCall): VendorReply => {
    switch (`${method} ${path}`) {
      case 'GET /me':
        return { account: { id: 'account-1', name: 'The account' } }
      case 'GET /people':
        return { people: people.filter((person) => matches(person, query)) }
      case 'POST /people': {
        const person = { id: String(people.length + 1), ...(body as object) }
        people.push(person)
        return { status: 201, body: person }
      }
      case 'PUT /people': {
        const found = people.find(({ email }) => email === (body as Person).email)
        if (found) return { ...Object.assign(found, body), created: false }
        const person = { id: String(people.length + 1), ...(body as object) }
        people.push(person)
        return { ...person, created: true }
      }
      case 'GET /changes': {
        const from = Number(query.after)
        const to = from + Number(query.limit)
        return { people: people.slice(from, to), next: String(Math.min(to, people.length)), more: to < people.length }
      }
      case 'POST /notes':
        notes.push(body as { person: string; text: string })
        return { status: 201, body: { id: `note-${notes.length}` } }
      default:
        return { status: 404, body: { message: 'no such path' } }
    }
  }

  const vendor = await fakeVendor((call) => {
    if (call.headers.authorization !== `Bearer ${small.key}`)
      return { status: 401, body: { message: `the key ${call.headers.authorization} is wrong` } }
    const at = faults.findIndex(({ path }) => path === call.path || path === '*')
    const fault = faults[at]
    if (!fault) return act(call)
    if (fault.times !== undefined && --fault.times === 0) faults.splice(at, 1)
    if (fault.after) act(call)
    return fault.reply
  })
  const small: SmallVendor = Object.assign(vendor, {
    people,
    notes,
    key,
    faults,
    countOf: (method: string, path: string) =>
      vendor.calls.filter((call) => call.method === method && call.path === path).length,
  })
  return small
}

const matches = (person: Person, query: Record<string, string>): boolean =>
  (query.email === undefined || person.email === query.email) &&
  (query.phone === undefined || person.phone === query.phone)

/** Connects a workspace of the hub to the vendor. */
export async function connectSmallCrm(
  hub: Hub,
  vendor: { url: string; key: string },
  options: { key?: string; body?: object } = {},
): Promise<{ id: string; status: string }> {
  const answer = await hub.request<{ id: string; status: string }>('POST', '/api/integrations', {
    ...(options.key === undefined ? {} : { key: options.key }),
    body: {
      templateId: 'small_crm',
      config: { url: vendor.url },
      credentials: { apiKey: vendor.key },
      // Tests say themselves what they subscribe to.
      defaultSubscriptions: false,
      ...options.body,
    },
  })
  if (answer.status !== 201) throw new Error(`Not connected: ${answer.text}`)
  return answer.body.data
}
