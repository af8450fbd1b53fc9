import { notFound } from '../api/errors.ts'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { type Pipelines, refuseOlder } from '../pipelines/pipelines.ts'
import type { Pipeline } from '../pipelines/schema.ts'
import { checkTransition, findStage, isBeyond } from '../pipelines/transitions.ts'
import { type ActivityInput, addActivities } from './activities.ts'
import { insertStatusChanges } from './activity-queries.ts'
import { holdIntakes, type Intake, type TakenIn, takeIn } from './intake.ts'
import { findMergedInto } from './merge-queries.ts'
import { normaliseEmail } from './normalise.ts'
import { known, leadPayload } from './payloads.ts'
import { findLead, findLeadByEmail, findLeadIdByExternalId, type LeadRow, lockLead, updateLead } from './queries.ts'
import { noteBeside, restate } from './restating.ts'
import type { StatusChange } from './schema.ts'
import { sourceInWords } from './source-words.ts'

export type TakeOptions = {
  /** Who does it, as `actorOf` names it; null for the lead itself. */
  actor?: string | null | undefined
  /** Whether `lead.captured` tells of it. Default: true. */
  publish?: boolean | undefined
  /** Whether the timeline tells of it. Default: true. */
  isRecorded?: boolean | undefined
  /** Tells nothing of a lead that is no different from before, neither in the timeline nor by an event. Default: false. */
  onlyWhenChanged?: boolean | undefined
  /** Refuses a lead that is known already. Default: false. */
  onlyNew?: boolean | undefined
  /** What the timeline says of it; a sentence with the source unless given. */
  title?: string | undefined
  /** What came beside the details and belongs in the timeline. */
  data?: Record<string, unknown> | undefined
}

export type Upserted = TakenIn & { activityId: string | null; eventId: string | null }

/**
 * What other parts of the hub do with leads within transactions of their own: rows, activities and events are there when, and only when, those
 * commit.
 */
