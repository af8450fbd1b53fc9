import { Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Email } from './email.ts'
import {
  ByName,
  EmailTemplate,
  NewSend,
  Preview,
  Rendered,
  Send,
  SendFilter,
  SendSummary,
  TemplateInput,
} from './schema.ts'

const sends = '/email/sends'
const templates = '/email/templates'
const tags = ['e-mail']
const read = { scope: 'email:read' } as const
const write = { scope: 'email:write' } as const

/** Mails that flows send, and the templates they are written with. */
export const emailRoutes =
  ({ email }: { email: Email }): Routes =>
  async (api) => {
    api.get(
      sends,
      {
        config: read,
        schema: {
          summary: 'List the e-mails, sent and to be sent',
          description: '`status=kept` is the outbox of a workspace that has nothing to send with.',
          tags,
          querystring: SendFilter,
          response: listReplies(SendSummary),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await email.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      sends,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Send an e-mail to one person',
          description:
            'Queued at once and sent by the integration that is the default for messaging, or else any that can send e-mail. Give a template with its data, or a subject with html or text.',
          tags,
          body: NewSend,
          response: replies(Send, 202),
        },
      },
      async ({ workspace, body }, reply) => {
        const created = await email.create(workspace.id, body)
        reply.code(202)
        return ok(created)
      },
    )

    api.get(
      `${sends}/:id`,
      {
        config: read,
        schema: { summary: 'One e-mail, with what it says', tags, params: ById, response: replies(Send) },
      },
      async ({ workspace, params }) => ok(await email.get(workspace.id, params.id)),
    )

    api.post(
      `${sends}/:id/retry`,
      {
        config: write,
        schema: {
          summary: 'Send again what was kept, failed, or is unknown',
          description: 'Look at the vendor first where the outcome is unknown: it may have been sent.',
          tags,
          params: ById,
          response: replies(Send),
        },
      },
      async ({ workspace, params }) => ok(await email.retry(workspace.id, params.id)),
    )

    api.get(
      templates,
      { config: read, schema: { summary: 'List the templates', tags, response: replies(Type.Array(EmailTemplate)) } },
      async ({ workspace }) => ok(await email.templates.list(workspace.id)),
    )

    api.get(
      `${templates}/:templateName`,
      { config: read, schema: { summary: 'One template', tags, params: ByName, response: replies(EmailTemplate) } },
      async ({ workspace, params }) => ok(await email.templates.get(workspace.id, params.templateName)),
    )

    api.put(
      `${templates}/:templateName`,
      {
        config: write,
        schema: {
          summary: 'Write a template',
          description:
            'In Liquid. A template by the name of a built-in one counts in its place; `layout` stands around all others.',
          tags,
          params: ByName,
          body: TemplateInput,
          response: replies(EmailTemplate),
        },
      },
      async ({ workspace, params, body }) => ok(await email.templates.put(workspace.id, params.templateName, body)),
    )

    api.delete(
      `${templates}/:templateName`,
      {
        config: write,
        schema: {
          summary: 'Delete what the workspace wrote; a built-in template counts again',
          tags,
          params: ByName,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await email.templates.remove(workspace.id, params.templateName)
        return reply.code(204).send(null)
      },
    )

    api.post(
      '/email/preview',
      {
        config: read,
        schema: {
          summary: 'Fill a template or a draft in, without sending',
          tags,
          body: Preview,
          response: replies(Rendered),
        },
      },
      async ({ workspace, body }) => ok(await email.templates.preview(workspace.id, body)),
    )
  }
