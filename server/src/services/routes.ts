import { Type } from 'typebox'
import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { ById, orNone } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { sendFailure } from '../integrations/failure-reply.ts'
import {
  CalendarEvent,
  CalendarEventChanges,
  Deletion,
  NewCalendarEvent,
  ResultFilter,
  ServiceResult,
} from './schema.ts'
import type { Services } from './services.ts'

const events = '/integrations/calendar/events'
const read = { scope: 'integrations:read' } as const
const write = { scope: 'integrations:write' } as const

/** Events in the calendar that a workspace has connected, and what became of what services were asked for. */
export const serviceRoutes =
  ({ calendar, results }: Pick<Services, 'calendar' | 'results'>): Routes =>
  async (api) => {
    const tags = ['calendar events']

    api.post(
      events,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Make an event in the connected calendar',
          description:
            'In the integration that is the default for `calendar`, or else any that can. Without one the answer is 409 with `gracefulFail`: the flow may carry on.',
          tags,
          body: NewCalendarEvent,
          response: replies(CalendarEvent, 201),
        },
      },
      async ({ workspace, body, id }, reply) => {
        const result = await calendar.create(workspace.id, body)
        if (!result.success) return sendFailure(reply, result, id)
        reply.code(201)
        return ok(result.data)
      },
    )

    api.patch(
      `${events}/:id`,
      {
        config: write,
        schema: {
          summary: 'Change an event, in the calendar in which it was made',
          tags,
          params: ById,
          body: CalendarEventChanges,
          response: replies(CalendarEvent),
        },
      },
      async ({ workspace, params, body, id }, reply) => {
        const result = await calendar.update(workspace.id, params.id, body)
        return result.success ? ok(result.data) : sendFailure(reply, result, id)
      },
    )

    api.delete(
      `${events}/:id`,
      {
        config: write,
        schema: {
          summary: 'Cancel an event, in the calendar in which it was made',
          tags,
          params: ById,
          body: orNone(Deletion),
          response: replies(Type.Null()),
        },
      },
      async ({ workspace, params, body, id }, reply) => {
        const result = await calendar.remove(workspace.id, params.id, body?.reason)
        return result.success ? ok(null) : sendFailure(reply, result, id)
      },
    )

    api.get(
      '/integrations/results',
      {
        config: read,
        schema: {
          summary: 'List what became of what services were asked for',
          tags: ['service results'],
          querystring: ResultFilter,
          response: listReplies(ServiceResult),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await results.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      '/integrations/results/:id',
      {
        config: read,
        schema: { summary: 'One result', tags: ['service results'], params: ById, response: replies(ServiceResult) },
      },
      async ({ workspace, params }) => ok(await results.get(workspace.id, params.id)),
    )
  }
