import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { runQuery } from './coql.ts'
import { noSuchRecord, RowFault, refused } from './failures.ts'
import { fieldsOf } from './modules.ts'
import {
  canCheck,
  createRecord,
  type Data,
  isConverted,
  nameOf,
  recordsOf,
  saved,
  shown,
  updateRecord,
  upsertRecord,
  zoneTime,
} from './records.ts'

const base = '/crm/v8'
const ByModule = Type.Object({ module: Type.String() })
const ById = Type.Object({ module: Type.String(), id: Type.String() })
const PerPage = Type.Optional(Type.Integer({ minimum: 1, maximum: 200 }))
const FieldList = Type.String({ minLength: 1 })
const Body = Type.Object({
  data: Type.Array(Type.Record(Type.String(), Type.Unknown()), { minItems: 1, maxItems: 100 }),
  trigger: Type.Optional(Type.Array(Type.String())),
  duplicate_check_fields: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
})
const may = { sandbox: { scopes: ['ZohoCRM.modules.ALL'] } }
const mayQuery = { sandbox: { scopes: ['ZohoCRM.modules.ALL', 'ZohoCRM.coql.READ'] } }
const maySearch = { sandbox: { scopes: ['ZohoCRM.modules.ALL', 'ZohoSearch.securesearch.READ'] } }
/** How long the index of the search lies behind. */
const searchLagMs = 5_000

/** Reading records: lists, single ones, queries, the search, and what was deleted. */
export function readRoutes(api: Api, world: World): void {
  const list = Type.Object({
    fields: FieldList,
    ids: Type.Optional(Type.String()),
    per_page: PerPage,
    page_token: Type.Optional(Type.String()),
  })
  api.get(
    `${base}/:module`,
    { config: may, schema: { params: ByModule, querystring: list } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { module } = request.params
      const { ids, per_page: limit = 200, page_token: cursor } = request.query
      const names = fieldNames(account, module, request.query.fields)
      const since = sinceOf(request)
      const wanted = ids?.split(',')
      if (wanted && wanted.length > 100) throw refused(400, 'LIMIT_EXCEEDED', 'only 100 ids are allowed')
      const { items, next } = recordsOf(account, module).page({
        where: (record) => !isConverted(record) && (wanted?.includes(record.id) ?? true),
        since,
        limit,
        cursor,
      })
      if (items.length === 0) return await reply.code(since === undefined ? 204 : 304).send()
      const info = {
        per_page: limit,
        count: items.length,
        more_records: next !== undefined,
        next_page_token: next ?? null,
      }
      return { data: items.map((record) => shown(account, module, record, names)), info }
    },
  )

  const one = Type.Object({
    fields: Type.Optional(FieldList),
    converted: Type.Optional(Type.Enum(['true', 'false', 'both'])),
  })
  api.get(
    `${base}/:module/:id`,
    { config: may, schema: { params: ById, querystring: one } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { module, id } = request.params
      const { fields, converted = 'false' } = request.query
      const names = fields === undefined ? undefined : fieldNames(account, module, fields)
      const record = recordsOf(account, module).get(id)
      if (!record && recordsOf(account, module).get(id, { deleted: true })) throw noSuchRecord()
      // Leads that were converted are shown only where they are asked for.
      if (!record || (converted !== 'both' && isConverted(record) !== (converted === 'true')))
        return await reply.code(204).send()
      return { data: [shown(account, module, record, names)], info: undefined }
    },
  )

  const query = Type.Object({ select_query: Type.String({ minLength: 1, maxLength: 100_000 }) })
  api.post(`${base}/coql`, { config: mayQuery, schema: { body: query } }, async (request, reply) => {
    const { data, more } = runQuery(world.accountOf(request), request.body.select_query)
    if (data.length === 0) return await reply.code(204).send()
    return { data, info: { count: data.length, more_records: more } }
  })

  const search = Type.Object({
    email: Type.Optional(Type.String()),
    phone: Type.Optional(Type.String()),
    per_page: Type.Integer({ minimum: 1, maximum: 200 }),
  })
  api.get(
    `${base}/:module/search`,
    { config: maySearch, schema: { params: ByModule, querystring: search } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { module } = request.params
      const { email, phone, per_page: limit } = request.query
      if ((email === undefined) === (phone === undefined))
        throw refused(400, 'EXPECTED_PARAM_MISSING', 'one of email, phone')
      const digits = phone?.replace(/\D/g, '')
      const found = recordsOf(account, module).list({
        where: (record) =>
          !isConverted(record) &&
          record.updatedAt <= world.now() - searchLagMs &&
          Object.entries(fieldsOf(account, module)).some(([name, { type }]) => {
            const value = String(record.data[name] ?? '')
            if (type === 'phone' && digits) return value.replace(/\D/g, '').includes(digits)
            return type === 'email' && email !== undefined && value.toLowerCase() === email.toLowerCase()
          }),
      })
      if (found.length === 0) return await reply.code(204).send()
      return { data: found.slice(0, limit).map((record) => shown(account, module, record)) }
    },
  )

  const deleted = Type.Object({
    type: Type.Enum(['all', 'recycle', 'permanent']),
    page: Type.Optional(Type.Integer({ minimum: 1 })),
    per_page: PerPage,
  })
  api.get(
    `${base}/:module/deleted`,
    { config: may, schema: { params: ByModule, querystring: deleted } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { module } = request.params
      const { page = 1, per_page: limit = 200 } = request.query
      const since = sinceOf(request)
      const gone = recordsOf(account, module).list({
        deleted: 'only',
        where: ({ deletedAt = 0 }) => since === undefined || deletedAt >= since,
        descending: true,
      })
      const items = gone.slice((page - 1) * limit, page * limit)
      if (items.length === 0) return await reply.code(since === undefined ? 204 : 304).send()
      return {
        data: items.map(({ id, data, deletedAt = 0 }) => ({
          deleted_by: { name: 'Sandbox Owner', id: '5545974000000000501' },
          id,
          display_name: nameOf(data),
          type: 'recycle',
          created_by: { name: 'Sandbox Owner', id: '5545974000000000501' },
          deleted_time: zoneTime(deletedAt),
        })),
        info: { per_page: limit, count: items.length, page, more_records: gone.length > page * limit },
      }
    },
  )
}

