import { Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import {
  ById,
  cents,
  employeeOf,
  LineItems,
  newId,
  ofCompany,
  paged,
  paging,
  shownTime,
  sortBy,
  text,
} from './company.ts'
import { customersOf, shownCustomer } from './customers.ts'
import { refused } from './failures.ts'

const Address = Type.Optional(
  Type.Object({ street: text(), street_line_2: text(), city: text(), state: text(), zip: text() }),
)
const strings = () => Type.Optional(Type.Array(Type.String()))
const NewLead = Type.Object({
  ...{ customer_id: Type.String(), assigned_employee_id: text(), address_id: text(), address: Address },
  ...{ lead_source: text(), note: text(), tags: strings(), tax_name: text(), tax_rate: Type.Optional(Type.Integer()) },
  line_items: Type.Optional(
    Type.Array(
      Type.Object({
        ...{ name: text(), description: text(), unit_cost: cents(), unit_price: Type.Optional(Type.Integer()) },
        kind: Type.Optional(Type.Enum(['labor', 'materials', 'fixed discount', 'percent discount'])),
        quantity: Type.Optional(Type.Integer()),
      }),
    ),
  ),
})
const NewEstimate = Type.Object({
  ...{ estimate_number: Type.Optional(Type.Integer()), note: text(), message: text(), customer_id: Type.String() },
  ...{ assigned_employee_ids: strings(), address_id: text(), lead_source: text(), address: Address },
  options: Type.Array(Type.Object({ name: text(), tags: strings(), line_items: LineItems }), { minItems: 1 }),
  schedule: Type.Optional(
    Type.Object({
      ...{ start_time: text(), end_time: text(), notify_customer: Type.Optional(Type.Boolean()) },
      arrival_window_in_minutes: Type.Optional(Type.Integer()),
    }),
  ),
})

export type Lead = { customerId: string; total: number; leadSource: string | null; status: 'open' | 'won' | 'lost' }
export type Estimate = {
  customerId: string
  addressId: string | null
  leadSource: string | null
  options: { id: string; name: string; total: number; approval: string | null }[]
}
export const leadsOf = (account: Account) => account.records<Lead>('lead')
export const estimatesOf = (account: Account) => account.records<Estimate>('estimate')

type Line = { unit_price?: number; quantity?: number }
const totalOf = (lines: readonly Line[] = []): number =>
  lines.reduce((sum, { unit_price: price = 0, quantity = 1 }) => sum + Math.round(price * quantity), 0)

/** Leads and estimates. */
export function salesRoutes(api: Api, world: World): void {
  const need = (
    account: Account,
    { customer_id: id, address_id: address }: { customer_id: string; address_id?: string },
  ) => {
    const { data } = customersOf(account).need(id)
    if (address !== undefined && !data.addresses.some((one) => one.id === address))
      throw refused(404, 'Address not found')
  }

  api.post('/leads', { schema: { body: NewLead } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { body } = request
    need(account, body)
    if (body.assigned_employee_id !== undefined) employeeOf(body.assigned_employee_id)
    const lead: Lead = {
      ...{ customerId: body.customer_id, total: totalOf(body.line_items) },
      ...{ leadSource: body.lead_source ?? null, status: 'open' },
    }
    return await reply.code(201).send(shownLead(account, leadsOf(account).create(lead, newId(world, 'lea'))))
  })

  api.get(
    '/leads',
    {
      schema: {
        querystring: Type.Object({
          ...{ ...paging, ...sortBy('id', 'status'), customer_id: text(), 'employee_ids[]': strings() },
          ...{ 'tag_ids[]': strings(), 'lead_source[]': strings() },
          status: Type.Optional(Type.Enum(['lost', 'open', 'won'])),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { status, customer_id: customer } = request.query
      const found = leadsOf(account).list({
        where: ({ data }) =>
          data.status === (status ?? data.status) && data.customerId === (customer ?? data.customerId),
      })
      return paged('leads', found, request.query, (record) => shownLead(account, record))
    },
  )

  api.post('/estimates', { schema: { body: NewEstimate } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { body } = request
    need(account, body)
    for (const id of body.assigned_employee_ids ?? []) employeeOf(id)
    const estimate: Estimate = {
      ...{ customerId: body.customer_id, addressId: body.address_id ?? null, leadSource: body.lead_source ?? null },
      options: body.options.map(({ name = 'Option #1', line_items: lines }) => {
        return { id: newId(world, 'est'), name, total: totalOf(lines), approval: null }
      }),
    }
    const made = estimatesOf(account).create(estimate, newId(world, 'csr'))
    return await reply.code(201).send(shownEstimate(account, made))
  })

  api.get(
    '/estimates',
    { schema: { querystring: Type.Object({ ...paging, ...sortBy('id', 'work_status'), customer_id: text() }) } },
    async (request) => {
      const account = world.accountOf(request)
      const { customer_id: customer } = request.query
      const found = estimatesOf(account).list({
        where: ({ data }) => data.customerId === (customer ?? data.customerId),
      })
      return paged('estimates', found, request.query, (record) => shownEstimate(account, record))
    },
  )

  api.get('/estimates/:id', { schema: { params: ById } }, async (request) => {
    const account = world.accountOf(request)
    return shownEstimate(account, estimatesOf(account).need(request.params.id))
  })
}

function customerOf(account: Account, id: string) {
  const { addresses, ...customer } = shownCustomer(account, customersOf(account).need(id, { deleted: true }))
  return { addresses, customer }
}

export function shownLead(account: Account, { id, data }: Stored<Lead>) {
  const { customer, addresses } = customerOf(account, data.customerId)
  return {
    ...{ id, number: Number(id.slice(-6)), customer, address: addresses[0] ?? { id: null } },
    ...{ assigned_employee: null, conversions: [], lead_source: data.leadSource, lost_at: null, tags: [] },
    ...{ pipeline_status: null, status: data.status, total_amount: data.total, job_fields: {} },
    ...ofCompany(account),
  }
}

export function shownEstimate(account: Account, { id, data, createdAt, updatedAt }: Stored<Estimate>) {
  const { customer, addresses } = customerOf(account, data.customerId)
  const times = { created_at: shownTime(createdAt), updated_at: shownTime(updatedAt) }
  return {
    ...{ id, estimate_number: String(Number(id.slice(-6))), work_status: 'needs scheduling' },
    ...{ lead_source: data.leadSource, customer, assigned_employees: [] },
    address: addresses.find((address) => address.id === data.addressId) ?? null,
    options: data.options.map(({ id: option, name, total, approval }, index) => ({
      ...{ id: option, name, option_number: String(index + 1), total_amount: total, approval_status: approval },
      ...{ status: 'open', tags: [], notes: [], ...times },
    })),
    schedule: { scheduled_start: null, scheduled_end: null, arrival_window: 0, appointments: [] },
    ...{
      work_timestamps: { on_my_way_at: null, started_at: null, completed_at: null },
      ...times,
      ...ofCompany(account),
    },
  }
}
