import { Type } from 'typebox'
import { type Account, type Api, RefusalError, type World } from '../emulator.ts'
import { refused } from './failures.ts'
import { fieldOf, objectOfId, shapeOf } from './objects.ts'
import {
  createRecord,
  errorsIn,
  type Fields,
  needRecord,
  recordsOf,
  updateRecord,
  upsertRecord,
  whole,
} from './records.ts'

const ByObject = Type.Object({ object: Type.String() })
const ById = Type.Object({ object: Type.String(), id: Type.String() })
const Body = Type.Record(Type.String(), Type.Unknown())
const Collection = Type.Object({
  allOrNone: Type.Optional(Type.Boolean()),
  records: Type.Array(Body, { minItems: 1, maxItems: 200 }),
})

const saved = (id: string, created?: boolean) => ({
  id,
  success: true,
  errors: [],
  ...(created === undefined ? {} : { created }),
})

/** Records one by one. */
export function recordRoutes(api: Api, world: World, data: string): void {
  const place = `${data}/sobjects/:object`
  api.post(place, { schema: { params: ByObject, body: Body } }, async (request, reply) => {
    const made = createRecord(world, world.accountOf(request), request.params.object, withoutAttributes(request.body))
    return await reply.code(201).send(saved(made.id))
  })

  api.get(`${place}/describe`, { schema: { params: ByObject } }, async (request) =>
    described(world.accountOf(request), request.params.object),
  )

  const deleted = Type.Object({ start: Type.String(), end: Type.String() })
  api.get(`${place}/deleted`, { schema: { params: ByObject, querystring: deleted } }, async (request) => {
    const account = world.accountOf(request)
    const { name } = shapeOf(account, request.params.object)
    const [start, end] = [Date.parse(request.query.start), Date.parse(request.query.end)]
    if (!(end - start >= 60_000)) throw refused(400, 'INVALID_REPLICATION_DATE', 'startDate before endDate by a minute')
    const gone = recordsOf(account, name).list({
      deleted: 'only',
      where: ({ deletedAt = 0 }) => deletedAt >= start && deletedAt < end,
    })
    const time = (at: number) => new Date(at).toISOString().replace('Z', '+0000')
    return {
      deletedRecords: gone.map(({ id, deletedAt = 0 }) => ({ id, deletedDate: time(deletedAt) })),
      earliestDateAvailable: time(0),
      latestDateCovered: time(end),
    }
  })

  const asked = Type.Object({ fields: Type.Optional(Type.String()) })
  api.get(`${place}/:id`, { schema: { params: ById, querystring: asked } }, async (request) => {
    const account = world.accountOf(request)
    const shape = shapeOf(account, request.params.object)
    const record = whole(account, shape.name, needRecord(account, shape.name, request.params.id))
    const attributes = { type: shape.name, url: `${data}/sobjects/${shape.name}/${record.Id}` }
    if (request.query.fields === undefined) return { attributes, ...record }
    const names = request.query.fields.split(',').map((name) => {
      const found = fieldOf(shape, name)
      if (!found) throw refused(400, 'INVALID_FIELD', `No such column '${name}' on entity '${shape.name}'.`)
      return found.name
    })
    return { attributes, ...Object.fromEntries(names.map((name) => [name, record[name] ?? null])) }
  })

  api.patch(`${place}/:id`, { schema: { params: ById, body: Body } }, async (request, reply) => {
    const { object, id } = request.params
    updateRecord(world.accountOf(request), object, id, withoutAttributes(request.body))
    return await reply.code(204).send()
  })

  api.delete(`${place}/:id`, { schema: { params: ById } }, async (request, reply) => {
    const account = world.accountOf(request)
    const { name } = shapeOf(account, request.params.object)
    recordsOf(account, name).delete(needRecord(account, name, request.params.id).id)
    return await reply.code(204).send()
  })

  const byValue = Type.Object({ object: Type.String(), field: Type.String(), value: Type.String() })
  api.patch(`${place}/:field/:value`, { schema: { params: byValue, body: Body } }, async (request, reply) => {
    const { object, field, value } = request.params
    const { record, created } = upsertRecord(
      world,
      world.accountOf(request),
      object,
      field,
      value,
      withoutAttributes(request.body),
    )
    return await reply.code(created ? 201 : 200).send(saved(record.id, created))
  })
}

/** Many records at once, each row failing by itself unless all or none is asked for. */
export function collectionRoutes(api: Api, world: World, data: string): void {
  const rows = (body: { allOrNone?: boolean; records: Fields[] }, write: (record: Fields, type: string) => object) => {
    if (body.allOrNone) throw refused(400, 'INVALID_OPERATION', 'The sandbox writes collections row by row only')
    return body.records.map((record) => {
      const type = (record.attributes as { type?: unknown } | undefined)?.type
      try {
        if (typeof type !== 'string') throw refused(400, 'INVALID_INPUT', 'Each record needs attributes.type')
        return write(withoutAttributes(record), type)
      } catch (error) {
        return { success: false, errors: errorsIn(error) }
      }
    })
  }

  api.post(`${data}/composite/sobjects`, { schema: { body: Collection } }, async (request) => {
    const account = world.accountOf(request)
    return rows(request.body, (record, type) => saved(createRecord(world, account, type, record).id))
  })

  api.patch(`${data}/composite/sobjects`, { schema: { body: Collection } }, async (request) => {
    const account = world.accountOf(request)
    return rows(request.body, ({ Id, id = Id, ...record }, type) =>
      saved(updateRecord(account, type, String(id), record).id),
    )
  })

  const params = Type.Object({ object: Type.String(), field: Type.String() })
  api.patch(`${data}/composite/sobjects/:object/:field`, { schema: { params, body: Collection } }, async (request) => {
    const account = world.accountOf(request)
    const { object, field } = request.params
    const values = request.body.records.map((record) => record[field])
    if (new Set(values).size < values.length)
      throw refused(400, 'DUPLICATE_VALUE', 'Cannot specify one external id value twice in a collection')
    return rows(request.body, ({ [field]: value, ...record }) => {
      if (value === undefined || value === null) throw refused(400, 'MISSING_ARGUMENT', `${field} not specified`)
      const { record: made, created } = upsertRecord(world, account, object, field, String(value), record)
      return saved(made.id, created)
    })
  })

  compositeRoute(api, world, data)
}

