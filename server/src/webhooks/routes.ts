import { Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { Paging } from '../api/paging.ts'
import { ById, Id, orNone } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import {
  CreatedEndpoint,
  Delivery,
  DeliveryFilter,
  DeliveryId,
  DeliveryTrace,
  Endpoint,
  EndpointChanges,
  EndpointFilter,
  EventTrace,
  NewEndpoint,
  NewReplay,
  Replay,
  Rotated,
  Rotation,
  Statistics,
  StatisticsQuery,
  Trial,
  TrialResult,
} from './schema.ts'
import type { Webhooks } from './webhooks.ts'

const base = '/integrations/webhooks'
const ByEndpointId = Type.Object({ endpointId: Id })
const ByDeliveryId = Type.Object({ deliveryId: DeliveryId })

/** Endpoints, and everything about delivering to them. Reached at the root as well as under `/api`. */
export const webhookRoutes =
  (webhooks: Webhooks): Routes =>
  async (api) => {
    const { endpoints, trials, statistics } = webhooks

    api.get(
      base,
      {
        config: { scope: 'webhooks:read' },
        schema: {
          summary: 'List endpoints',
          tags: ['endpoints'],
          querystring: EndpointFilter,
          response: listReplies(Endpoint),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await endpoints.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    for (const path of [base, `${base}/endpoints`]) {
      api.post(
        path,
        {
          config: { scope: 'webhooks:write', idempotent: true },
          schema: {
            summary: 'Register an endpoint',
            tags: ['endpoints'],
            body: NewEndpoint,
            response: replies(CreatedEndpoint, 201),
          },
        },
        async ({ workspace, body }, reply) => {
          const created = await endpoints.create(workspace.id, body)
          reply.code(201)
          return ok(created)
        },
      )
    }

    api.get(
      `${base}/:id`,
      {
        config: { scope: 'webhooks:read' },
        schema: { summary: 'One endpoint', tags: ['endpoints'], params: ById, response: replies(Endpoint) },
      },
      async ({ workspace, params }) => ok(await endpoints.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/:id`,
      {
        config: { scope: 'webhooks:write' },
        schema: {
          summary: 'Change an endpoint',
          tags: ['endpoints'],
          params: ById,
          body: EndpointChanges,
          response: replies(Endpoint),
        },
      },
      async ({ workspace, params, body }) => ok(await endpoints.update(workspace.id, params.id, body)),
    )

    api.delete(
      `${base}/:id`,
      {
        config: { scope: 'webhooks:write' },
        schema: {
          summary: 'Remove an endpoint; what waits for it ends',
          tags: ['endpoints'],
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await endpoints.remove(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )

    api.post(
      `${base}/:id/rotate-secret`,
      {
        config: { scope: 'webhooks:write', idempotent: true },
        schema: {
          summary: 'Give an endpoint a new secret; the one before goes on signing for a while',
          tags: ['endpoints'],
          params: ById,
          body: orNone(Rotation),
          response: replies(Rotated),
        },
      },
      async ({ workspace, params, body }) => ok(await endpoints.rotateSecret(workspace.id, params.id, body ?? {})),
    )

    const trial = {
      summary: 'Send a test event to an endpoint and wait for its answer',
      description: 'Where the endpoint was disabled and accepts the test, it is enabled again.',
      tags: ['endpoints'],
      body: orNone(Trial),
      response: replies(TrialResult),
    }
    api.post(
      `${base}/:id/test`,
      { config: { scope: 'webhooks:write' }, schema: { ...trial, params: ById } },
      async ({ workspace, params, body }) => ok(await trials.run(workspace.id, params.id, body ?? {})),
    )
    api.post(
      `${base}/test/:endpointId`,
      { config: { scope: 'webhooks:write' }, schema: { ...trial, params: ByEndpointId } },
      async ({ workspace, params, body }) => ok(await trials.run(workspace.id, params.endpointId, body ?? {})),
    )

    const endpointStatistics = {
      summary: 'Statistics of one endpoint',
      tags: ['statistics'],
      querystring: StatisticsQuery,
      response: replies(Statistics),
    }
    api.get(
      `${base}/stats`,
      {
        config: { scope: 'webhooks:read' },
        schema: { ...endpointStatistics, summary: 'Statistics of the workspace' },
      },
      async ({ workspace, query }) => ok(await statistics.ofWorkspace(workspace.id, query.window ?? '24h')),
    )
    api.get(
      `${base}/stats/:endpointId`,
      { config: { scope: 'webhooks:read' }, schema: { ...endpointStatistics, params: ByEndpointId } },
      async ({ workspace, params, query }) =>
        ok(await statistics.ofEndpoint(workspace.id, params.endpointId, query.window ?? '24h')),
    )
    api.get(
      `${base}/:id/stats`,
      { config: { scope: 'webhooks:read' }, schema: { ...endpointStatistics, params: ById } },
      async ({ workspace, params, query }) =>
        ok(await statistics.ofEndpoint(workspace.id, params.id, query.window ?? '24h')),
    )
  }

/** Deliveries and their replays. */
export const deliveryRoutes =
  (webhooks: Webhooks): Routes =>
  async (api) => {
    const { deliveries, replays } = webhooks

    api.get(
      `${base}/deliveries`,
      {
        config: { scope: 'webhooks:read' },
        schema: {
          summary: 'List deliveries',
          description: 'A page may be short and still have a next one, where what is asked for is rare.',
          tags: ['deliveries'],
          querystring: DeliveryFilter,
          response: listReplies(Delivery),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await deliveries.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/deliveries/:deliveryId`,
      {
        config: { scope: 'webhooks:read' },
        schema: {
          summary: 'One delivery with its attempts and its request',
          tags: ['deliveries'],
          params: ByDeliveryId,
          response: replies(DeliveryTrace),
        },
      },
      async ({ workspace, params }) => ok(await deliveries.trace(workspace.id, params.deliveryId)),
    )

    api.post(
      `${base}/deliveries/:deliveryId/replay`,
      {
        config: { scope: 'webhooks:write', idempotent: true },
        schema: {
          summary: 'Send an ended delivery again',
          tags: ['deliveries'],
          params: ByDeliveryId,
          response: replies(Delivery),
        },
      },
      async ({ workspace, params }) => ok(await deliveries.replay(workspace.id, params.deliveryId)),
    )

    api.post(
      `${base}/deliveries/:deliveryId/cancel`,
      {
        config: { scope: 'webhooks:write' },
        schema: {
          summary: 'Call off a delivery that waits',
          tags: ['deliveries'],
          params: ByDeliveryId,
          response: replies(Delivery),
        },
      },
      async ({ workspace, params }) => ok(await deliveries.cancel(workspace.id, params.deliveryId)),
    )

    api.post(
      `${base}/replays`,
      {
        config: { scope: 'webhooks:write', idempotent: true },
        schema: {
          summary: 'Send many deliveries again',
          tags: ['replays'],
          body: NewReplay,
          response: replies(Replay, 202),
        },
      },
      async ({ workspace, body }, reply) => {
        const replay = await replays.create(workspace.id, body)
        reply.code(202)
        return ok(replay)
      },
    )

    api.get(
      `${base}/replays`,
      {
        config: { scope: 'webhooks:read' },
        schema: { summary: 'List replays', tags: ['replays'], querystring: Paging, response: listReplies(Replay) },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await replays.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/replays/:id`,
      {
        config: { scope: 'webhooks:read' },
        schema: { summary: 'How far a replay has come', tags: ['replays'], params: ById, response: replies(Replay) },
      },
      async ({ workspace, params }) => ok(await replays.get(workspace.id, params.id)),
    )

    api.post(
      `${base}/replays/:id/cancel`,
      {
        config: { scope: 'webhooks:write' },
        schema: { summary: 'Stop a replay where it is', tags: ['replays'], params: ById, response: replies(Replay) },
      },
      async ({ workspace, params }) => ok(await replays.cancel(workspace.id, params.id)),
    )
  }

/** One event and what became of it, which only those who know deliveries can tell. */
export const eventTraceRoutes =
  ({ events, deliveries }: Webhooks): Routes =>
  async (api) => {
    api.get(
      '/events/:id',
      {
        config: { scope: 'events:read' },
        schema: {
          summary: 'One event with its deliveries and their attempts',
          tags: ['events'],
          params: ById,
          response: replies(EventTrace),
        },
      },
      async ({ workspace, params }) => {
        const event = await events.get(workspace.id, params.id)
        return ok({ ...event, deliveries: await deliveries.ofEvent(workspace.id, params.id) })
      },
    )
  }
