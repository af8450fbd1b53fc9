import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { timeOf } from '../events/events.ts'
import type { LogEntry } from '../integrations/schema.ts'
import type { Clock } from '../lib/clock.ts'
import { isId } from '../lib/ids.ts'
import { type Pipelines, refuseOlder } from '../pipelines/pipelines.ts'
import { addActivities } from './activities.ts'
import { findActivity, listActivities, listStatusChanges } from './activity-queries.ts'
import { activityAnswer, leadAnswer, mergeAnswer, statusChangeAnswer } from './answers.ts'
import { changedFields, checkDetails, withDetails } from './details.ts'
import { listDuplicates } from './duplicates.ts'
import { createErasure } from './erasure.ts'
import { createForgetting } from './forgetting.ts'
import { checkOwner, identityOf, namesOfIdentity } from './intake.ts'
import { lockPeople } from './locking.ts'
import { mergeLeads, undoMerge } from './merge.ts'
import { findMergedInto, listMerges } from './merge-queries.ts'
import { normaliseEmail } from './normalise.ts'
import { changesOf, known, leadPayload } from './payloads.ts'
import { personalData } from './privacy.ts'
import {
  deleteLead,
  findLead,
  findLeadByEmail,
  keepExternalIds,
  type LeadRow,
  listExternalIds,
  listLeadsById,
  lockLead,
  updateLead,
} from './queries.ts'
import { createLeadRecords } from './records.ts'
import type {
  Activity,
  ActivityFilter,
  Duplicates,
  DuplicatesQuery,
  Lead,
  LeadChanges,
  LeadFilter,
  Merge,
  NewActivity,
  NewLead,
  NewMerge,
  StatusChange,
  StatusChangeEntry,
  TagChanges,
} from './schema.ts'
import { searchLeads } from './search.ts'
import { holdImports } from './waiting-rows.ts'
import { learnWords } from './words.ts'

const timePart = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const maxDataBytes = 32 * 1_024

export type Leads = ReturnType<typeof createLeads>