export function createLeadRecords(deps: { engine: Pick<Engine, 'publish'>; pipelines: Pipelines; clock: Clock }) {
  const { engine, pipelines, clock } = deps

  /** Pipelines, read once however many leads are about one. */
  function pipelinesIn(tx: Db, workspaceId: string): (id: string | undefined) => Promise<Pipeline> {
    const read = new Map<string | undefined, Promise<Pipeline>>()
    return (id) => {
      const pipeline =
        read.get(id) ??
        (id === undefined ? pipelines.ensureDefault(tx, workspaceId) : pipelines.find(tx, workspaceId, id))
      read.set(id, pipeline)
      return pipeline
    }
  }

  async function upsertMany(
    tx: Db,
    workspaceId: string,
    intakes: Intake[],
    options: TakeOptions = {},
  ): Promise<Upserted[]> {
    const { actor = null, publish = true, isRecorded = true } = options
    const pipelineOf = pipelinesIn(tx, workspaceId)
    const taken = await takeIn(tx, workspaceId, intakes, {
      pipelineOf,
      actor,
      clock,
      ...(options.onlyNew ? { onlyNew: true } : {}),
    })
    const isTold = ({ created, changed }: TakenIn) => !options.onlyWhenChanged || created || changed.length > 0
    const told = taken.flatMap((one, index) => (isTold(one) ? [{ ...one, index }] : []))
    const events = publish
      ? await engine.publish(
          tx,
          workspaceId,
          await Promise.all(
            told.map(async ({ lead, created, index }) => ({
              type: 'lead.captured',
              payload: {
                ...leadPayload(lead, findStage(await pipelineOf(lead.pipelineId), lead.status)),
                // The event tells of this capture; the lead keeps where it first came from.
                source: intakes[index]!.source ?? lead.source,
                created,
              },
            })),
          ),
        )
      : []
    const activities = await addActivities(
      tx,
      workspaceId,
      clock,
      (isRecorded ? told : []).map(({ lead, created, changed, index }, at) => ({
        leadId: lead.id,
        type: created ? 'created' : 'captured',
        title: options.title ?? titleOf(created, intakes[index]!.source ?? lead.source),
        data: known({ source: intakes[index]!.source, changed: created ? undefined : changed, ...options.data }),
        actor,
        eventId: events[at]?.id,
        ...(created ? { occurredAt: lead.lastActivityAt } : {}),
        lastActivityAt: lead.lastActivityAt,
      })),
    )
    const moved: Upserted[] = []
    // A batch may tell of one lead more than once.
    const standing = new Map<string, LeadRow>()
    for (const [index, one] of taken.entries()) {
      const at = told.findIndex((other) => other.index === index)
      const { status } = intakes[index]!
      const present = standing.get(one.lead.id) ?? one.lead
      // Where the lead stands is part of what was told of it.
      const lead =
        !one.created && status !== undefined && status !== present.status
          ? await move(tx, workspaceId, present, { status }, actor)
          : present
      standing.set(lead.id, lead)
      moved.push({ ...one, lead, activityId: activities[at]?.id ?? null, eventId: events[at]?.id ?? null })
    }
    return moved
  }

  async function upsert(tx: Db, workspaceId: string, intake: Intake, options: TakeOptions = {}): Promise<Upserted> {
    const [one] = await upsertMany(tx, workspaceId, [intake], options)
    return one!
  }

  /** Moves a lead whose row is locked, by the rules of its pipeline. */
  async function move(
    tx: Db,
    workspaceId: string,
    lead: LeadRow,
    change: StatusChange,
    actor: string | null,
    given?: Pipeline,
  ): Promise<LeadRow> {
    const pipeline = given ?? (await pipelines.find(tx, workspaceId, change.pipelineId ?? lead.pipelineId))
    const isSamePipeline = pipeline.id === lead.pipelineId
    const amountMinor = change.amountMinor ?? lead.amountMinor
    const stage = checkTransition(pipeline, isSamePipeline ? lead.status : null, { ...change, amountMinor })
    const at = new Date(clock.now())
    const previous = findStage(
      isSamePipeline ? pipeline : await pipelines.find(tx, workspaceId, lead.pipelineId),
      lead.status,
    )
    const currency = change.currency ?? lead.currency
    const next: LeadRow = {
      ...lead,
      pipelineId: pipeline.id,
      status: stage.key,
      statusChangedAt: at,
      amountMinor,
      currency,
      version: lead.version + 1,
      lastActivityAt: at,
      updatedAt: at,
    }
    await updateLead(tx, workspaceId, lead.id, {
      pipelineId: next.pipelineId,
      status: next.status,
      statusChangedAt: at,
      amountMinor,
      currency,
      version: next.version,
      lastActivityAt: at,
      updatedAt: at,
    })
    const { reason = null, notes } = change
    await insertStatusChanges(tx, [
      {
        workspaceId,
        id: newId(clock),
        leadId: lead.id,
        pipelineId: pipeline.id,
        fromPipelineId: lead.pipelineId,
        fromStatus: lead.status,
        toStatus: stage.key,
        secondsBefore: Math.max(0, Math.round((at.getTime() - lead.statusChangedAt.getTime()) / 1_000)),
        amountMinor,
        currency,
        reason,
        changedBy: actor,
        at,
      },
    ])
    const [event] = await engine.publish(tx, workspaceId, [
      {
        type: 'lead.status_updated',
        payload: {
          ...leadPayload(next, stage),
          previousStatus: lead.status,
          ...known({ previousStage: previous?.name, reason, notes, changedBy: actor }),
        },
      },
    ])
    await addActivities(tx, workspaceId, clock, [
      {
        leadId: lead.id,
        type: 'status_changed',
        title: `${previous?.name ?? lead.status} → ${stage.name}`,
        body: reason,
        data: known({ from: lead.status, to: stage.key, pipelineId: pipeline.id, amountMinor, currency }),
        actor,
        eventId: event!.id,
        occurredAt: at,
        lastActivityAt: at,
      },
      ...(notes ? [noteBeside(next, notes, actor)] : []),
    ])
    return next
  }

  return {
    /** Creates a lead, or adds what is new to the one that is known by its e-mail address, another system's id, or its phone. */
    upsert,
    /** The same for many at once, in few statements. */
    upsertMany,
    /** Keeps others from taking in the same people until the transaction ends. */
    holdIntakes,

    /** Adds to the timeline of a lead. Answers the id of the activity, and whether it was new. */
    async addActivity(
      tx: Db,
      workspaceId: string,
      leadId: string,
      activity: ActivityInput,
    ): Promise<{ id: string; added: boolean }> {
      const [one] = await addActivities(tx, workspaceId, clock, [{ ...activity, leadId }])
      return one!
    },

    /**
     * Moves a lead to another status by the rules of its pipeline, keeps the change and tells of it.
     * @throws ApiError NOT_FOUND, VALIDATION_FAILED where the rules forbid it, CONFLICT for an older version
     */
    async changeStatus(
      tx: Db,
      workspaceId: string,
      leadId: string,
      change: StatusChange,
      actor: string | null = null,
    ): Promise<LeadRow> {
      const lead = await lockLead(tx, workspaceId, leadId)
      if (!lead) throw notFound('lead')
      refuseOlder(change.version, lead.version, 'lead')
      const isThere = lead.status === change.status && (change.pipelineId ?? lead.pipelineId) === lead.pipelineId
      return isThere
        ? restate(tx, workspaceId, { engine, clock }, lead, change, actor)
        : move(tx, workspaceId, lead, change, actor)
    },

    /**
     * Moves a lead on to a status of its pipeline, where there is such a stage, the lead is still before it, and the rules allow it. What flows
     * do by themselves is no reason to refuse anything.
     */
    async advance(tx: Db, workspaceId: string, lead: LeadRow, status: string, reason?: string): Promise<LeadRow> {
      const pipeline = await pipelines.find(tx, workspaceId, lead.pipelineId)
      const [present, stage] = [findStage(pipeline, lead.status), findStage(pipeline, status)]
      const isAllowed =
        stage?.requires.length === 0 && present?.kind === 'open' && (present.next?.includes(status) ?? true)
      if (!isAllowed || !isBeyond(pipeline, status, lead.status)) return lead
      return move(tx, workspaceId, lead, { status, ...(reason ? { reason } : {}) }, null, pipeline)
    },

    /** Finds a lead by one of its names; undefined where there is none. */
    async find(
      tx: Db,
      workspaceId: string,
      by: { id: string } | { email: string } | { system: string; externalId: string },
    ): Promise<LeadRow | undefined> {
      if ('email' in by) return findLeadByEmail(tx, workspaceId, normaliseEmail(by.email))
      const id = 'id' in by ? by.id : await findLeadIdByExternalId(tx, workspaceId, by.system, by.externalId)
      if (id === undefined) return undefined
      const lead = await findLead(tx, workspaceId, id)
      // Who was merged into another is found under the old id still.
      const into = lead ? undefined : await findMergedInto(tx, workspaceId, { id })
      return lead ?? (into === undefined ? undefined : findLead(tx, workspaceId, into))
    },
  }
}

const titleOf = (created: boolean, source: string): string =>
  created ? `Became known by ${sourceInWords(source)}` : `Came again by ${sourceInWords(source)}`
