import type { TSchema } from 'typebox'
import { actorOf } from '../api/actor.ts'
import { ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import type { IntegrationManager } from './manager.ts'
import { AssessmentCompletion, EmailEngagement, FlowAnswer, LeadCapture } from './schema.ts'

/** The flows in which everything begins. */
export const flowRoutes =
  ({ manager }: { manager: IntegrationManager }): Routes =>
  async (api) => {
    const config = { scope: 'leads:write', idempotent: true } as const
    const schemaOf = <Body extends TSchema>(summary: string, body: Body) => ({
      ...{ summary, tags: ['flows'], body, response: replies(FlowAnswer, 201) },
    })

    api.post(
      '/leads',
      { config, schema: schemaOf('Capture a lead, whether it is known already or not', LeadCapture) },
      async ({ workspace, body, principal }, reply) => {
        const answer = await manager.handleLeadCapture(workspace.id, body, actorOf(principal))
        reply.code(201)
        return ok(answer)
      },
    )

    api.post(
      '/assessments',
      { config, schema: schemaOf('Take in a completed assessment', AssessmentCompletion) },
      async ({ workspace, body, principal }, reply) => {
        const answer = await manager.handleAssessmentCompletion(workspace.id, body, actorOf(principal))
        reply.code(201)
        return ok(answer)
      },
    )

    api.post(
      '/email-engagement',
      { config, schema: schemaOf('Take in what somebody did with an e-mail', EmailEngagement) },
      async ({ workspace, body, principal }, reply) => {
        const answer = await manager.handleEmailEngagement(workspace.id, body, actorOf(principal))
        reply.code(201)
        return ok(answer)
      },
    )
  }
