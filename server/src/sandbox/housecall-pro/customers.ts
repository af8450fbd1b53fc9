import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { ById, newId, nullable, ofCompany, paged, paging, shownTime, sortBy, text } from './company.ts'
import { refused } from './failures.ts'

const addressFields = {
  street: text(),
  street_line_2: text(),
  city: text(),
  state: text(),
  zip: text(),
  country: text(),
}
const fields = {
  ...{ first_name: nullable(), last_name: nullable(), email: nullable(), company: nullable() },
  ...{ mobile_number: nullable(), home_number: nullable(), work_number: nullable(), lead_source: nullable() },
  notifications_enabled: Type.Optional(Type.Boolean()),
  tags: Type.Optional(Type.Array(Type.String())),
  notes: text(),
}
const NewCustomer = Type.Object({ ...fields, addresses: Type.Optional(Type.Array(Type.Object(addressFields))) })
const ChangedCustomer = Type.Object(fields)
const NewAddress = Type.Object({
  ...{ street: Type.String(), street_line_2: nullable(), city: Type.String() },
  ...{ state: Type.String(), zip: Type.String(), country: Type.String() },
  latitude: Type.Optional(Type.Union([Type.Number(), Type.String()])),
  longitude: Type.Optional(Type.Union([Type.Number(), Type.String()])),
})
const Expand = Type.Optional(Type.Array(Type.Enum(['attachments', 'do_not_service'])))

type Address = {
  id: string
  type: 'service' | 'billing'
  street?: string
  street_line_2?: string | null
  city?: string
  state?: string
  zip?: string
  country?: string
}
export type Customer = Omit<Static<typeof ChangedCustomer>, 'notes'> & {
  notes?: string | null
  addresses: Address[]
}

export const customersOf = (account: Account) => account.records<Customer>('customer')

/** Customers and where they live. */
export function customerRoutes(api: Api, world: World): void {
  api.get(
    '/customers',
    {
      schema: {
        querystring: Type.Object({
          q: text(),
          ...paging,
          ...sortBy('first_name', 'last_name', 'id'),
          'expand[]': Expand,
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { q } = request.query
      const found = customersOf(account).list({ where: ({ data }) => q === undefined || matches(data, q) })
      return paged('customers', found, request.query, (record) => shownCustomer(account, record))
    },
  )

  api.post('/customers', { schema: { body: NewCustomer } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { addresses = [], ...given } = request.body
    const named = ['first_name', 'last_name', 'email', 'mobile_number', 'home_number', 'work_number'] as const
    if (!named.some((name) => given[name]))
      throw refused(400, 'One of first_name, last_name, email or a phone number is required')
    const made = customersOf(account).create(
      { ...checked(given), addresses: addresses.map((one) => ({ ...one, id: newId(world, 'adr'), type: 'service' })) },
      newId(world, 'cus'),
    )
    return await reply.code(201).send(shownCustomer(account, made))
  })

  api.get(
    '/customers/:id',
    { schema: { params: ById, querystring: Type.Object({ 'expand[]': Expand }) } },
    async (request) => {
      const account = world.accountOf(request)
      return shownCustomer(account, customersOf(account).need(request.params.id))
    },
  )

  api.put('/customers/:id', { schema: { params: ById, body: ChangedCustomer } }, async (request) => {
    const account = world.accountOf(request)
    return shownCustomer(account, customersOf(account).update(request.params.id, checked(request.body)))
  })

  api.get('/customers/:id/addresses', { schema: { params: ById } }, async (request) => {
    const { data } = customersOf(world.accountOf(request)).need(request.params.id)
    const total = data.addresses.length
    return { page: 1, page_size: 10, total_pages: 1, total_items: total, addresses: data.addresses }
  })

  api.post('/customers/:id/addresses', { schema: { params: ById, body: NewAddress } }, async (request) => {
    const { latitude: _, longitude: _also, ...given } = request.body
    const made: Address = { ...given, id: newId(world, 'adr'), type: 'service' }
    customersOf(world.accountOf(request)).update(request.params.id, (data) => {
      return { ...data, addresses: [...data.addresses, made] }
    })
    return made
  })
}

/** The search looks at parts of names, addresses and the mobile number, and at no other. */
function matches({ addresses, ...data }: Customer, q: string): boolean {
  const places = addresses.map(({ street, city, zip }) => [street, city, zip].join(' '))
  const names = [[data.first_name, data.last_name].join(' '), data.email, data.mobile_number]
  return [...names, ...places].some((part) => part?.toLowerCase().includes(q.trim().toLowerCase()))
}

function checked<Fields extends { email?: string | null | undefined }>(given: Fields): Fields {
  if (given.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given.email)) throw refused(400, 'Email is invalid')
  return given
}

/** The customer of a job does not say where it lives. */
export function shownCustomer(account: Account, { id, data, createdAt, updatedAt }: Stored<Customer>) {
  const { addresses, ...given } = data
  const empty = {
    first_name: null,
    last_name: null,
    email: null,
    mobile_number: null,
    home_number: null,
    work_number: null,
  }
  return {
    ...{ id, ...empty, company: null, notifications_enabled: true, lead_source: null, notes: null, tags: [] },
    ...given,
    ...{ created_at: shownTime(createdAt), updated_at: shownTime(updatedAt), ...ofCompany(account), addresses },
  }
}
