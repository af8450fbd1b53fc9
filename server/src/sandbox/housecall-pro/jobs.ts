import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import {
  ById,
  employeeOf,
  LineItems,
  newId,
  ofCompany,
  paged,
  paging,
  shownEmployee,
  shownTime,
  sortBy,
  text,
  timeIn,
} from './company.ts'
import { type Customer, customersOf, shownCustomer } from './customers.ts'
import { refused } from './failures.ts'

const strings = () => Type.Optional(Type.Array(Type.String()))
const NewJob = Type.Object({
  ...{ customer_id: Type.String(), address_id: Type.String(), invoice_number: Type.Optional(Type.Number()) },
  schedule: Type.Optional(
    Type.Object({
      ...{ scheduled_start: text(), scheduled_end: text(), anytime_start_date: text() },
      arrival_window: Type.Optional(Type.Integer({ minimum: 0 })),
      anytime: Type.Optional(Type.Boolean()),
    }),
  ),
  ...{ assigned_employee_ids: strings(), line_items: LineItems, tags: strings(), lead_source: text(), notes: text() },
  job_fields: Type.Optional(Type.Object({ job_type_id: text(), business_unit_id: text() })),
})
const Visit = Type.Object({
  ...{ start_time: Type.String(), end_time: Type.String() },
  arrival_window_minutes: Type.Optional(Type.Integer({ minimum: 0 })),
  dispatched_employees_ids: Type.Array(Type.String()),
})
const Expand = Type.Optional(Type.Array(Type.Enum(['attachments', 'appointments'])))
const statuses = ['unscheduled', 'scheduled', 'in_progress', 'completed', 'canceled']
const VisitOf = Type.Object({ ...ById.properties, visit: Type.String() })

type Appointment = { id: string; start: number; end: number; arrivalWindow: number; employees: string[] }
export type Job = {
  customerId: string
  addressId: string
  description: string
  total: number
  employees: string[]
  tags: string[]
  leadSource: string | null
  notes: { id: string; content: string }[]
  visits: Appointment[]
  isCanceled: boolean
}

export const jobsOf = (account: Account) => account.records<Job>('job')

