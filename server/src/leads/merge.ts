import { ApiError, invalid, notFound } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Pipelines } from '../pipelines/pipelines.ts'
import { findPipeline } from '../pipelines/queries.ts'
import { findStage, firstStage } from '../pipelines/transitions.ts'
import { addActivities } from './activities.ts'
import { insertStatusChanges, listStatusChanges } from './activity-queries.ts'
import { changedFields, consentTime, type Detailed } from './details.ts'
import { lockPeople } from './locking.ts'
import {
  endMerge,
  findMerge,
  insertFormerNames,
  insertMerge,
  lockMerge,
  type MergeRow,
  moveActivities,
  moveMerges,
  returnActivities,
} from './merge-queries.ts'
import { searchTextOf } from './normalise.ts'
import { known, leadPayload } from './payloads.ts'
import {
  deleteLead,
  findLeadByEmail,
  insertLeads,
  keepExternalIds,
  type LeadRow,
  listExternalIds,
  nameOf,
  updateLead,
} from './queries.ts'
import { type Consents, type MergeableField, mergeableFields } from './schema.ts'

/** Fields of which one value is kept, with the columns that go together. */
const columnsOfField: Record<MergeableField, (keyof LeadRow)[]> = {
  email: ['email'],
  phone: ['phone', 'phoneText'],
  name: ['firstName', 'lastName', 'name'],
  company: ['company'],
  jobTitle: ['jobTitle'],
  address: ['street', 'city', 'state', 'postalCode', 'country'],
  timezone: ['timezone', 'timezoneSource'],
  ownerId: ['ownerId'],
  amount: ['amountMinor', 'currency'],
  score: ['score'],
  persona: ['persona'],
  source: ['source'],
  status: ['pipelineId', 'status', 'statusChangedAt'],
}

/** Columns of which one merge made one value, and which are taken back together or not at all. */
const togethers: (keyof LeadRow)[][] = [
  ...Object.values(columnsOfField),
  ...(['tags', 'customFields', 'consent', 'createdAt', 'lastActivityAt'] as const).map((name) => [name]),
]

type Merging = { engine: Pick<Engine, 'publish'>; pipelines: Pick<Pipelines, 'ensureDefault'>; clock: Clock }

/**
 * Makes one lead of two. The kept one keeps its values and takes those it lacks; `fields` are taken from the other whatever it has. Tags, custom
 * fields and external ids come together, the timeline moves over, the first of the two dates of birth counts. The one that goes is
 * found under its id and address still, and all of it can be undone.
 */
export async function mergeLeads(
  tx: Db,
  workspaceId: string,
  { engine, clock }: Omit<Merging, 'pipelines'>,
  wanted: { leadId: string; from: string; fields: readonly MergeableField[]; actor: string },
): Promise<{ lead: LeadRow; mergeId: string }> {
  if (wanted.leadId === wanted.from) throw invalid('body.from', 'is the lead itself; name another')
  const rows = await lockPeople(tx, workspaceId, [wanted.leadId, wanted.from])
  const [kept, merged] = [rows.get(wanted.leadId), rows.get(wanted.from)]
  if (!kept) throw notFound('lead')
  if (!merged) throw invalid('body.from', 'is not a lead of this workspace')
  const at = new Date(clock.now())
  const result = combined(kept, merged, new Set(wanted.fields))
  const names = (await listExternalIds(tx, workspaceId, [merged.id])).get(merged.id) ?? {}
  const externalIds = Object.entries(names).map(([system, externalId]) => ({ system, externalId }))
  const statusChanges = await listStatusChanges(tx, workspaceId, merged.id)
  const activities = await moveActivities(tx, workspaceId, merged.id, kept.id)
  const merges = await moveMerges(tx, workspaceId, merged.id, kept.id)
  await deleteLead(tx, workspaceId, merged.id)
  const own = (await listExternalIds(tx, workspaceId, [kept.id])).get(kept.id) ?? {}
  const { moved = [], former = [] } = Object.groupBy(externalIds, ({ system }) =>
    Object.hasOwn(own, system) ? 'former' : 'moved',
  )
  await keepExternalIds(
    tx,
    workspaceId,
    moved.map((name) => ({ ...name, leadId: kept.id })),
  )
  const lead: LeadRow = { ...kept, ...result, version: kept.version + 1, updatedAt: at }
  const { id: _id, workspaceId: _workspaceId, ...columns } = lead
  await updateLead(tx, workspaceId, kept.id, columns)
  const mergeId = newId(clock)
  await insertMerge(tx, {
    workspaceId,
    id: mergeId,
    leadId: kept.id,
    mergedLeadId: merged.id,
    // The address that the lead no longer bears, whichever of the two had it.
    mergedEmail: [merged.email, kept.email].find((email) => email !== null && email !== lead.email) ?? null,
    fields: [...wanted.fields],
    snapshot: { kept, merged, result, activities, statusChanges, externalIds, merges },
    mergedBy: wanted.actor,
    mergedAt: at,
    undoneAt: null,
  })
  const phones = [merged.phone, kept.phone].filter((phone) => phone !== null && phone !== lead.phone)
  await insertFormerNames(tx, workspaceId, mergeId, [
    ...phones.map((phone) => nameOf.phone(phone!)),
    ...former.map(nameOf.externalId),
  ])
  await keepStatusChange(tx, workspaceId, clock, kept, lead, { reason: 'Merged', actor: wanted.actor })
  const payload = {
    ...leadPayload(lead),
    ...known({ mergeId, mergedLeadId: merged.id, mergedEmail: merged.email, mergedBy: wanted.actor }),
  }
  const [event] = await engine.publish(tx, workspaceId, [{ type: 'lead.merged', payload }])
  await addActivities(tx, workspaceId, clock, [
    {
      leadId: kept.id,
      type: 'merged',
      title: `Merged with ${merged.name ?? merged.email ?? merged.phone ?? merged.id}`,
      data: { mergeId, mergedLeadId: merged.id, changed: changedFields(kept, lead) },
      actor: wanted.actor,
      eventId: event!.id,
    },
  ])
  return { lead, mergeId }
}