/** The people known to a workspace, where they stand and what happened with them. */
export function createLeads(deps: {
  database: Database
  engine: Engine
  pipelines: Pipelines
  /** What integrations did because of events. */
  operationsOf(workspaceId: string, eventIds: string[]): Promise<Map<string, LogEntry[]>>
  clock: Clock
}) {
  const { database, engine, pipelines, operationsOf, clock } = deps
  const records = createLeadRecords({ engine, pipelines, clock })
  const erasePerson = createErasure(engine)
  learnWords({ database, engine, clock })
  const forgetElsewhere = createForgetting({ engine, clock })

  /** A lead by the e-mail address or the id that a path names. */
  async function named(tx: Db, workspaceId: string, name: string): Promise<LeadRow> {
    const row = isId(name)
      ? await findLead(tx, workspaceId, name)
      : await findLeadByEmail(tx, workspaceId, normaliseEmail(name))
    if (row) return row
    // Who was merged into another is found under the old name still.
    const into = await findMergedInto(tx, workspaceId, isId(name) ? { id: name } : { email: normaliseEmail(name) })
    const kept = into === undefined ? undefined : await findLead(tx, workspaceId, into)
    if (!kept) throw notFound('lead')
    return kept
  }

  async function answer(tx: Db, workspaceId: string, row: LeadRow): Promise<Lead> {
    const ids = await listExternalIds(tx, workspaceId, [row.id])
    return leadAnswer(row, ids.get(row.id))
  }

  /** Runs a change of one lead in a transaction. */
  const change = (workspaceId: string, name: string, run: (tx: Db, row: LeadRow) => Promise<LeadRow>): Promise<Lead> =>
    database.inWorkspace(workspaceId, async (tx) => {
      const { id } = await named(tx, workspaceId, name)
      const row = await lockLead(tx, workspaceId, id)
      if (!row) throw notFound('lead')
      return answer(tx, workspaceId, await run(tx, row))
    })

  /** A lead that is about to be found by something else, or to go: with all that it is or will be found by, locked. */
  async function lockNamed(tx: Db, workspaceId: string, name: string, changes: LeadChanges = {}): Promise<LeadRow> {
    const { id, country } = await named(tx, workspaceId, name)
    const address = changes.address?.country === undefined ? { ...changes.address, country } : changes.address
    const also = namesOfIdentity(identityOf({ ...changes, address }))
    const row = (await lockPeople(tx, workspaceId, [id], also)).get(id)
    if (!row) throw notFound('lead')
    return row
  }

  /** Writes what an editor made of a lead, and tells of it. */
  async function edit(
    tx: Db,
    workspaceId: string,
    row: LeadRow,
    changes: Omit<LeadChanges, 'version'>,
    actor: string,
  ): Promise<LeadRow> {
    checkDetails(changes)
    await checkOwner(tx, workspaceId, changes.ownerId)
    const at = new Date(clock.now())
    const after = withDetails(row, changes, { mode: 'edit', at })
    if (after.email !== row.email && after.email !== null) await refuseTaken(tx, workspaceId, after.email)
    const changed: string[] = changedFields(row, after)
    if (changes.source !== undefined && changes.source !== row.source) changed.push('source')
    const { externalIds } = changes
    if (externalIds) {
      const rows = Object.entries(externalIds).map(([system, externalId]) => ({ system, externalId, leadId: row.id }))
      await keepExternalIds(tx, workspaceId, rows)
    }
    if (changed.length === 0) return row
    const next = { ...after, source: changes.source ?? row.source, version: row.version + 1, updatedAt: at }
    await updateLead(tx, workspaceId, row.id, next)
    const lead = { ...row, ...next }
    const [event] = await engine.publish(tx, workspaceId, [
      {
        type: 'lead.updated',
        payload: {
          ...leadPayload(lead),
          changes: changesOf(lead, changed),
          changedBy: actor,
        },
      },
    ])
    await addActivities(tx, workspaceId, clock, [
      {
        leadId: row.id,
        type: 'edited',
        title: `Changed ${changed.join(', ')}`,
        data: { changed },
        actor,
        eventId: event!.id,
      },
    ])
    return lead
  }

  async function refuseTaken(tx: Db, workspaceId: string, email: string): Promise<void> {
    const other = await findLeadByEmail(tx, workspaceId, email)
    if (other) throw new ApiError('CONFLICT', `Another lead has this e-mail address: ${other.id}. Merge them instead.`)
  }

  async function duplicatesIn(
    tx: Db,
    workspaceId: string,
    range: { leadId?: string; limit: number },
  ): Promise<Duplicates> {
    const groups = await listDuplicates(tx, workspaceId, range)
    const rows = await listLeadsById(tx, workspaceId, [...new Set(groups.flatMap(({ leadIds }) => leadIds))])
    const byId = new Map(rows.map((row) => [row.id, leadAnswer(row)]))
    return groups.map(({ reason, value, leadIds }) => ({
      reason,
      value,
      leads: leadIds.flatMap((id) => byId.get(id) ?? []),
    }))
  }

  return {
    ...records,
    pipelines,

    /** Finds leads by words, fields and times. */
    async search(workspaceId: string, filter: LeadFilter) {
      const { rows, nextCursor } = await searchLeads(database, workspaceId, filter)
      const ids = await database.inWorkspace(workspaceId, (tx) =>
        listExternalIds(
          tx,
          workspaceId,
          rows.map(({ id }) => id),
        ),
      )
      return { items: rows.map((row) => leadAnswer(row, ids.get(row.id))), nextCursor }
    },

    get: (workspaceId: string, name: string): Promise<Lead> =>
      database.inWorkspace(workspaceId, async (tx) => answer(tx, workspaceId, await named(tx, workspaceId, name))),

    /** @throws ApiError CONFLICT where the lead is known already */
    create: (workspaceId: string, input: NewLead, actor: string): Promise<Lead> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { lead } = await records.upsert(tx, workspaceId, input, { actor, onlyNew: true })
        return answer(tx, workspaceId, lead)
      }),

    /** @throws ApiError CONFLICT for an older version, or an e-mail address that another lead has */
    update: (workspaceId: string, name: string, { version, ...changes }: LeadChanges, actor: string): Promise<Lead> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockNamed(tx, workspaceId, name, changes)
        refuseOlder(version, row.version, 'lead')
        return answer(tx, workspaceId, await edit(tx, workspaceId, row, changes, actor))
      }),

    changeTags: (
      workspaceId: string,
      name: string,
      { add = [], remove = [] }: TagChanges,
      actor: string,
      version?: number,
    ): Promise<Lead> =>
      change(workspaceId, name, (tx, row) => {
        refuseOlder(version, row.version, 'lead')
        const gone = new Set(remove.map((tag) => tag.trim()))
        const tags = [...row.tags, ...add].filter((tag) => !gone.has(tag.trim()))
        if (new Set(tags).size > 100) throw invalid('body.add', 'would give the lead more than 100 tags')
        return edit(tx, workspaceId, row, { tags }, actor)
      }),

    move: (workspaceId: string, name: string, input: StatusChange, actor: string): Promise<Lead> =>
      change(workspaceId, name, (tx, row) => records.changeStatus(tx, workspaceId, row.id, input, actor)),

    /** Deletes a lead with its timeline and history. */
    remove: (workspaceId: string, name: string, actor: string, version?: number): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockNamed(tx, workspaceId, name)
        refuseOlder(version, row.version, 'lead')
        await deleteLead(tx, workspaceId, row.id)
        const payload = known({ leadId: row.id, email: row.email, phone: row.phone, deletedBy: actor })
        await engine.publish(tx, workspaceId, [{ type: 'lead.deleted', payload }])
      }),

    /** The timeline of a lead, latest first, with what integrations did because of each entry. */
    async timeline(workspaceId: string, name: string, { limit = defaultLimit, cursor, type }: ActivityFilter) {
      const [at, id] = decodeCursor(cursor, [timePart, idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, async (tx) => {
        const lead = await named(tx, workspaceId, name)
        const before = at === undefined ? undefined : { at: new Date(at), id: id! }
        return listActivities(tx, workspaceId, lead.id, { type, before, limit: limit + 1 })
      })
      const { items, nextCursor } = cutPage(rows, limit, (row) => [row.occurredAt.toISOString(), row.id])
      const operations = await operationsOf(
        workspaceId,
        items.flatMap(({ eventId }) => eventId ?? []),
      )
      const answers = items.map((row) => activityAnswer(row, operations.get(row.eventId ?? '')))
      return { items: answers, nextCursor }
    },

    async addToTimeline(workspaceId: string, name: string, input: NewActivity, actor: string): Promise<Activity> {
      const { occurredAt, ...activity } = input
      if (Buffer.byteLength(JSON.stringify(input.data ?? {})) > maxDataBytes)
        throw invalid('body.data', `is larger than ${maxDataBytes} bytes`)
      const at = occurredAt === undefined ? undefined : new Date(timeOf('body.occurredAt', occurredAt))
      return database.inWorkspace(workspaceId, async (tx) => {
        const { id: leadId } = await named(tx, workspaceId, name)
        // Else it could be deleted or merged before its activity is there.
        if (!(await lockLead(tx, workspaceId, leadId))) throw notFound('lead')
        const { id, added } = await records.addActivity(tx, workspaceId, leadId, {
          ...activity,
          actor,
          occurredAt: at,
        })
        if (!added) throw new ApiError('CONFLICT', 'The lead has an activity with this key already.')
        return activityAnswer((await findActivity(tx, workspaceId, id))!)
      })
    },

    duplicates: (workspaceId: string, { limit = 50 }: DuplicatesQuery): Promise<Duplicates> =>
      database.inWorkspace(workspaceId, (tx) => duplicatesIn(tx, workspaceId, { limit })),

    duplicatesOf: (workspaceId: string, name: string): Promise<Duplicates> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { id } = await named(tx, workspaceId, name)
        return duplicatesIn(tx, workspaceId, { leadId: id, limit: 50 })
      }),

    merge: (workspaceId: string, name: string, { from, fields = [] }: NewMerge, actor: string) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const kept = await named(tx, workspaceId, name)
        const other = isId(from)
          ? await findLead(tx, workspaceId, from)
          : await findLeadByEmail(tx, workspaceId, normaliseEmail(from))
        if (!other) throw invalid('body.from', 'is not a lead of this workspace')
        const merging = { leadId: kept.id, from: other.id, fields, actor }
        const { lead, mergeId } = await mergeLeads(tx, workspaceId, { engine, clock }, merging)
        return { lead: await answer(tx, workspaceId, lead), mergeId }
      }),

    merges: (workspaceId: string, name: string): Promise<Merge[]> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { id } = await named(tx, workspaceId, name)
        return (await listMerges(tx, workspaceId, id)).map(mergeAnswer)
      }),

    undoMerge: (workspaceId: string, id: string, actor: string) =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { lead, restored } = await undoMerge(tx, workspaceId, { engine, pipelines, clock }, id, actor)
        return { lead: await answer(tx, workspaceId, lead), restored: await answer(tx, workspaceId, restored) }
      }),

    /** Everything that is kept about a person, as the text of the answer, read as it is taken off. @throws ApiError NOT_FOUND */
    personalData: (workspaceId: string, name: string): Promise<AsyncIterable<string>> =>
      personalData(database, workspaceId, (tx) => named(tx, workspaceId, name)),

    /** Forgets a person, and answers how many events told of them; what many of them said is emptied within moments. */
    erase: (workspaceId: string, name: string, actor: string): Promise<{ events: number }> =>
      database.inWorkspace(workspaceId, async (tx) => {
        await holdImports(tx, workspaceId)
        const row = await lockNamed(tx, workspaceId, name)
        await forgetElsewhere(tx, workspaceId, row)
        return erasePerson(tx, workspaceId, row, actor)
      }),

    history: (workspaceId: string, name: string): Promise<StatusChangeEntry[]> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const lead = await named(tx, workspaceId, name)
        return (await listStatusChanges(tx, workspaceId, lead.id)).map(statusChangeAnswer)
      }),
  }
}