const Composite = Type.Object({
  allOrNone: Type.Optional(Type.Boolean()),
  compositeRequest: Type.Array(
    Type.Object({
      method: Type.Literal('POST'),
      url: Type.String(),
      referenceId: Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]*$' }),
      body: Body,
    }),
    { minItems: 1, maxItems: 25 },
  ),
})

/** Creations that name what the earlier ones made, all or none of them. */
function compositeRoute(api: Api, world: World, data: string): void {
  api.post(`${data}/composite`, { schema: { body: Composite } }, async (request) => {
    const account = world.accountOf(request)
    const made: { object: string; id: string; referenceId: string }[] = []
    const answers: { body: unknown; httpHeaders: object; httpStatusCode: number; referenceId: string }[] = []
    let failed = false
    for (const { url, referenceId, body } of request.body.compositeRequest) {
      const answer = (httpStatusCode: number, said: unknown) =>
        void answers.push({ body: said, httpHeaders: {}, httpStatusCode, referenceId })
      if (failed && request.body.allOrNone) {
        answer(400, [{ errorCode: 'PROCESSING_HALTED', message: 'The transaction was rolled back' }])
        continue
      }
      const object = url.startsWith(`${data}/sobjects/`) ? url.slice(`${data}/sobjects/`.length) : ''
      try {
        const { id } = createRecord(world, account, object, resolved(body, made))
        made.push({ object: shapeOf(account, object).name, id, referenceId })
        answer(201, saved(id))
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
        failed = true
        answer(error.answer.status, error.answer.body)
      }
    }
    if (failed && request.body.allOrNone) undo(account, made, answers)
    return { compositeResponse: answers }
  })
}

function undo(
  account: Account,
  made: readonly { object: string; id: string; referenceId: string }[],
  answers: { body: unknown; httpStatusCode: number; referenceId: string }[],
): void {
  for (const { object, id, referenceId } of made) {
    recordsOf(account, object).purge(id)
    const answer = answers.find((one) => one.referenceId === referenceId)
    const body = [{ errorCode: 'PROCESSING_HALTED', message: 'The transaction was rolled back' }]
    if (answer) Object.assign(answer, { httpStatusCode: 400, body })
  }
}

/** `@{deal.id}` is the id of what `deal` made. */
const resolved = (body: Fields, made: readonly { id: string; referenceId: string }[]): Fields =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const [, reference] = typeof value === 'string' ? (/^@\{(\w+)\.id\}$/.exec(value) ?? []) : []
      return [name, reference === undefined ? value : made.find(({ referenceId }) => referenceId === reference)?.id]
    }),
  )

const withoutAttributes = ({ attributes: _, ...record }: Fields): Fields => record

function described(account: Account, object: string) {
  const { name, prefix, fields } = shapeOf(account, object)
  return {
    name,
    label: name,
    keyPrefix: prefix,
    fields: Object.entries(fields).map(
      ([field, { type, required = false, readOnly = false, externalId = false, values = [] }]) => ({
        name: field,
        label: field.replace(/__c$/, '').replaceAll('_', ' '),
        type,
        custom: field.endsWith('__c'),
        externalId,
        nillable: !required && type !== 'boolean',
        createable: !readOnly,
        updateable: !readOnly,
        defaultedOnCreate: type === 'boolean',
        picklistValues: values.map((value) => ({ value, label: value, active: true, defaultValue: false })),
      }),
    ),
  }
}

/** Flows that every organisation has: one that runs for a person, and one that fails. */
export function flowRoutes(api: Api, world: World, data: string): void {
  const flows = { Follow_up: 'Follow up', Broken_flow: 'Broken flow' }
  api.get(`${data}/actions/custom/flow`, async () => ({
    actions: Object.entries(flows).map(([name, label]) => ({
      name,
      label,
      type: 'FLOW',
      url: `${data}/actions/custom/flow/${name}`,
    })),
  }))

  const params = Type.Object({ name: Type.String() })
  const body = Type.Object({ inputs: Type.Array(Body, { minItems: 1, maxItems: 200 }) })
  api.post(`${data}/actions/custom/flow/:name`, { schema: { params, body } }, async (request) => {
    const { name } = request.params
    if (!Object.hasOwn(flows, name)) throw refused(404, 'NOT_FOUND', 'The requested resource does not exist')
    const account = world.accountOf(request)
    return request.body.inputs.map((input) => {
      const { recordId } = input
      if (typeof recordId !== 'string' || objectOfId(recordId) === undefined)
        throw refused(400, 'INVALID_API_INPUT', 'The input variable recordId is missing or no id')
      const isSuccess = name !== 'Broken_flow'
      if (isSuccess) account.records<Fields>('flowRuns').create({ name, ...input })
      const errors = isSuccess ? null : [{ statusCode: 'UNKNOWN_EXCEPTION', message: 'The flow failed.' }]
      return { actionName: name, isSuccess, errors, outputValues: null }
    })
  })
}