/**
 * Takes a merge back: the lead that went is there again with its timeline, and the kept one has what it had, except where it was changed since.
 * @throws ApiError NOT_FOUND, CONFLICT where it was undone already or the address has gone to another lead
 */
export async function undoMerge(
  tx: Db,
  workspaceId: string,
  { engine, pipelines, clock }: Merging,
  id: string,
  actor: string,
): Promise<{ lead: LeadRow; restored: LeadRow }> {
  const found = await findMerge(tx, workspaceId, id)
  if (!found) throw notFound('merge')
  const rows = await lockPeople(tx, workspaceId, [found.leadId])
  const merge = await lockMerge(tx, workspaceId, id)
  if (!merge) throw notFound('merge')
  if (merge.undoneAt !== null) throw new ApiError('CONFLICT', 'This merge was undone already.')
  const present = rows.get(merge.leadId)
  if (!present) throw new ApiError('CONFLICT', 'The lead was merged into another meanwhile; try again.')
  const { kept, merged, result, activities, statusChanges, externalIds, merges = [] } = revived(merge)
  const at = new Date(clock.now())
  const lead: LeadRow = {
    ...present,
    ...before(present, kept, result),
    version: present.version + 1,
    updatedAt: at,
  }
  if (lead.status !== present.status || lead.pipelineId !== present.pipelineId)
    Object.assign(lead, await standing(tx, workspaceId, pipelines, lead))
  lead.searchText = searchTextOf(lead)
  const restored: LeadRow = {
    ...merged,
    ...(await standing(tx, workspaceId, pipelines, merged)),
    version: merged.version + 1,
    updatedAt: at,
  }
  await refuseTaken(tx, workspaceId, lead, restored)
  const { id: _id, workspaceId: _workspaceId, ...columns } = lead
  await updateLead(tx, workspaceId, lead.id, columns)
  await keepStatusChange(tx, workspaceId, clock, present, lead, { reason: 'A merge was undone', actor })
  await insertLeads(tx, [restored])
  if (statusChanges.length > 0) await insertStatusChanges(tx, statusChanges)
  await returnActivities(tx, workspaceId, lead.id, restored.id, activities)
  if (merges.length > 0) await moveMerges(tx, workspaceId, lead.id, restored.id, merges)
  await tx
    .deleteFrom('crmLeadExternalIds')
    .where('workspaceId', '=', workspaceId)
    .where('leadId', '=', lead.id)
    .where((is) =>
      is.or(
        externalIds.map(({ system, externalId }) =>
          is.and([is('system', '=', system), is('externalId', '=', externalId)]),
        ),
      ),
    )
    .execute()
  await keepExternalIds(
    tx,
    workspaceId,
    externalIds.map((name) => ({ ...name, leadId: restored.id })),
  )
  await endMerge(tx, workspaceId, id, at)
  const payload = { ...leadPayload(restored), ...known({ mergeId: id, separatedFrom: lead.id, undoneBy: actor }) }
  const [event] = await engine.publish(tx, workspaceId, [{ type: 'lead.separated', payload }])
  await addActivities(tx, workspaceId, clock, [
    {
      leadId: lead.id,
      type: 'separated',
      title: 'A merge was undone',
      data: { mergeId: id, leadId: restored.id },
      actor,
      eventId: event!.id,
    },
    {
      leadId: restored.id,
      type: 'separated',
      title: 'A merge was undone',
      data: { mergeId: id, leadId: lead.id },
      actor,
      eventId: event!.id,
    },
  ])
  return { lead, restored }
}

