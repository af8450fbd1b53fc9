import { test } from 'node:test'
import {
  type AnyConnector,
  type CalendarEvent,
  type Contact,
  type Context,
  cursorPages,
  date,
  defineConnector,
  encrypted,
  type Lead,
  mapping,
  minor,
  type New,
  type Note,
  number,
  type OperationInput,
  type OperationName,
  oauth2,
  primary,
  readOnly,
  runOperation,
  type Static,
  schemes,
  Type,
} from './index.ts'
import type { inputs } from './operation-schemas.ts'

/*
 * What must not compile. Each line marked so is an assertion: TypeScript reports one that compiles after all, and the type check of
 * the whole server fails.
 */

type Person = {
  id: number
  name: string
  emails?: { value: string; primary: boolean; label?: string }[]
  phones?: { value: string; primary: boolean }[] | null
  update_time?: string
  visible: boolean
  owner: { id: number; name: string }
  properties: { email?: string | null; [name: string]: string | null | undefined }
}
type PersonLead = { id: string; title: string; person_id: number; value?: { amount: number; currency: string } | null }

test('a mapping that fits compiles', () => {
  mapping<Contact, Person>({
    externalId: number('id'),
    name: 'name',
    email: primary('emails'),
    phone: primary('phones'),
    company: 'owner.name',
    lastName: 'properties.anything',
    firstName: readOnly('name'),
    updatedAt: date('update_time'),
  })
  mapping<Lead, PersonLead>({
    externalId: 'id',
    title: 'title',
    contactId: number('person_id'),
    amountMinor: minor('value.amount', 'value.currency'),
    currency: 'value.currency',
  })
})

test('a mapping to a field that does not exist, or that holds another type, does not compile', () => {
  // @ts-expect-error the vendor has no such field
  mapping<Contact, Person>({ externalId: number('id'), name: 'nmae' })
  // @ts-expect-error the vendor has no such field below `owner`
  mapping<Contact, Person>({ externalId: number('id'), name: 'owner.nmae' })
  // @ts-expect-error we have no such field
  mapping<Contact, Person>({ externalId: number('id'), nmae: 'name' })
  // @ts-expect-error a number where text is wanted
  mapping<Contact, Person>({ externalId: 'id' })
  // @ts-expect-error a truth value where text is wanted
  mapping<Contact, Person>({ externalId: number('id'), name: 'visible' })
  // @ts-expect-error `number` of a field that is text
  mapping<Contact, Person>({ externalId: number('name') })
  // @ts-expect-error `primary` of a field that is no list
  mapping<Contact, Person>({ externalId: number('id'), email: primary('name') })
  // @ts-expect-error a time where text is wanted
  mapping<Contact, Person>({ externalId: number('id'), email: date('update_time') })
  // @ts-expect-error money is a number of ours
  mapping<Lead, PersonLead>({ externalId: 'id', title: minor('value.amount') })
  // @ts-expect-error without the vendor's id a record could not be found again
  mapping<Contact, Person>({ name: 'name' })
})

const identity = {
  id: 'acme',
  name: 'Acme',
  category: 'crm',
  description: 'A CRM.',
  docs: 'https://example.com',
  apiVersion: '1',
  auth: [
    oauth2({
      provider: 'acme',
      authorizeUrl: 'https://example.com/authorize',
      tokenUrl: 'https://example.com/token',
      scopes: ['contacts'],
      clientAuth: 'basic',
      pkce: true,
    }),
  ],
  http: { baseUrl: 'https://example.com', pages: cursorPages({ items: 'data', next: 'next', param: 'cursor' }) },
  check: async () => ({ name: 'Acme' }),
} as const
const settings = Type.Object({ ownerId: Type.Optional(Type.Integer()), secret: encrypted(Type.String()) })

test('a connector that fits compiles', () => {
  const acme = defineConnector({
    ...identity,
    settings,
    capabilities: {
      contacts: {
        async *list({ http, settings: { ownerId } }, { updatedSince }) {
          for await (const person of http.pages<Person>('/persons', { updatedSince, ownerId })) {
            yield { externalId: String(person.id) }
          }
        },
        create: async ({ settings: { secret } }, input) => ({ ...input, externalId: secret }),
      },
      notes: { create: async (_, input: New<Note>) => ({ ...input, externalId: '1' }) },
      calendar: { book: async (_, event: New<CalendarEvent>) => ({ ...event, externalId: '1' }) },
    },
    webhook: { verify: schemes.stripe(), secret: 'generated', parse: () => [] },
    repeat: { 'notes.create': 'never' },
  })
  // The hub handles connectors of any settings.
  const any: AnyConnector = acme
  const run = (context: Context) => runOperation(any, context, 'contacts.create', { email: 'ada@example.com' })
  void run
  const create = (context: Context) => any.capabilities.contacts?.create?.(context, { email: 'ada@example.com' })
  void create
})

test('a connector that claims what there is not does not compile', () => {
  defineConnector({
    ...identity,
    settings,
    capabilities: {
      contacts: {
        // @ts-expect-error this setting is not declared
        create: async ({ settings }, input) => ({ ...input, externalId: settings.ownrId }),
      },
    },
  })
  defineConnector({
    ...identity,
    settings,
    // @ts-expect-error there is no such capability
    capabilities: { telepathy: { send: async () => {} } },
  })
  defineConnector({
    ...identity,
    settings,
    // @ts-expect-error there is no such operation
    capabilities: { contacts: { merge: async () => {} } },
  })
  defineConnector({
    ...identity,
    settings,
    // @ts-expect-error a contact has an id at the vendor
    capabilities: { contacts: { create: async (_, input) => ({ ...input }) } },
  })
  defineConnector({
    ...identity,
    settings,
    capabilities: {},
    // @ts-expect-error a webhook that nobody verifies
    webhook: { secret: 'generated', parse: () => [] },
  })
  defineConnector({
    ...identity,
    settings,
    capabilities: {},
    // @ts-expect-error this verifies nothing
    webhook: { verify: () => true, secret: 'generated', parse: () => [] },
  })
  // @ts-expect-error the connector does not say whether its credentials work
  defineConnector({ ...identity, check: undefined, settings, capabilities: {} })
  // @ts-expect-error there is no such operation to say something of
  defineConnector({ ...identity, settings, capabilities: {}, repeat: { 'contacts.merge': 'safe' } })
})

test('an operation that there is not, or input of another, does not compile', () => {
  const acme = { name: 'Acme', capabilities: {} }
  const run = (context: Context) => [
    // @ts-expect-error there is no such operation
    runOperation(acme, context, 'contacts.merge', {}),
    // @ts-expect-error this is the input of another operation
    runOperation(acme, context, 'notes.create', { email: 'ada@example.com' }),
  ]
  void run
})

/** As it is written in JSON. */
type Json<T> = T extends Date | Uint8Array
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? { [K in keyof T]: Json<T[K]> }
      : T
type InputSchemas = typeof inputs
type KeysOf<T> = T extends unknown ? keyof T : never
/** Operations whose schema accepts what the operation does not, or leaves out a field of it. Those without input have no fields. */
type Misfits = {
  [N in OperationName]: string extends keyof OperationInput<N>
    ? never
    : Static<InputSchemas[N]> extends Json<OperationInput<N>>
      ? KeysOf<OperationInput<N>> extends KeysOf<Static<InputSchemas[N]>>
        ? never
        : N
      : N
}[OperationName]

test('the schema of every operation is its input', () => {
  const misfits = (name: Misfits): never => name
  void misfits
})
