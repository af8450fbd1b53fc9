import { listReplies, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import { Consultation, ConsultationFilter } from './consultation-schema.ts'
import type { Scheduling } from './scheduling.ts'

const base = '/integrations/calendar/consultation-requests'

/** What became of requests for a consultation. */
export const consultationRoutes =
  ({ consultations }: Pick<Scheduling, 'consultations'>): Routes =>
  async (api) => {
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
  }
