import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { invalid } from './failures.ts'
import { merged } from './persons.ts'
import {
  checkCustomFields,
  checkOwner,
  type Fields,
  Id,
  listingOf,
  ok,
  pageOf,
  paging,
  recordsOf,
  sandboxUser,
  seconds,
} from './tables.ts'

/** The pipelines of every account, each with the ids and names of its stages. */
const pipelines: { id: number; name: string; stages: [number, string][] }[] = [
  {
    id: 1,
    name: 'Sales',
    stages: [
      [1, 'Qualified'],
      [2, 'Contact made'],
      [3, 'Proposal made'],
    ],
  },
  {
    id: 2,
    name: 'Renewals',
    stages: [
      [11, 'Due'],
      [12, 'In talks'],
    ],
  },
]

const orNull = <S extends Parameters<typeof Type.Optional>[0]>(schema: S) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const day = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
const fields = {
  title: Type.String({ minLength: 1, maxLength: 255 }),
  owner_id: Type.Optional(Type.Integer()),
  person_id: orNull(Type.Integer()),
  org_id: orNull(Type.Integer()),
  pipeline_id: Type.Optional(Type.Integer()),
  stage_id: Type.Optional(Type.Integer()),
  value: orNull(Type.Number()),
  currency: orNull(Type.String({ pattern: '^[A-Z]{3}$' })),
  status: Type.Optional(Type.Enum(['open', 'won', 'lost'])),
  probability: orNull(Type.Number()),
  lost_reason: orNull(Type.String()),
  visible_to: Type.Optional(Type.Enum([1, 3, 5, 7])),
  expected_close_date: orNull(day),
  label_ids: Type.Optional(Type.Array(Type.Integer())),
  custom_fields: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}
const NewDeal = Type.Object(fields)
const DealChanges = Type.Object({ ...fields, title: Type.Optional(fields.title) })
const config = { sandbox: { scopes: ['deals:full'] } }

export function dealRoutes(api: Api, world: World): void {
  const place = '/api/v2/deals'
  const querystring = listingOf({
    person_id: Type.Optional(Type.Integer()),
    org_id: Type.Optional(Type.Integer()),
    pipeline_id: Type.Optional(Type.Integer()),
    stage_id: Type.Optional(Type.Integer()),
    status: Type.Optional(Type.String()),
    sort_by: Type.Optional(Type.Enum(['id', 'update_time', 'add_time'])),
    include_fields: Type.Optional(Type.String()),
  })
  api.get(place, { config, schema: { querystring } }, async (request) =>
    pageOf(world.accountOf(request), 'deals', request.query, showDeal),
  )

  api.post(place, { config, schema: { body: NewDeal } }, async (request) => {
    const account = world.accountOf(request)
    return ok(showDeal(recordsOf(account, 'deals').create(checked(account, request.body, {}))))
  })

  api.get(`${place}/:id`, { config, schema: { params: Id } }, async (request) =>
    ok(showDeal(recordsOf(world.accountOf(request), 'deals').need(request.params.id))),
  )

  api.patch(`${place}/:id`, { config, schema: { params: Id, body: DealChanges } }, async (request) => {
    const account = world.accountOf(request)
    const records = recordsOf(account, 'deals')
    const { id, data } = records.need(request.params.id)
    return ok(showDeal(records.update(id, (old) => merged(old, checked(account, request.body, data)))))
  })

  api.delete(`${place}/:id`, { config, schema: { params: Id } }, async (request) => {
    recordsOf(world.accountOf(request), 'deals').delete(request.params.id)
    return ok({ id: Number(request.params.id) })
  })

  const sorted = {
    ...paging,
    sort_direction: Type.Optional(Type.Enum(['asc', 'desc'])),
    sort_by: Type.Optional(Type.String()),
  }
  const times = { add_time: seconds(0), update_time: seconds(0) }
  api.get('/api/v2/pipelines', { config, schema: { querystring: Type.Object(sorted) } }, async () => {
    const shown = pipelines.map(({ id, name }, at) => ({
      id,
      name,
      order_nr: at + 1,
      is_deleted: false,
      is_deal_probability_enabled: true,
      is_selected: at === 0,
      ...times,
    }))
    return ok(shown, { next_cursor: null })
  })

  const stageQuery = Type.Object({ ...sorted, pipeline_id: Type.Optional(Type.Integer()) })
  api.get('/api/v2/stages', { config, schema: { querystring: stageQuery } }, async (request) => {
    const { pipeline_id: wanted } = request.query
    const shown = pipelines
      .filter(({ id }) => wanted === undefined || id === wanted)
      .flatMap((pipeline) =>
        pipeline.stages.map(([id, name], at) => ({
          id,
          name,
          pipeline_id: pipeline.id,
          order_nr: at + 1,
          is_deleted: false,
          deal_probability: 100,
          is_deal_rot_enabled: false,
          days_to_rotten: null,
          ...times,
        })),
      )
    return ok(shown, { next_cursor: null })
  })
}

/** A stage belongs to its pipeline, and decides it where none is named. */
function checked(account: Account, body: Static<typeof DealChanges>, current: Fields): Fields {
  checkOwner(body.owner_id)
  checkCustomFields(account, 'deal', body.custom_fields)
  if (body.person_id) needPerson(account, body.person_id)
  const { pipeline_id: pipelineId, stage_id: stageId } = body
  const ofStage = pipelines.find(({ stages }) => stages.some(([id]) => id === stageId))
  if (stageId !== undefined && !ofStage) throw invalid('stage_id', 'Stage not found')
  const wanted = pipelineId ?? ofStage?.id ?? current.pipeline_id ?? 1
  const pipeline = pipelines.find(({ id }) => id === wanted)
  if (!pipeline) throw invalid('pipeline_id', 'Pipeline not found')
  if (ofStage && ofStage !== pipeline) throw invalid('stage_id', 'Stage does not belong to the pipeline')
  const isMoved = pipeline.id !== current.pipeline_id
  const stage = stageId ?? (isMoved ? pipeline.stages[0]?.[0] : current.stage_id)
  return { ...body, pipeline_id: pipeline.id, stage_id: stage }
}

/** @throws the refusal for a person who is not there */
export function needPerson(account: Account, id: number): void {
  if (!recordsOf(account, 'persons').get(String(id))) throw invalid('person_id', 'Person not found')
}

export function showDeal(record: Stored<Fields>) {
  const { data } = record
  return {
    id: Number(record.id),
    title: data.title,
    creator_user_id: sandboxUser.id,
    owner_id: data.owner_id ?? sandboxUser.id,
    value: data.value ?? 0,
    currency: data.currency ?? sandboxUser.currency,
    person_id: data.person_id ?? null,
    org_id: data.org_id ?? null,
    pipeline_id: data.pipeline_id,
    stage_id: data.stage_id,
    status: data.status ?? 'open',
    probability: data.probability ?? null,
    lost_reason: data.lost_reason ?? null,
    expected_close_date: data.expected_close_date ?? null,
    add_time: seconds(record.createdAt),
    update_time: seconds(record.updatedAt),
    is_archived: false,
    is_deleted: record.deletedAt !== undefined,
    visible_to: data.visible_to ?? 3,
    label_ids: data.label_ids ?? [],
    origin: 'API',
    custom_fields: data.custom_fields ?? {},
  }
}