/** Jobs with their visits and notes. A company's own key may do all of this; the schedule by itself is for partners' applications. */
export function jobRoutes(api: Api, world: World): void {
  api.get(
    '/jobs',
    {
      schema: {
        querystring: Type.Object({
          ...{ scheduled_start_min: text(), scheduled_start_max: text(), customer_id: text() },
          ...{ scheduled_end_min: text(), scheduled_end_max: text(), 'employee_ids[]': strings() },
          ...{ ...paging, ...sortBy('invoice_number', 'id', 'description', 'work_status'), 'expand[]': Expand },
          'work_status[]': Type.Optional(Type.Array(Type.Enum(statuses))),
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { query } = request
      const bound = (
        name: 'scheduled_start_min' | 'scheduled_start_max' | 'scheduled_end_min' | 'scheduled_end_max',
      ) => (query[name] === undefined ? undefined : timeIn(query[name], name))
      const [startMin, startMax] = [bound('scheduled_start_min'), bound('scheduled_start_max')]
      const [endMin, endMax] = [bound('scheduled_end_min'), bound('scheduled_end_max')]
      const isBounded = [startMin, startMax, endMin, endMax].some((at) => at !== undefined)
      const wanted = query['employee_ids[]']
      const found = jobsOf(account).list({
        where: ({ data }) => {
          const { start, end } = spanOf(data) ?? {}
          if (start === undefined || end === undefined) return !isBounded && isOf(data)
          const isIn = start >= (startMin ?? start) && start <= (startMax ?? start)
          return isIn && end >= (endMin ?? end) && end <= (endMax ?? end) && isOf(data)
        },
      })
      function isOf({ customerId, employees }: Job): boolean {
        const isCustomer = query.customer_id === undefined || query.customer_id === customerId
        return isCustomer && (wanted === undefined || wanted.some((id) => employees.includes(id)))
      }
      const expanded = query['expand[]']?.includes('appointments') ?? false
      return paged('jobs', found, query, (record) => shownJob(account, record, expanded))
    },
  )

  api.post('/jobs', { schema: { body: NewJob } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { body } = request
    const customer = customersOf(account).need(body.customer_id)
    if (!customer.data.addresses.some(({ id }) => id === body.address_id)) throw refused(404, 'Address not found')
    const made = createJob(world, account, body)
    return await reply.code(201).send(shownJob(account, made, false))
  })

  api.get(
    '/jobs/:id',
    { schema: { params: ById, querystring: Type.Object({ 'expand[]': Expand }) } },
    async (request) => {
      const account = world.accountOf(request)
      const expanded = request.query['expand[]']?.includes('appointments') ?? false
      return shownJob(account, jobsOf(account).need(request.params.id), expanded)
    },
  )

  api.get('/jobs/:id/appointments', { schema: { params: ById } }, async (request) => {
    return { appointments: jobsOf(world.accountOf(request)).need(request.params.id).data.visits.map(shownVisit) }
  })

  api.post('/jobs/:id/appointments', { schema: { params: ById, body: Visit } }, async (request, reply) => {
    const visit = { ...visitIn(request.body), id: newId(world, 'appt') }
    jobsOf(world.accountOf(request)).update(request.params.id, (job) => scheduled(job, [...job.visits, visit]))
    return await reply.code(201).send(shownVisit(visit))
  })

  api.put('/jobs/:id/appointments/:visit', { schema: { params: VisitOf, body: Visit } }, async (request) => {
    const { id, visit: visitId } = request.params
    const jobs = jobsOf(world.accountOf(request))
    needVisit(jobs.need(id), visitId)
    const visit = { ...visitIn(request.body), id: visitId }
    jobs.update(id, (job) =>
      scheduled(
        job,
        job.visits.map((one) => (one.id === visitId ? visit : one)),
      ),
    )
    return shownVisit(visit)
  })

  api.delete('/jobs/:id/appointments/:visit', { schema: { params: VisitOf } }, async (request) => {
    const { id, visit } = request.params
    const jobs = jobsOf(world.accountOf(request))
    needVisit(jobs.need(id), visit)
    jobs.update(id, (job) => ({ ...job, visits: job.visits.filter((one) => one.id !== visit) }))
    return { object: 'appointment', deleted: true }
  })

  // These are for the applications of partners, and refused to a company's own key.
  for (const [method, path] of [
    ['PUT', '/jobs/:id/schedule'],
    ['DELETE', '/jobs/:id/schedule'],
    ['PUT', '/jobs/:id/dispatch'],
  ] as const)
    api.route({
      ...{ method, url: path, schema: { params: ById } },
      handler: async () => {
        throw refused(403, 'This key may not do that')
      },
    })

  api.post(
    '/jobs/:id/notes',
    { schema: { params: ById, body: Type.Object({ content: Type.String({ minLength: 1 }) }) } },
    async (request, reply) => {
      const note = { id: newId(world, 'nte'), content: request.body.content }
      jobsOf(world.accountOf(request)).update(request.params.id, (job) => ({ ...job, notes: [...job.notes, note] }))
      return await reply.code(201).send(note)
    },
  )
}

/** Makes a job, as a dispatcher does in the app. */
export function createJob(world: World, account: Account, given: Static<typeof NewJob>): Stored<Job> {
  const { schedule = {}, assigned_employee_ids: ids = [], line_items: lines = [], notes } = given
  const { scheduled_start: start, scheduled_end: end, arrival_window: window = 0 } = schedule
  if ((start === undefined) !== (end === undefined)) throw refused(400, 'A schedule has a start and an end')
  for (const id of ids) employeeOf(id)
  const visits =
    start === undefined || end === undefined
      ? []
      : [{ ...spanIn(start, end), id: newId(world, 'appt'), arrivalWindow: window, employees: ids }]
  const job: Job = {
    ...{ customerId: given.customer_id, addressId: given.address_id, employees: ids, tags: given.tags ?? [] },
    description: lines.map(({ name }) => name).join(', '),
    total: lines.reduce((sum, { unit_price: price = 0, quantity = 1 }) => sum + Math.round(price * quantity), 0),
    leadSource: given.lead_source ?? null,
    notes: notes ? [{ id: newId(world, 'nte'), content: notes }] : [],
    ...{ visits, isCanceled: false },
  }
  return jobsOf(account).create(job, newId(world, 'job'))
}

const scheduled = (job: Job, visits: Appointment[]): Job => ({
  ...job,
  visits,
  employees: [...new Set([...visits.flatMap(({ employees }) => employees)])],
})

function needVisit({ data }: Stored<Job>, id: string): void {
  if (!data.visits.some((visit) => visit.id === id)) throw refused(404, 'Appointment not found')
}

function visitIn(given: Static<typeof Visit>): Omit<Appointment, 'id'> {
  const { start_time: start, end_time: end, arrival_window_minutes: window = 0, dispatched_employees_ids: ids } = given
  for (const id of ids) employeeOf(id)
  return { ...spanIn(start, end), arrivalWindow: window, employees: ids }
}

function spanIn(start: string, end: string): { start: number; end: number } {
  const span = { start: timeIn(start, 'start_time'), end: timeIn(end, 'end_time') }
  if (span.end <= span.start) throw refused(400, 'End time must be after start time')
  return span
}

/** From the first visit to the last. */
function spanOf({ visits }: Job): { start: number; end: number } | undefined {
  if (visits.length === 0) return undefined
  return { start: Math.min(...visits.map(({ start }) => start)), end: Math.max(...visits.map(({ end }) => end)) }
}

const shownVisit = ({ id, start, end, arrivalWindow, employees }: Appointment) => ({
  ...{ id, start_date: shownTime(start).slice(0, 10), start_time: shownTime(start), end_time: shownTime(end) },
  ...{ anytime: false, arrival_window_minutes: arrivalWindow, dispatched_employees_ids: employees },
})

export function shownJob(account: Account, record: Stored<Job>, expanded: boolean) {
  const { id, data, createdAt, updatedAt, deletedAt } = record
  const customer = customersOf(account).get(data.customerId, { deleted: true }) as Stored<Customer>
  const { addresses, ...shown } = shownCustomer(account, customer)
  const span = spanOf(data)
  return {
    ...{ id, invoice_number: String(Number(id.slice(-6))), description: data.description, customer: shown },
    address: addresses.find((address) => address.id === data.addressId) ?? null,
    notes: data.notes,
    work_status: data.isCanceled ? 'pro canceled' : span ? 'scheduled' : 'needs scheduling',
    work_timestamps: { on_my_way_at: null, started_at: null, completed_at: null },
    schedule: {
      scheduled_start: span ? shownTime(span.start) : null,
      scheduled_end: span ? shownTime(span.end) : null,
      arrival_window: data.visits[0]?.arrivalWindow ?? 0,
      appointments: expanded ? data.visits.map(shownVisit) : [],
    },
    ...{ total_amount: data.total, outstanding_balance: data.total, subtotal: data.total },
    assigned_employees: data.employees.map((employee) => shownEmployee(account, employeeOf(employee))),
    ...{ tags: data.tags, original_estimate_id: null, original_estimate_uuids: [], lead_source: data.leadSource },
    ...{ created_at: shownTime(createdAt), updated_at: shownTime(updatedAt) },
    canceled_at: data.isCanceled ? shownTime(updatedAt) : null,
    deleted_at: deletedAt === undefined ? null : shownTime(deletedAt),
    ...ofCompany(account),
  }
}
