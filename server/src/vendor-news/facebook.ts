import type { AdLeads } from '../ad-leads/ad-leads.ts'
import type { Reaction } from '../inbound/processing.ts'

/** What Facebook tells of leads is only that there is one: it is read, and taken in, by a job. */
export const hearFacebook =
  ({ read }: Pick<AdLeads, 'read'>): Reaction =>
  async (tx, { integration: { workspaceId, id: integrationId }, news, event }) => {
    const { type, externalId } = news
    if (type === 'lead.received' && externalId !== undefined)
      await read(tx, workspaceId, { integrationId, externalId, eventId: event.id })
  }