/** What the merge changed and nobody has since, as it was before. Half of a value is none: an amount goes with its currency. */
function before(present: LeadRow, kept: LeadRow, result: Record<string, unknown>): Partial<LeadRow> {
  const columns: Partial<LeadRow> = {}
  for (const names of togethers)
    if (names.every((name) => Object.hasOwn(result, name) && isSame(present[name], result[name])))
      for (const name of names) Object.assign(columns, { [name]: kept[name] })
  return columns
}

/** Where a lead of before stands now: in its stage, or, where that has gone, at the beginning. */
async function standing(
  tx: Db,
  workspaceId: string,
  pipelines: Merging['pipelines'],
  { pipelineId, status }: LeadRow,
): Promise<Pick<LeadRow, 'pipelineId' | 'status'>> {
  const pipeline = (await findPipeline(tx, workspaceId, pipelineId)) ?? (await pipelines.ensureDefault(tx, workspaceId))
  const stage = findStage(pipeline, status) ?? firstStage(pipeline)
  return { pipelineId: pipeline.id, status: stage.key }
}

/** @throws ApiError CONFLICT where one of the two would have an address that another lead has */
async function refuseTaken(tx: Db, workspaceId: string, lead: LeadRow, restored: LeadRow): Promise<void> {
  for (const { email } of [lead, restored]) {
    const other = email === null ? undefined : await findLeadByEmail(tx, workspaceId, email)
    if ((other && other.id !== lead.id) || (email !== null && lead.email === restored.email))
      throw new ApiError('CONFLICT', `Another lead has the address ${email} meanwhile.`)
  }
}

/** A merge may move a lead to another status, which its history tells as it does of every move. */
async function keepStatusChange(
  tx: Db,
  workspaceId: string,
  clock: Clock,
  from: LeadRow,
  to: LeadRow,
  { reason, actor }: { reason: string; actor: string },
): Promise<void> {
  if (from.status === to.status && from.pipelineId === to.pipelineId) return
  const at = new Date(clock.now())
  await insertStatusChanges(tx, [
    {
      workspaceId,
      id: newId(clock),
      leadId: to.id,
      ...{ pipelineId: to.pipelineId, fromPipelineId: from.pipelineId, fromStatus: from.status, toStatus: to.status },
      secondsBefore: Math.max(0, Math.round((at.getTime() - from.statusChangedAt.getTime()) / 1_000)),
      ...{ amountMinor: to.amountMinor, currency: to.currency, reason, changedBy: actor, at },
    },
  ])
}

/** The kept lead's columns after the merge. */
function combined(kept: LeadRow, merged: LeadRow, taken: ReadonlySet<MergeableField>): Partial<LeadRow> {
  const result: Partial<LeadRow> = {}
  for (const field of mergeableFields) {
    const columns = columnsOfField[field]
    const [own, other] = [kept, merged].map((row) => columns.some((name) => row[name] !== null))
    // What goes together is taken together: half of two addresses is neither.
    if (other && (taken.has(field) || !own)) for (const name of columns) Object.assign(result, { [name]: merged[name] })
  }
  Object.assign(result, {
    tags: [...new Set([...kept.tags, ...merged.tags])].slice(0, 100),
    customFields: { ...merged.customFields, ...kept.customFields },
    consent: laterConsents(kept.consent, merged.consent),
    createdAt: earlier(kept.createdAt, merged.createdAt),
    lastActivityAt: later(kept.lastActivityAt, merged.lastActivityAt),
  })
  const whole: Detailed = { ...kept, ...result }
  return { ...result, searchText: searchTextOf(whole) }
}

/** Of two words about one channel the later one counts. */
function laterConsents(one: Consents, other: Consents): Consents {
  const both = { ...one }
  for (const [channel, consent] of Object.entries(other)) {
    const present = both[channel]
    if (!present || consentTime(consent) > consentTime(present)) both[channel] = consent
  }
  return both
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other)
const later = (one: Date, other: Date): Date => (one > other ? one : other)

const times = new Set(['statusChangedAt', 'lastActivityAt', 'createdAt', 'updatedAt', 'at'])

/** JSON has no times: those of the snapshot are made of their texts. */
function revived({ snapshot }: MergeRow): MergeRow['snapshot'] {
  const withTimes = <T extends object>(row: T): T =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        times.has(name) && typeof value === 'string' ? new Date(value) : value,
      ]),
    ) as T
  return {
    ...snapshot,
    kept: withTimes(snapshot.kept),
    merged: withTimes(snapshot.merged),
    result: withTimes(snapshot.result),
    statusChanges: snapshot.statusChanges.map(withTimes),
  }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    : value
