import type { Stage } from '../pipelines/schema.ts'
import type { LeadRow } from './queries.ts'

/** A lead as events carry it: what is not known is left out. */
export const leadPayload = (lead: LeadRow, stage?: Stage | undefined): Record<string, unknown> =>
  known({
    leadId: lead.id,
    email: lead.email,
    phone: lead.phone ?? lead.phoneText,
    firstName: lead.firstName,
    lastName: lead.lastName,
    name: lead.name,
    company: lead.company,
    jobTitle: lead.jobTitle,
    address: addressOf(lead),
    timezone: lead.timezone,
    source: lead.source,
    ownerId: lead.ownerId,
    pipelineId: lead.pipelineId,
    status: lead.status,
    stage: stage?.name,
    amountMinor: lead.amountMinor,
    currency: lead.currency,
    score: lead.score,
    persona: lead.persona,
    tags: lead.tags,
    customFields: lead.customFields,
  })

function addressOf({ street, city, state, postalCode, country }: LeadRow): Record<string, unknown> | undefined {
  const address = known({ street, city, state, postalCode, country })
  return Object.keys(address).length === 0 ? undefined : address
}

const partsOfAddress = new Set(['street', 'city', 'state', 'postalCode', 'country'])

/** Which fields of an event changed, with their new values; null where one was emptied. */
export function changesOf(lead: LeadRow, changed: string[]): Record<string, unknown> {
  const payload: Record<string, unknown> = { ...leadPayload(lead), consent: lead.consent }
  const fieldOf = (name: string) => (partsOfAddress.has(name) ? 'address' : name === 'phoneText' ? 'phone' : name)
  // What a time zone was found by is not told.
  const names = new Set(changed.filter((name) => name !== 'timezoneSource').map(fieldOf))
  return Object.fromEntries([...names].map((name) => [name, payload[name] ?? null]))
}

export const known = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
