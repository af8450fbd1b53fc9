import { Type } from 'typebox'
import { type Account, type Api, FailureError, RefusalError, type Stored, type World } from '../emulator.ts'
import { propertyMessage, refused } from './failures.ts'
import type { ObjectType } from './properties.ts'
import {
  associate,
  checkProperties,
  createRecord,
  type Data,
  findRecord,
  type NewAssociation,
  objectTypeOf,
  recordsOf,
  show,
  showWritten,
  type Texts,
  updateRecord,
} from './records.ts'
import { SearchRequest, search } from './search.ts'

const Properties = Type.Record(Type.String(), Type.String())
const Associations = Type.Optional(
  Type.Array(
    Type.Object({
      to: Type.Object({ id: Type.String() }),
      types: Type.Array(
        Type.Object({
          associationCategory: Type.Enum(['HUBSPOT_DEFINED', 'USER_DEFINED', 'INTEGRATOR_DEFINED', 'WORK']),
          associationTypeId: Type.Integer(),
        }),
      ),
    }),
  ),
)
const trace = Type.Optional(Type.String())
const Names = Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())]))
const Inputs = <Item extends Parameters<typeof Type.Array>[0]>(item: Item) =>
  Type.Object({ inputs: Type.Array(item, { minItems: 1, maxItems: 100 }) })

const ByType = Type.Object({ type: Type.String() })
const ById = Type.Object({ type: Type.String(), id: Type.String() })
const reading = Type.Object({
  properties: Names,
  propertiesWithHistory: Names,
  associations: Names,
  archived: Type.Optional(Type.Boolean()),
  idProperty: Type.Optional(Type.String()),
})

const namesOf = (given: string | string[] | undefined): string[] =>
  (Array.isArray(given) ? given : [given ?? '']).flatMap((part) => part.split(',')).filter((name) => name !== '')

type BatchInput = { objectWriteTraceId?: string | undefined; properties: Texts }

/** Contacts' scopes cover notes, tasks and meetings too. */
const scopeOf = (type: string, method: string, path: string): string => {
  const isRead = method === 'GET' || /\/(search|batch\/read)$/.test(path)
  return `crm.objects.${type === 'deals' ? 'deals' : 'contacts'}.${isRead ? 'read' : 'write'}`
}

