import type { Database } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Leads } from '../leads/leads.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { TakeConsultation } from './consultation-routes.ts'
import type { Consultations } from './consultations.ts'

/** Takes the wish for a consultation in: lead, timeline, request and event are one transaction. */
export const createConsultationIntake =
  (deps: {
    database: Database
    engine: Pick<Engine, 'publish'>
    leads: Pick<Leads, 'upsert' | 'addActivity'>
    consultations: Pick<Consultations, 'request'>
    clock: Clock
  }): TakeConsultation =>
  (workspaceId, wish, actor) =>
    deps.database.inWorkspace(workspaceId, async (tx) => {
      const { service, preferredTimes, message, source = 'consultation', ...person } = wish
      const requestId = newId(deps.clock)
      const { lead } = await deps.leads.upsert(tx, workspaceId, { ...person, source }, { actor })
      await deps.consultations.request(tx, workspaceId, { ...wish, source, requestId })
      const payload = { ...person, requestId, source, service, preferredTimes, message, leadId: lead.id }
      const [event] = await deps.engine.publish(tx, workspaceId, [{ type: 'consultation.requested', payload }])
      await deps.leads.addActivity(tx, workspaceId, lead.id, {
        type: 'consultation_requested',
        title: `Asked for a consultation${service ? ` about ${service}` : ''}`,
        body: message,
        ...{ data: { requestId, service, preferredTimes }, actor, eventId: event?.id },
      })
      return { requestId, leadId: lead.id }
    })
