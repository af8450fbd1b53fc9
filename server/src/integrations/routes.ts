import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Connections } from './connections.ts'
import {
  Defaults,
  Health,
  Integration,
  IntegrationChanges,
  IntegrationFilter,
  LogEntry,
  LogFilter,
  NewIntegration,
  Sync,
  TestResult,
  WorkspaceLogFilter,
} from './schema.ts'

const base = '/integrations'
const tags = ['integrations']
const read = { scope: 'integrations:read' } as const
const write = { scope: 'integrations:write' } as const

/** The accounts of a workspace. */
export const integrationRoutes =
  ({ integrations, health, syncs, logs }: Connections): Routes =>
  async (api) => {
    api.get(
      base,
      {
        config: read,
        schema: {
          summary: 'List the integrations, and what each can do',
          tags,
          querystring: IntegrationFilter,
          response: listReplies(Integration),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await integrations.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      base,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Connect an account',
          description:
            'Tests the connection: the answer has the status active, or error and what the vendor said. An account that is connected by signing in at the vendor is pending until then.',
          tags,
          body: NewIntegration,
          response: replies(Integration, 201),
        },
      },
      async ({ workspace, body }, reply) => {
        const created = await integrations.create(workspace.id, body)
        reply.code(201)
        return ok(created)
      },
    )

    api.get(
      `${base}/logs`,
      {
        config: read,
        schema: {
          summary: 'Search the operation log of all integrations',
          tags: ['operation log'],
          querystring: WorkspaceLogFilter,
          response: listReplies(LogEntry),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await logs(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/:id`,
      {
        config: read,
        schema: { summary: 'One integration', tags, params: ById, response: replies(Integration) },
      },
      async ({ workspace, params }) => ok(await integrations.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/:id`,
      {
        config: write,
        schema: {
          summary: 'Change an integration; settings and credentials are tested again',
          tags,
          params: ById,
          body: IntegrationChanges,
          response: replies(Integration),
        },
      },
      async ({ workspace, params, body }) => ok(await integrations.update(workspace.id, params.id, body)),
    )

    api.delete(
      `${base}/:id`,
      {
        config: write,
        schema: {
          summary: 'Disconnect and delete an integration; its log is kept',
          tags,
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await integrations.remove(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )

    api.post(
      `${base}/:id/test`,
      {
        config: write,
        schema: {
          summary: 'Ask the vendor whether the connection works',
          tags,
          params: ById,
          response: replies(TestResult),
        },
      },
      async ({ workspace, params }) => ok(await integrations.test(workspace.id, params.id)),
    )

    api.post(
      `${base}/:id/sync`,
      {
        config: write,
        schema: {
          summary: 'Read what changed at the vendor since the last time',
          tags,
          params: ById,
          response: replies(Sync, 202),
        },
      },
      async ({ workspace, params }, reply) => {
        const sync = await syncs.begin(workspace.id, params.id)
        reply.code(202)
        return ok(sync)
      },
    )

    api.get(
      `${base}/:id/sync`,
      {
        config: read,
        schema: { summary: 'How far the last sync has come', tags, params: ById, response: replies(Sync) },
      },
      async ({ workspace, params }) => ok(await syncs.last(workspace.id, params.id)),
    )

    for (const [word, change, summary] of [
      ['enable', integrations.enable, 'Switch an integration on'],
      ['disable', integrations.disable, 'Switch an integration off; what waits for it stays'],
      ['disconnect', integrations.disconnect, 'Forget the credentials; settings and history stay'],
    ] as const) {
      api.post(
        `${base}/:id/${word}`,
        { config: write, schema: { summary, tags, params: ById, response: replies(Integration) } },
        async ({ workspace, params }) => ok(await change(workspace.id, params.id)),
      )
    }

    api.post(
      `${base}/:id/default`,
      {
        config: write,
        schema: {
          summary: 'Make an integration the default of exactly these capabilities',
          tags,
          params: ById,
          body: Defaults,
          response: replies(Integration),
        },
      },
      async ({ workspace, params, body }) =>
        ok(await integrations.setDefault(workspace.id, params.id, body.capabilities)),
    )

    api.get(
      `${base}/:id/health`,
      {
        config: read,
        schema: { summary: 'How an integration is, and what to do', tags, params: ById, response: replies(Health) },
      },
      async ({ workspace, params }) => ok(await health(workspace.id, params.id)),
    )

    api.get(
      `${base}/:id/logs`,
      {
        config: read,
        schema: {
          summary: 'Search the operation log of one integration',
          tags: ['operation log'],
          params: ById,
          querystring: LogFilter,
          response: listReplies(LogEntry),
        },
      },
      async ({ workspace, params, query }) => {
        const { items, nextCursor } = await logs(workspace.id, { ...query, integrationId: params.id }, 'must exist')
        return page(items, nextCursor)
      },
    )
  }
