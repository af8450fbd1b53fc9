import { type Static, Type } from 'typebox'
import type { Account, Api, Stored, World } from '../emulator.ts'
import { needContact } from './contacts.ts'
import { refused } from './failures.ts'
import { accountIn, ById, contactsVersion, InLocation, locationIdOf, needs, newGhlId } from './location.ts'

export const sandboxPipeline = {
  id: 'sandboxPipeline00001',
  name: 'Sales',
  stages: [
    { id: 'e1000000-0000-4000-8000-000000000001', name: 'New', position: 0 },
    { id: 'e1000000-0000-4000-8000-000000000002', name: 'Qualified', position: 1 },
    { id: 'e1000000-0000-4000-8000-000000000003', name: 'Closed', position: 2 },
  ],
}

const text = () => Type.Optional(Type.String())
const changeable = {
  pipelineId: text(),
  name: text(),
  pipelineStageId: text(),
  status: Type.Optional(Type.Enum(['open', 'won', 'lost', 'abandoned'])),
  monetaryValue: Type.Optional(Type.Number()),
  assignedTo: text(),
}
const Changed = Type.Object(changeable)
const New = Type.Object({
  ...changeable,
  pipelineId: Type.String(),
  locationId: Type.String(),
  name: Type.String(),
  status: Type.Enum(['open', 'won', 'lost', 'abandoned']),
  contactId: Type.String(),
})

export type Opportunity = Static<typeof Changed> & { contactId: string }
export const opportunitiesOf = (account: Account) => account.records<Opportunity>('opportunity')

export function opportunityRoutes(api: Api, world: World): void {
  const headers = contactsVersion
  const read = needs('opportunities.readonly')
  const write = needs('opportunities.write')

  api.get(
    '/opportunities/pipelines',
    { config: read, schema: { headers, querystring: InLocation } },
    async (request) => {
      const account = accountIn(world, request, request.query.locationId)
      return { pipelines: [{ ...sandboxPipeline, locationId: locationIdOf(account.name) }] }
    },
  )

  api.get(
    '/opportunities/search',
    {
      config: read,
      schema: {
        headers,
        querystring: Type.Object({
          q: text(),
          location_id: Type.String(),
          pipeline_id: text(),
          pipeline_stage_id: text(),
          contact_id: text(),
          status: text(),
          assigned_to: text(),
          order: text(),
          startAfter: Type.Optional(Type.Number()),
          startAfterId: text(),
          page: Type.Optional(Type.Integer({ minimum: 1 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
        }),
      },
    },
    async (request) => {
      const { location_id: locationId, limit = 20, startAfterId, contact_id: contactId } = request.query
      const account = accountIn(world, request, locationId)
      const all = opportunitiesOf(account).list({
        descending: true,
        where: ({ data }) => contactId === undefined || data.contactId === contactId,
      })
      const start = startAfterId === undefined ? 0 : all.findIndex(({ id }) => id === startAfterId) + 1
      const found = all.slice(start, start + limit)
      const last = found.at(-1)
      const next = last && start + limit < all.length ? { startAfter: last.createdAt, startAfterId: last.id } : {}
      return {
        opportunities: found.map((record) => shownOpportunity(account, record)),
        meta: { total: all.length, currentPage: 1, ...next },
      }
    },
  )

  api.post('/opportunities/', { config: write, schema: { headers, body: New } }, async (request, reply) => {
    const { locationId, ...given } = request.body
    const account = accountIn(world, request, locationId)
    needContact(account, given.contactId)
    const stage = given.pipelineStageId ?? sandboxPipeline.stages[0]!.id
    checkStage(given.pipelineId, stage)
    const made = opportunitiesOf(account).create({ ...given, pipelineStageId: stage }, newGhlId(world, 'opp'))
    return await reply.code(201).send({ opportunity: shownOpportunity(account, made) })
  })

  api.get('/opportunities/:id', { config: read, schema: { headers, params: ById } }, async (request) => {
    const account = world.accountOf(request)
    return { opportunity: shownOpportunity(account, opportunitiesOf(account).need(request.params.id)) }
  })

  api.put(
    '/opportunities/:id',
    { config: write, schema: { headers, params: ById, body: Changed } },
    async (request) => {
      const account = world.accountOf(request)
      const { data, id } = opportunitiesOf(account).need(request.params.id)
      const next = { ...data, ...request.body }
      checkStage(next.pipelineId, next.pipelineStageId)
      return { opportunity: shownOpportunity(account, opportunitiesOf(account).update(id, next)) }
    },
  )
}

function checkStage(pipelineId: string | undefined, stageId: string | undefined): void {
  if (pipelineId !== sandboxPipeline.id) throw refused(400, 'Pipeline not found')
  if (!sandboxPipeline.stages.some(({ id }) => id === stageId)) throw refused(400, 'The pipeline stage id is invalid.')
}

export function shownOpportunity(account: Account, { id, data, createdAt, updatedAt }: Stored<Opportunity>) {
  const at = new Date(updatedAt).toISOString()
  return {
    id,
    ...data,
    locationId: locationIdOf(account.name),
    lastStatusChangeAt: at,
    lastStageChangeAt: at,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: at,
  }
}
