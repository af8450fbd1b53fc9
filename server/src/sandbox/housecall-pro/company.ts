import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { refused } from './failures.ts'

/** Where the company of every account works, by its clocks: weekdays from 8 to 18. */
export const timezone = 'America/New_York'

export const text = () => Type.Optional(Type.String())
export const nullable = () => Type.Optional(Type.Union([Type.String(), Type.Null()]))
export const cents = () => Type.Optional(Type.Number({ minimum: 0 }))
export const ById = Type.Object({ id: Type.String() })
export const LineItems = Type.Optional(
  Type.Array(
    Type.Object({
      name: Type.String({ minLength: 1 }),
      description: text(),
      unit_price: cents(),
      quantity: Type.Optional(Type.Number()),
      unit_cost: cents(),
    }),
  ),
)
export const paging = {
  page: Type.Optional(Type.Integer({ minimum: 1 })),
  page_size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  sort_direction: Type.Optional(Type.Enum(['asc', 'desc'])),
  'location_ids[]': Type.Optional(Type.Array(Type.String())),
}
export const sortBy = (...names: string[]) => ({
  sort_by: Type.Optional(Type.Enum(['created_at', 'updated_at', ...names])),
})

/** `cus_` and 32 digits: every kind of record has letters of its own. */
export const newId = (world: World, kind: string): string => `${kind}_${world.nextId().padStart(32, '0')}`
export const shownTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

/** Epoch milliseconds of what a request says; without a zone it is meant by the company's clocks. */
export function timeIn(given: string, name: string): number {
  const [, local, zone] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)(Z|[+-]\d{2}:?\d{2})?$/.exec(given) ?? []
  if (local === undefined) throw refused(400, `${name} is not a valid date`)
  const at =
    zone === undefined
      ? Temporal.PlainDateTime.from(local).toZonedDateTime(timezone).epochMilliseconds
      : Date.parse(local + zone)
  if (Number.isNaN(at)) throw refused(400, `${name} is not a valid date`)
  return at
}

type Order = { page?: number; page_size?: number; sort_by?: string; sort_direction?: string }

/** One numbered page, as every list is answered. */
export function paged<T, Shown>(
  name: string,
  list: Stored<T>[],
  { page = 1, page_size: size = 10, sort_by: by = 'created_at', sort_direction: direction = 'desc' }: Order,
  show: (record: Stored<T>) => Shown,
) {
  const key = by === 'updated_at' ? 'updatedAt' : 'createdAt'
  const sorted = list.toSorted((left, right) => left[key] - right[key] || left.version - right.version)
  if (direction === 'desc') sorted.reverse()
  return {
    ...{ page, page_size: size, total_pages: Math.ceil(list.length / size), total_items: list.length },
    [name]: sorted.slice((page - 1) * size, page * size).map(show),
  }
}

export const companyIdOf = ({ name }: Account): string =>
  createHash('sha256')
    .update(name)
    .digest('hex')
    .slice(0, 32)
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
export const ofCompany = (account: Account) => ({
  company_name: `Company ${account.name}`,
  company_id: companyIdOf(account),
})

/** Who works at every company. */
export const employees = [
  { id: `pro_${'0'.repeat(31)}1`, first_name: 'Grace', last_name: 'Hopper', email: 'grace@sandbox.example' },
  { id: `pro_${'0'.repeat(31)}2`, first_name: 'Alan', last_name: 'Turing', email: 'alan@sandbox.example' },
] as const

export const shownEmployee = (account: Account, employee: (typeof employees)[number]) => ({
  ...employee,
  ...{ mobile_number: '4075550100', color_hex: 'EF9159', avatar_url: 'https://sandbox.example/avatar.png' },
  ...{ role: 'field tech', tags: [], permissions: { can_be_booked_online: true, is_admin: false } },
  created_at: '2026-01-01T00:00:00Z',
  ...ofCompany(account),
})

/** @throws the refusal for an employee who does not work here */
export function employeeOf(id: string): (typeof employees)[number] {
  const found = employees.find((employee) => employee.id === id)
  if (!found) throw refused(404, `Employee ${id} not found`)
  return found
}

/** The company and who works there. */
export function companyRoutes(api: Api, world: World): void {
  api.get('/company', async (request) => {
    const account = world.accountOf(request)
    return {
      ...{ id: companyIdOf(account), name: `Company ${account.name}`, phone_number: '4075550100' },
      ...{ support_email: 'support@sandbox.example', website: 'https://sandbox.example', time_zone: timezone },
      address: { street: '1 Depot Rd', street_line_2: null, city: 'Orlando', state: 'FL', zip: '32801', country: 'US' },
      locations: [],
    }
  })

  api.get(
    '/employees',
    { schema: { querystring: Type.Object({ ...paging, ...sortBy('id', 'first_name', 'last_name') }) } },
    async (request) => {
      const account = world.accountOf(request)
      const { page = 1, page_size: size = 10 } = request.query
      return {
        ...{ page, page_size: size, total_pages: Math.ceil(employees.length / size), total_items: employees.length },
        employees: employees.slice((page - 1) * size, page * size).map((one) => shownEmployee(account, one)),
      }
    },
  )
}
