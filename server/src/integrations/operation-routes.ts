import { Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ApiError, invalidFields } from '../api/errors.ts'
import { Paging } from '../api/paging.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { parseOperationInput } from '../kit/operation-input.ts'
import { isOperationName } from '../kit/operations.ts'
import { describeOperations } from '../templates/describe-operations.ts'
import type { Connections } from './connections.ts'
import { sendFailure } from './failure-reply.ts'
import { refusalOf } from './runner.ts'
import {
  ByDeliveryId,
  ByOperation,
  BySubscription,
  NewSubscription,
  OperationQuery,
  OperationState,
  Preview,
  PreviewResult,
  ReconciledOutcome,
  Reconciliation,
  Subscription,
  SubscriptionChanges,
} from './schema.ts'

const base = '/integrations'
const read = { scope: 'integrations:read' } as const
const write = { scope: 'integrations:write' } as const

/** Calling vendors: at once, or because of an event. */
export const operationRoutes =
  ({ runner, subscriptions, reconcile }: Connections): Routes =>
  async (api) => {
    api.get(
      `${base}/:id/operations`,
      {
        config: read,
        schema: {
          summary: 'What an integration can do, with the form of each input',
          tags: ['operations'],
          params: ById,
          response: replies(Type.Array(OperationState)),
        },
      },
      async ({ workspace, params }) => {
        const { row, connector } = await runner.open(workspace.id, params.id)
        const available = refusalOf(row) === undefined
        return ok(describeOperations(connector).map((operation) => ({ ...operation, available })))
      },
    )

    api.post(
      `${base}/:id/operations/:operation`,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Call an operation',
          description:
            'The body is the input of the operation. Answers what the operation answers; a list answers its first items.',
          tags: ['operations'],
          params: ByOperation,
          querystring: OperationQuery,
          body: Type.Record(Type.String(), Type.Unknown(), { 'x-expects': 'the input of the operation, an object' }),
          response: replies(Type.Unknown()),
        },
      },
      async ({ workspace, params, query, body, id: requestId }, reply) => {
        const { id, operation } = params
        if (!isOperationName(operation)) {
          await runner.open(workspace.id, id)
          throw new ApiError('NOT_SUPPORTED', `There is no operation called ${operation}.`)
        }
        const read = parseOperationInput(operation, body)
        // Whether there is such an integration at all comes first.
        if (!read.ok) {
          await runner.open(workspace.id, id)
          throw invalidFields(
            read.details.map(({ field, message }) => ({ field: field.replace(/^input/, 'body'), message })),
          )
        }
        const result = await runner.run(workspace.id, id, operation, read.input, {
          limit: query.limit,
          callId: query.callId,
        })
        if (result.success) return ok((result.data as unknown) ?? null)
        return sendFailure(reply, result, requestId)
      },
    )

    api.get(
      `${base}/:id/subscriptions`,
      {
        config: read,
        schema: {
          summary: 'List which events become which operations',
          tags: ['integration subscriptions'],
          params: ById,
          querystring: Paging,
          response: listReplies(Subscription),
        },
      },
      async ({ workspace, params, query }) => {
        const { items, nextCursor } = await subscriptions.list(workspace.id, params.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      `${base}/:id/subscriptions`,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Make events become an operation',
          tags: ['integration subscriptions'],
          params: ById,
          body: NewSubscription,
          response: replies(Subscription, 201),
        },
      },
      async ({ workspace, params, body }, reply) => {
        const created = await subscriptions.create(workspace.id, params.id, body)
        reply.code(201)
        return ok(created)
      },
    )

    api.post(
      `${base}/:id/subscriptions/preview`,
      {
        config: read,
        schema: {
          summary: 'Show what a mapping makes of an event, without calling the vendor',
          tags: ['integration subscriptions'],
          params: ById,
          body: Preview,
          response: replies(PreviewResult),
        },
      },
      async ({ workspace, params, body }) => ok(await subscriptions.preview(workspace.id, params.id, body)),
    )

    api.get(
      `${base}/:id/subscriptions/:subscriptionId`,
      {
        config: read,
        schema: {
          summary: 'One subscription',
          tags: ['integration subscriptions'],
          params: BySubscription,
          response: replies(Subscription),
        },
      },
      async ({ workspace, params }) => ok(await subscriptions.get(workspace.id, params.id, params.subscriptionId)),
    )

    api.patch(
      `${base}/:id/subscriptions/:subscriptionId`,
      {
        config: write,
        schema: {
          summary: 'Change a subscription',
          tags: ['integration subscriptions'],
          params: BySubscription,
          body: SubscriptionChanges,
          response: replies(Subscription),
        },
      },
      async ({ workspace, params, body }) =>
        ok(await subscriptions.update(workspace.id, params.id, params.subscriptionId, body)),
    )

    api.delete(
      `${base}/:id/subscriptions/:subscriptionId`,
      {
        config: write,
        schema: {
          summary: 'Remove a subscription',
          tags: ['integration subscriptions'],
          params: BySubscription,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await subscriptions.remove(workspace.id, params.id, params.subscriptionId)
        return reply.code(204).send(null)
      },
    )

    api.post(
      `${base}/deliveries/:deliveryId/reconcile`,
      {
        config: write,
        schema: {
          summary: 'Settle an operation whose outcome nobody knows',
          tags: ['integration subscriptions'],
          params: ByDeliveryId,
          body: Reconciliation,
          response: replies(Type.Array(ReconciledOutcome)),
        },
      },
      async ({ workspace, params, body }) => ok(await reconcile(workspace.id, params.deliveryId, body.outcome)),
    )
  }
