import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { NewSms, OptOut, OptOutChange, OptOutFilter, Sms, SmsFilter } from './schema.ts'
import type { Messages } from './sms.ts'

const sends = '/sms/sends'
const tags = ['SMS']
const read = { scope: 'sms:read' } as const
const write = { scope: 'sms:write' } as const

/** SMS that flows send, and who wants none. */
export const smsRoutes =
  ({ sms }: { sms: Messages }): Routes =>
  async (api) => {
    api.get(
      sends,
      {
        config: read,
        schema: {
          summary: 'List the SMS, sent and to be sent',
          tags,
          querystring: SmsFilter,
          response: listReplies(Sms),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await sms.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      sends,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Send an SMS to one person',
          description:
            'Queued at once and sent by the integration that is the default for messaging, or else any that can send SMS; to nobody who answered STOP.',
          tags,
          body: NewSms,
          response: replies(Sms, 202),
        },
      },
      async ({ workspace, body }, reply) => {
        const created = await sms.create(workspace.id, body)
        reply.code(202)
        return ok(created)
      },
    )

    api.get(
      `${sends}/:id`,
      {
        config: read,
        schema: { summary: 'One SMS, and what became of it', tags, params: ById, response: replies(Sms) },
      },
      async ({ workspace, params }) => ok(await sms.get(workspace.id, params.id)),
    )

    api.get(
      '/sms/opt-outs',
      {
        config: read,
        schema: { summary: 'List who gets no SMS', tags, querystring: OptOutFilter, response: listReplies(OptOut) },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await sms.optOuts(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      '/sms/opt-outs',
      {
        config: write,
        schema: { summary: 'Send somebody no more SMS', tags, body: OptOutChange, response: noReply() },
      },
      async ({ workspace, body }, reply) => {
        await sms.optOut(workspace.id, body.phone)
        return reply.code(204).send(null)
      },
    )

    api.post(
      '/sms/opt-ins',
      {
        config: write,
        schema: { summary: 'Send somebody SMS again, who agreed', tags, body: OptOutChange, response: noReply() },
      },
      async ({ workspace, body }, reply) => {
        await sms.optIn(workspace.id, body.phone)
        return reply.code(204).send(null)
      },
    )
  }
