import { actorOf } from '../api/actor.ts'
import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { invalid } from '../api/errors.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { timeOf } from '../events/events.ts'
import { Taken } from './booking-schema.ts'
import { Consultation, ConsultationFilter, ConsultationTime, NewConsultation, TakenIn } from './consultation-schema.ts'
import { isTimeZone } from './host-rules.ts'
import type { Scheduling } from './scheduling.ts'

const base = '/integrations/calendar/consultation-requests'

/** Takes a wish in: the lead, the event and the request, in one transaction. */
export type TakeConsultation = (workspaceId: string, wish: NewConsultation, actor: string) => Promise<TakenIn>

/** Requests for a consultation, and what became of them. */
export const consultationRoutes =
  ({ consultations, take }: Pick<Scheduling, 'consultations'> & { take: TakeConsultation }): Routes =>
  async (api) => {
    api.post(
      '/integrations/calendar/consultation-request',
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'requestConsultation',
          summary: 'Ask for a consultation',
          description: 'The first preferred time that is free is booked; where none is, others are offered by mail.',
          tags: ['scheduling'],
          body: NewConsultation,
          response: replies(TakenIn, 201),
        },
      },
      async ({ workspace, body, principal }, reply) => {
        if (body.timezone !== undefined && !isTimeZone(body.timezone))
          throw invalid('body.timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
        for (const [index, time] of (body.preferredTimes ?? []).entries()) timeOf(`body.preferredTimes[${index}]`, time)
        return reply.code(201).send(ok(await take(workspace.id, body, actorOf(principal))))
      },
    )

    api.get(
      base,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'listConsultations',
          summary: 'List requests for a consultation',
          tags: ['scheduling'],
          querystring: ConsultationFilter,
          response: listReplies(Consultation),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await consultations.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      `${base}/:id`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'getConsultation',
          summary: 'One request, and the booking that it became or the times that were offered',
          tags: ['scheduling'],
          params: ById,
          response: replies(Consultation),
        },
      },
      async ({ workspace, params }) => ok(await consultations.get(workspace.id, params.id)),
    )

    api.post(
      `${base}/:id/schedule`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'scheduleConsultation',
          summary: 'Book a time for a request by hand',
          description: 'Whoever asked and the staff hear of it as if the hub had found the time.',
          tags: ['scheduling'],
          params: ById,
          body: ConsultationTime,
          response: { ...replies(Consultation), 409: Taken },
        },
      },
      async ({ workspace, params, body }) => ok(await consultations.scheduleAt(workspace.id, params.id, body)),
    )

    api.post(
      `${base}/:id/close`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'closeConsultation',
          summary: 'Close a request without a booking',
          tags: ['scheduling'],
          params: ById,
          response: replies(Consultation),
        },
      },
      async ({ workspace, params }) => ok(await consultations.close(workspace.id, params.id)),
    )
  }