/** Writing records, each row failing by itself. */
export function writeRoutes(api: Api, world: World): void {
  api.post(`${base}/:module`, { config: may, schema: { params: ByModule, body: Body } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { module } = request.params
    fieldsOf(account, module)
    return await rows(reply, 201, request.body.data, (row) =>
      saved('record added', createRecord(world, account, module, row)),
    )
  })

  api.post(
    `${base}/:module/upsert`,
    { config: may, schema: { params: ByModule, body: Body } },
    async (request, reply) => {
      const account = world.accountOf(request)
      const { module } = request.params
      const { data, duplicate_check_fields: checks = [] } = request.body
      for (const field of checks)
        if (!canCheck(account, module, field))
          throw refused(400, 'INVALID_DATA', 'the field is no duplicate check field', { api_name: field })
      return await rows(reply, 200, data, (row) => upsertRecord(world, account, module, checks, row))
    },
  )

  api.put(`${base}/:module`, { config: may, schema: { params: ByModule, body: Body } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { module } = request.params
    return await rows(reply, 200, request.body.data, ({ id, ...row }) =>
      saved('record updated', updateRecord(account, module, String(id), row)),
    )
  })

  api.put(`${base}/:module/:id`, { config: may, schema: { params: ById, body: Body } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { module, id } = request.params
    if (request.body.data.length !== 1) throw refused(400, 'INVALID_DATA', 'one record is expected')
    return await rows(reply, 200, request.body.data, (row) =>
      saved('record updated', updateRecord(account, module, id, row)),
    )
  })

  api.delete(`${base}/:module/:id`, { config: may, schema: { params: ById } }, async (request) => {
    const records = recordsOf(world.accountOf(request), request.params.module)
    const { id } = request.params
    if (!records.get(id)) throw noSuchRecord()
    records.delete(id)
    return { data: [{ code: 'SUCCESS', details: { id }, message: 'record deleted', status: 'success' }] }
  })
}

/** Zoho answers with another status where some of the rows, or all, were refused. */
async function rows(reply: FastifyReply, fine: number, data: readonly Data[], write: (row: Data) => object) {
  let failures = 0
  const answers = data.map((row) => {
    try {
      return write(row)
    } catch (error) {
      if (!(error instanceof RowFault)) throw error
      failures += 1
      return error.fault
    }
  })
  const status = failures === 0 ? fine : failures < answers.length ? 207 : data.length === 1 ? 400 : 202
  return await reply.code(status).send({ data: answers })
}

function fieldNames(account: Account, module: string, given: string): string[] {
  const names = given.split(',')
  const shapes = fieldsOf(account, module)
  const unknown = names.find((name) => !Object.hasOwn(shapes, name))
  if (unknown !== undefined)
    throw refused(400, 'INVALID_DATA', 'unknown field', { param_name: 'fields', field: unknown })
  if (names.length > 50) throw refused(400, 'LIMIT_EXCEEDED', 'You can request only 50 fields', { limit: 50 })
  return names
}

/** The time of a header as Zoho wants it, to the second and with an offset. */
function sinceOf({ headers }: FastifyRequest): number | undefined {
  const given = headers['if-modified-since']
  if (given === undefined) return undefined
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/.test(given))
    throw refused(400, 'INVALID_DATA', 'invalid data', {
      api_name: 'If-Modified-Since',
      expected_data_type: 'datetime',
    })
  return Date.parse(given)
}
