import type { LogEntry } from '../integrations/schema.ts'
import type { MergeRow } from './merge-queries.ts'
import type { ActivityRow, LeadRow, StatusChangeRow } from './queries.ts'
import type { Activity, Lead, Merge, StatusChangeEntry } from './schema.ts'

export const leadAnswer = (row: LeadRow, externalIds: Record<string, string> = {}): Lead => ({
  id: row.id,
  email: row.email,
  phone: row.phone ?? row.phoneText,
  firstName: row.firstName,
  lastName: row.lastName,
  name: row.name,
  company: row.company,
  jobTitle: row.jobTitle,
  address: {
    street: row.street,
    city: row.city,
    state: row.state,
    postalCode: row.postalCode,
    country: row.country,
  },
  timezone: row.timezone,
  timezoneSource: row.timezoneSource,
  source: row.source,
  ownerId: row.ownerId,
  pipelineId: row.pipelineId,
  status: row.status,
  statusChangedAt: row.statusChangedAt.toISOString(),
  amountMinor: row.amountMinor,
  currency: row.currency,
  score: row.score,
  persona: row.persona,
  tags: row.tags,
  customFields: row.customFields,
  consent: row.consent,
  externalIds,
  version: row.version,
  lastActivityAt: row.lastActivityAt.toISOString(),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

export const activityAnswer = (row: ActivityRow, operations: LogEntry[] = []): Activity => ({
  id: row.id,
  leadId: row.leadId,
  type: row.type,
  title: row.title,
  body: row.body,
  data: row.data,
  actor: row.actor,
  eventId: row.eventId,
  occurredAt: row.occurredAt.toISOString(),
  operations: operations.map(({ id, integrationId, operation, status, at, errorCode, errorMessage }) => ({
    ...{ id, integrationId, operation, status, at, errorCode, errorMessage },
  })),
})

export const statusChangeAnswer = (row: StatusChangeRow): StatusChangeEntry => ({
  id: row.id,
  pipelineId: row.pipelineId,
  from: row.fromStatus,
  to: row.toStatus,
  at: row.at.toISOString(),
  secondsBefore: row.secondsBefore,
  amountMinor: row.amountMinor,
  currency: row.currency,
  reason: row.reason,
  changedBy: row.changedBy,
})

export const mergeAnswer = ({ snapshot: { merged }, ...row }: MergeRow): Merge => ({
  id: row.id,
  mergedLeadId: row.mergedLeadId,
  name: merged?.name ?? null,
  email: merged?.email ?? null,
  fields: row.fields,
  mergedBy: row.mergedBy,
  mergedAt: row.mergedAt.toISOString(),
  undoneAt: row.undoneAt?.toISOString() ?? null,
})
