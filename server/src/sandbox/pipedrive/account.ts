import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { customFieldsOf, ok, positions, positionsOf, recordsOf, sandboxUser, spaced } from './tables.ts'

export const companyIdOf = (account: string): number =>
  account === 'sandbox'
    ? 8_100_001
    : 8_200_000 + ([...account].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 90_000, 7) % 90_000)

/** The user, the fields, and what changed of late: all of them in version 1. */
export function accountRoutes(api: Api, world: World): void {
  for (const base of ['/v1', '/api/v1']) {
    api.get(`${base}/users/me`, { config: { sandbox: { scopes: ['base'] } } }, async (request) => {
      const { name } = world.accountOf(request)
      return ok({
        id: sandboxUser.id,
        name: sandboxUser.name,
        email: sandboxUser.email,
        default_currency: sandboxUser.currency,
        locale: 'en_US',
        lang: 1,
        phone: null,
        activated: true,
        active_flag: true,
        is_you: true,
        is_deleted: false,
        timezone_name: 'Etc/UTC',
        timezone_offset: '+00:00',
        role_id: 1,
        icon_url: null,
        company_id: companyIdOf(name),
        company_name: `${name} (Pipedrive)`,
        company_domain: name,
        company_country: 'EE',
        company_industry: 'IT Services',
        language: { language_code: 'en', country_code: 'US' },
      })
    })

    for (const kind of ['person', 'deal'] as const) {
      const scopes = [kind === 'person' ? 'contacts:full' : 'deals:full']
      const options = { config: { sandbox: { scopes } }, schema: { querystring: Type.Object(positions) } }
      api.get(`${base}/${kind}Fields`, options, async (request) =>
        positionsOf(fieldsOf(world.accountOf(request), kind), request.query),
      )
    }

    api.get(
      `${base}/recents`,
      {
        config: { sandbox: { scopes: ['recents:read'] } },
        schema: {
          querystring: Type.Object({
            ...positions,
            since_timestamp: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}$' }),
            items: Type.Optional(Type.String()),
          }),
        },
      },
      async (request) => {
        const { since_timestamp: since, items = 'person,activity,deal' } = request.query
        const account = world.accountOf(request)
        const all = items
          .split(',')
          .flatMap((item) => recentsOf(account, item, Date.parse(`${since.replace(' ', 'T')}Z`)))
        return positionsOf(all, request.query)
      },
    )
  }
}

const tables: Record<string, string> = { person: 'persons', activity: 'activities', deal: 'deals' }

const recentsOf = (account: Account, item: string, since: number) =>
  recordsOf(account, tables[item] ?? item)
    .list({ deleted: 'also', since, sortBy: 'updatedAt' })
    .map(({ id, data, createdAt, updatedAt, deletedAt }) => ({
      item,
      id: Number(id),
      data: {
        id: Number(id),
        ...(item === 'person' ? { name: data.name } : { subject: data.subject }),
        active_flag: deletedAt === undefined,
        add_time: spaced(createdAt),
        update_time: spaced(updatedAt),
      },
    }))

const standard = {
  person: [
    ['name', 'Name', 'varchar'],
    ['email', 'Email', 'varchar'],
    ['phone', 'Phone', 'phone'],
    ['add_time', 'Person created', 'date'],
  ],
  deal: [
    ['title', 'Title', 'varchar'],
    ['value', 'Value', 'monetary'],
    ['expected_close_date', 'Expected close date', 'date'],
    ['add_time', 'Deal created', 'date'],
  ],
} as const

function fieldsOf(account: Account, of: 'person' | 'deal') {
  const own = customFieldsOf(account, of).map((field) => ({ ...field, edit_flag: true }))
  const fixed = standard[of].map(([key, name, type]) => ({ key, name, field_type: type, edit_flag: false }))
  return [...fixed, ...own].map((field, at) => ({
    id: at + 1,
    order_nr: at + 1,
    options: null,
    ...field,
    add_time: spaced(0),
    update_time: spaced(0),
    active_flag: true,
    mandatory_flag: field.key === 'name' || field.key === 'title',
    bulk_edit_allowed: field.key !== 'add_time',
  }))
}
