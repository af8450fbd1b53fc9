import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Inbound } from './inbound.ts'
import {
  InboundFilter,
  InboundWebhook,
  InboundWebhookDetail,
  NewSecret,
  UnmatchedFilter,
  WebhookSettings,
} from './schema.ts'

const base = '/inbound-webhooks'
const tags = ['inbound webhooks']
const read = { scope: 'integrations:read' } as const
const write = { scope: 'integrations:write' } as const

/** What vendors sent to a workspace. */
export const inboundRoutes =
  (inbound: Inbound): Routes =>
  async (api) => {
    api.get(
      base,
      {
        config: read,
        schema: {
          summary: 'List what vendors sent',
          tags,
          querystring: InboundFilter,
          response: listReplies(InboundWebhook),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await inbound.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/unmatched`,
      {
        config: { platform: true },
        schema: {
          summary: 'List what names no account of this hub, and what was refused for it',
          tags,
          querystring: UnmatchedFilter,
          response: listReplies(InboundWebhook),
        },
      },
      async ({ query }) => {
        const { items, nextCursor } = await inbound.listUnmatched(query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/unmatched/:id`,
      {
        config: { platform: true },
        schema: {
          summary: 'One webhook that no integration has',
          tags,
          params: ById,
          response: replies(InboundWebhookDetail),
        },
      },
      async ({ params }) => ok(await inbound.getUnmatched(params.id)),
    )

    api.get(
      `${base}/:id`,
      {
        config: read,
        schema: {
          summary: 'One inbound webhook with its headers and its body',
          tags,
          params: ById,
          response: replies(InboundWebhookDetail),
        },
      },
      async ({ workspace, params }) => ok(await inbound.get(workspace.id, params.id)),
    )

    api.post(
      `${base}/:id/replay`,
      {
        config: write,
        schema: {
          summary: 'Process an inbound webhook again',
          description: 'The events of one that was processed are published anew, with ids of their own.',
          tags,
          params: ById,
          response: replies(InboundWebhook, 202),
        },
      },
      async ({ workspace, params }, reply) => {
        const replayed = await inbound.replay(workspace.id, params.id)
        reply.code(202)
        return ok(replayed)
      },
    )
  }

/** Where the webhooks of one integration go, and their secret. Reached at the root as well as under `/api`. */
export const webhookSettingsRoutes =
  (inbound: Inbound): Routes =>
  async (api) => {
    api.get(
      '/integrations/:id/webhook',
      {
        config: read,
        schema: {
          summary: 'Where the vendor is to send webhooks, and whether it does',
          tags,
          params: ById,
          response: replies(WebhookSettings),
        },
      },
      async ({ workspace, params }) => ok(await inbound.settings(workspace.id, params.id)),
    )

    api.post(
      '/integrations/:id/webhook/rotate-secret',
      {
        config: write,
        schema: {
          summary: 'Make a new secret for the webhooks of an integration, and show it once',
          description: 'What is signed with the one before is accepted until the next change.',
          tags,
          params: ById,
          response: replies(NewSecret),
        },
      },
      async ({ workspace, params }) => ok(await inbound.rotateSecret(workspace.id, params.id)),
    )
  }