/** The records of the CRM, by the dated path and by v3, which HubSpot still serves and its SDK calls; v1 and v2 are gone. */
export function objectRoutes(api: Api, world: World, searchLagMs: number): void {
  api.addHook('preHandler', async (request) => {
    const { type } = (request.params ?? {}) as { type?: string }
    const path = request.routeOptions.url ?? ''
    if (type === undefined || !/^\/crm\/(v3|objects)\//.test(path) || path.includes('/properties/')) return
    const { scopes } = world.callerOf(request)
    const scope = scopeOf(type, request.method, path)
    if (scopes !== 'all' && !scopes.includes(scope)) throw new FailureError({ kind: 'forbidden', scopes: [scope] })
  })

  for (const base of ['/crm/objects/2026-09/:type', '/crm/v3/objects/:type']) {
    const need = (request: { params: { type: string; id: string } }, account: Account, idProperty?: string) => {
      const type = objectTypeOf(request.params.type)
      const record = findRecord(account, type, request.params.id, idProperty)
      if (!record) throw refused(404, 'OBJECT_NOT_FOUND', 'resource not found')
      return { type, record }
    }

    api.get(
      base,
      {
        schema: {
          params: ByType,
          querystring: Type.Object({
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
            after: Type.Optional(Type.String()),
            properties: Names,
            propertiesWithHistory: Names,
            associations: Names,
            archived: Type.Optional(Type.Boolean()),
          }),
        },
      },
      async (request) => {
        const { limit = 10, after, properties, associations, archived = false } = request.query
        const type = objectTypeOf(request.params.type)
        const records = recordsOf(world.accountOf(request), type)
        const { items, next } = records.page({ limit, cursor: after, ...(archived ? { deleted: 'only' } : {}) })
        const results = items.map((record) =>
          show(type, record, namesOf(properties), { associations: namesOf(associations) }),
        )
        const link = `https://api.hubapi.com${request.url.split('?')[0]}?after=${next}`
        return next === undefined ? { results } : { results, paging: { next: { after: next, link } } }
      },
    )

    api.post(
      base,
      { schema: { params: ByType, body: Type.Object({ properties: Properties, associations: Associations }) } },
      async (request, reply) => {
        const type = objectTypeOf(request.params.type)
        const { properties, associations } = request.body
        const made = createRecord(world.accountOf(request), type, properties, associations)
        return await reply.code(201).send(showWritten(type, made, properties))
      },
    )

    api.get(`${base}/:id`, { schema: { params: ById, querystring: reading } }, async (request) => {
      const { properties, associations, idProperty, archived = false } = request.query
      const account = world.accountOf(request)
      if (archived) {
        const type = objectTypeOf(request.params.type)
        const gone = recordsOf(account, type).need(request.params.id, { deleted: true })
        return show(type, gone, namesOf(properties))
      }
      const { type, record } = need(request, account, idProperty)
      return show(type, record, namesOf(properties), { associations: namesOf(associations) })
    })

    api.patch(
      `${base}/:id`,
      {
        schema: {
          params: ById,
          querystring: Type.Object({ idProperty: Type.Optional(Type.String()) }),
          body: Type.Object({ properties: Properties }),
        },
      },
      async (request) => {
        const account = world.accountOf(request)
        const { type, record } = need(request, account, request.query.idProperty)
        const { properties } = request.body
        return showWritten(type, updateRecord(account, type, record, properties), properties)
      },
    )

    api.delete(`${base}/:id`, { schema: { params: ById } }, async (request, reply) => {
      const type = objectTypeOf(request.params.type)
      const records = recordsOf(world.accountOf(request), type)
      // HubSpot says the same of what was archived before.
      if (records.get(request.params.id)) records.delete(request.params.id)
      else records.need(request.params.id, { deleted: true })
      return await reply.code(204).send()
    })

    api.put(
      `${base}/:id/associations/default/:toType/:toId`,
      { schema: { params: Type.Object({ ...ById.properties, toType: Type.String(), toId: Type.String() }) } },
      async (request) => {
        const { type, id, toType, toId } = request.params
        if (!/^contacts?$/.test(toType)) throw refused(400, 'VALIDATION_ERROR', `No association to ${toType} exists`)
        associate(world.accountOf(request), objectTypeOf(type), id, toId)
        return finished(world, [])
      },
    )

    api.post(`${base}/search`, { schema: { params: ByType, body: SearchRequest } }, async (request) =>
      search(world.accountOf(request), objectTypeOf(request.params.type), request.body, world.now() - searchLagMs),
    )

    api.post(
      `${base}/batch/read`,
      {
        schema: {
          params: ByType,
          querystring: Type.Object({ archived: Type.Optional(Type.Boolean()) }),
          body: Type.Object({
            inputs: Type.Array(Type.Object({ id: Type.String() }), { minItems: 1, maxItems: 100 }),
            idProperty: Type.Optional(Type.String()),
            properties: Type.Array(Type.String()),
            propertiesWithHistory: Type.Optional(Type.Array(Type.String())),
          }),
        },
      },
      async (request, reply) => {
        const type = objectTypeOf(request.params.type)
        const { inputs, idProperty, properties } = request.body
        const account = world.accountOf(request)
        const found = inputs.map(({ id }) => ({ id, record: findRecord(account, type, id, idProperty) }))
        const results = found.flatMap(({ record }) => (record ? [show(type, record, properties)] : []))
        const missing = found.flatMap(({ id, record }) => (record ? [] : [id]))
        if (missing.length === 0) return finished(world, results)
        const error = {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          message: 'Could not get some CONTACT objects, they may be deleted or not exist.',
          context: { ids: missing },
        }
        return await reply.code(207).send({ ...finished(world, results), numErrors: 1, errors: [error] })
      },
    )

    const batch = <Input extends BatchInput, Result>(
      inputs: readonly Input[],
      run: (input: Input) => Result,
    ): { status: 200 | 207; results: Result[]; errors: object[] } => {
      const results: Result[] = []
      const errors: object[] = []
      for (const input of inputs) {
        try {
          results.push(run(input))
        } catch (error) {
          const said =
            error instanceof RefusalError ? (error.answer.body as { category: string; message: string }) : undefined
          // Only rows that carry a trace id may fail by themselves.
          if (!said || input.objectWriteTraceId === undefined) throw error
          const { category, message } = said
          errors.push({
            status: 'error',
            category,
            message,
            context: { objectWriteTraceId: [input.objectWriteTraceId] },
          })
        }
      }
      return { status: errors.length > 0 ? 207 : 200, results, errors }
    }
    /** A property that there is not fails the whole batch, whatever the rows carry; so does one record named twice. */
    const precheck = (account: Account, type: ObjectType, inputs: readonly (BatchInput & { id?: string })[]) => {
      const ids = inputs.flatMap(({ id }) => (id === undefined ? [] : [id.toLowerCase()]))
      if (new Set(ids).size < ids.length) throw refused(400, 'VALIDATION_ERROR', 'Duplicate IDs found in batch input')
      const unknown = inputs
        .flatMap(({ properties }) => checkProperties(account, type, properties).faults)
        .filter(({ code }) => code === 'PROPERTY_DOESNT_EXIST')
      if (unknown.length > 0) throw refused(400, 'VALIDATION_ERROR', propertyMessage(unknown))
    }
    const traced = (shown: object, { objectWriteTraceId }: BatchInput) =>
      objectWriteTraceId === undefined ? shown : { ...shown, objectWriteTraceId }
    const answer = ({ results, errors }: { results: unknown[]; errors: object[] }) =>
      errors.length > 0 ? { ...finished(world, results), numErrors: errors.length, errors } : finished(world, results)

    const BatchCreate = Inputs(
      Type.Object({ properties: Properties, associations: Associations, objectWriteTraceId: trace }),
    )
    api.post(`${base}/batch/create`, { schema: { params: ByType, body: BatchCreate } }, async (request, reply) => {
      const type = objectTypeOf(request.params.type)
      const account = world.accountOf(request)
      const inputs = request.body.inputs as (BatchInput & { associations?: NewAssociation[] })[]
      precheck(account, type, inputs)
      const done = batch(inputs, (input) =>
        traced(
          showWritten(type, createRecord(account, type, input.properties, input.associations), input.properties),
          input,
        ),
      )
      return await reply.code(done.status === 200 ? 201 : 207).send(answer(done))
    })

    const BatchWrite = Inputs(
      Type.Object({
        id: Type.String(),
        idProperty: Type.Optional(Type.String()),
        properties: Properties,
        objectWriteTraceId: trace,
      }),
    )
    api.post(`${base}/batch/update`, { schema: { params: ByType, body: BatchWrite } }, async (request, reply) => {
      const type = objectTypeOf(request.params.type)
      const account = world.accountOf(request)
      const inputs = request.body.inputs as (BatchInput & { id: string; idProperty?: string })[]
      precheck(account, type, inputs)
      const done = batch(inputs, (input) => {
        const record = findRecord(account, type, input.id, input.idProperty)
        if (!record) throw refused(404, 'OBJECT_NOT_FOUND', `No ${type} with id ${input.id} exists`)
        return traced(showWritten(type, updateRecord(account, type, record, input.properties), input.properties), input)
      })
      return await reply.code(done.status).send(answer(done))
    })

    api.post(`${base}/batch/upsert`, { schema: { params: ByType, body: BatchWrite } }, async (request, reply) => {
      const type = objectTypeOf(request.params.type)
      const account = world.accountOf(request)
      const inputs = request.body.inputs as (BatchInput & { id: string; idProperty?: string })[]
      precheck(account, type, inputs)
      const done = batch(inputs, (input) => {
        const { id, idProperty } = input
        if (idProperty === undefined) throw refused(400, 'VALIDATION_ERROR', 'idProperty is required')
        const found = findRecord(account, type, id, idProperty)
        const properties = { [idProperty]: id, ...input.properties }
        const record: Stored<Data> = found
          ? updateRecord(account, type, found, properties)
          : createRecord(account, type, properties)
        return traced({ ...showWritten(type, record, properties), new: !found }, input)
      })
      return await reply.code(done.status).send(answer(done))
    })
  }
}

const finished = (world: World, results: readonly unknown[]) => {
  const at = new Date(world.now()).toISOString()
  return { status: 'COMPLETE', results, startedAt: at, completedAt: at }
}
