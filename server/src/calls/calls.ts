import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Connections } from '../integrations/connections.ts'
import { cut, reachOf } from '../kit/call.ts'
import type { Leads } from '../leads/leads.ts'
import type { Clock } from '../lib/clock.ts'
import { isId, newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import { detailsOf, present } from './call-data.ts'
import { createCallDeliveries, type FindPlaced } from './deliveries.ts'
import {
  type CallDetails,
  type CallRow,
  findCall,
  findCallByCallId,
  listCalls,
  listDeliveries,
  lockCall,
  putCall,
  updateCall,
} from './queries.ts'
import type { Call, CallDetail, CallFilter, NewCall, RetriedOutcome } from './schema.ts'

const completionKind = 'call.completion'
/** How long the analysis of a call is waited for once it has ended. */
const analysisMs = 120_000

/** News of a call while it goes on, by whoever carries it. */
export type CallNews = {
  callId: string
  agentId: string
  source: string
  status: CallRow['status']
  startedAt?: Date | undefined
  endedAt?: Date | undefined
  details: CallDetails
}

export type CallFlow = ReturnType<typeof createCalls>

/** Calls of voice agents: stored, told of once, and taken to everything that is connected. */
export function createCalls(deps: {
  database: Database
  engine: Engine
  templates: Templates
  connections: Pick<Connections, 'runner' | 'logs'>
  leads: Pick<Leads, 'upsert' | 'addActivity'>
  findPlaced: FindPlaced
  clock: Clock
  log: Log
}) {
  const { database, engine, templates, connections, leads, findPlaced, clock, log } = deps
  const { runner } = connections
  const deliveries = createCallDeliveries({ database, engine, templates, runner, findPlaced, clock, log })

  /** Who spoke becomes a lead, or is one; nobody where neither address nor phone was told. */
  async function leadOf(tx: Db, workspaceId: string, call: CallRow): Promise<string | null> {
    const reach = reachOf(call.details)
    if (!reach) return null
    const { customerName: name } = call.details
    const person = present({
      email: reach.email,
      phone: reach.phone?.slice(0, 60),
      name: name?.replace(/\p{Cc}/gu, ' '),
    })
    const { lead } = await leads.upsert(tx, workspaceId, { ...person, source: 'call' }, { publish: false })
    const { callSummary, callOutcome, durationSeconds, recordingUrl } = call.details
    await leads.addActivity(tx, workspaceId, lead.id, {
      type: 'call',
      title: cut(`Call: ${callOutcome?.replaceAll(/[_-]+/g, ' ').trim() || 'completed'}`, 200),
      data: present({
        callId: call.id,
        summary: callSummary && cut(callSummary, 5_000),
        durationSeconds,
        recordingUrl,
      }),
      key: `call ${call.callId}`,
      occurredAt: call.endedAt ?? call.startedAt,
      actor: null,
    })
    return lead.id
  }

  /** Finishes a call whose row is locked: told of once, whatever comes later. */
  async function complete(tx: Db, call: CallRow): Promise<CallRow> {
    if (call.status === 'completed') return call
    const { workspaceId, details } = call
    const leadId = await leadOf(tx, workspaceId, call)
    const endedAt = call.endedAt ?? new Date(clock.now())
    const [event] = await engine.publish(tx, workspaceId, [
      { type: 'call.completed', payload: payloadOf(call, endedAt, leadId) },
    ])
    const done = { status: 'completed' as const, endedAt, leadId, eventId: event!.id, updatedAt: new Date(clock.now()) }
    await updateCall(tx, workspaceId, call.id, done)
    const row = { ...call, ...done, details }
    await deliveries.start(tx, row)
    return row
  }

  engine.define(completionKind, {
    delivers: false,
    async run({ workspaceId, payload }, control) {
      await control.complete(async (tx) => {
        const call = await lockCall(tx, workspaceId, (payload as { id: string }).id)
        if (call) await complete(tx, call)
      })
    },
  })

  /** A call that was told of already, of which more has come to be known: what that lets integrations do is still done. */
  async function goOn(tx: Db, before: CallRow, row: CallRow): Promise<CallRow> {
    const isReachable = ({ details }: CallRow) => reachOf(details) !== undefined
    const fresh = {
      person: isReachable(row) && !isReachable(before),
      appointment: Boolean(row.details.appointmentBooked) && !before.details.appointmentBooked,
    }
    if (!fresh.person && !fresh.appointment) return row
    const leadId = row.leadId ?? (await leadOf(tx, row.workspaceId, row))
    await updateCall(tx, row.workspaceId, row.id, { leadId })
    await deliveries.goOn(tx, row, fresh)
    return { ...row, leadId }
  }

  /**
   * Adds news to a call; made where it is new. A call that ended is finished when its analysis came, or did not come in time. What comes late, by
   * whoever tells it, adds what was not known yet and takes nothing back.
   */
  async function hear(tx: Db, workspaceId: string, news: CallNews): Promise<{ call: CallRow; wasCompleted: boolean }> {
    const now = new Date(clock.now())
    const { callId, agentId, source, endedAt } = news
    const startedAt = news.startedAt ?? endedAt ?? now
    const before = await putCall(tx, {
      ...{ workspaceId, id: newId(clock), callId, agentId, source, status: 'started', startedAt },
      ...{ details: {}, leadId: null, eventId: null, endedAt: null, createdAt: now, updatedAt: now },
    })
    const wasCompleted = before.status === 'completed'
    const isLate = wasCompleted || rank(news.status) < rank(before.status)
    const status = !isLate && news.status === 'ended' ? news.status : before.status
    const known = {
      details: isLate ? { ...news.details, ...before.details } : { ...before.details, ...news.details },
      startedAt: isLate ? before.startedAt : (news.startedAt ?? before.startedAt),
      endedAt: isLate ? (before.endedAt ?? endedAt ?? null) : (endedAt ?? before.endedAt),
      updatedAt: now,
    }
    const row: CallRow = { ...before, ...known, status }
    await updateCall(tx, workspaceId, row.id, { ...known, status })
    if (wasCompleted) return { call: await goOn(tx, before, row), wasCompleted }
    if (news.status === 'completed') return { call: await complete(tx, row), wasCompleted }
    if (status === 'ended' && before.status === 'started')
      await engine.enqueue(tx, [
        { workspaceId, kind: completionKind, payload: { id: row.id }, dueAt: new Date(now.getTime() + analysisMs) },
      ])
    return { call: row, wasCompleted }
  }

  async function byEitherId(tx: Db, workspaceId: string, id: string): Promise<CallRow> {
    const row = isId(id) ? await findCall(tx, workspaceId, id) : await findCallByCallId(tx, workspaceId, id)
    if (!row) throw notFound('call')
    return row
  }

  async function detail(workspaceId: string, id: string): Promise<CallDetail> {
    const { row, rows } = await database.inWorkspace(workspaceId, async (tx) => {
      const row = await byEitherId(tx, workspaceId, id)
      return { row, rows: await listDeliveries(tx, workspaceId, row.id) }
    })
    const { items } = await connections.logs(workspaceId, { callId: row.callId, limit: 200 })
    return {
      ...callAnswer(row),
      transcript: row.details.transcript ?? null,
      deliveries: rows.map((delivery) => ({
        ...{ integrationId: delivery.integrationId, status: delivery.status, steps: delivery.steps },
        ...{ attempts: delivery.attempts, errorCode: delivery.errorCode, error: delivery.errorMessage },
        updatedAt: delivery.updatedAt.toISOString(),
      })),
      operations: items,
    }
  }

  return {
    hear,

    /**
     * Takes a finished call. The same call again answers the first, adds to it what was not known yet, and does nothing twice.
     * @throws ApiError CONFLICT where another agent has a call of this id
     */
    async create(workspaceId: string, input: NewCall): Promise<{ call: Call; created: boolean }> {
      const details = detailsOf(input)
      return await database.inWorkspace(workspaceId, async (tx) => {
        const { call, wasCompleted } = await hear(tx, workspaceId, {
          ...{ callId: input.callId, agentId: input.agentId, source: 'api', status: 'completed', details },
          startedAt: new Date(input.startedAt),
          endedAt: new Date(input.endedAt),
        })
        if (call.agentId !== input.agentId)
          throw new ApiError('CONFLICT', 'There is a call with this id already, of another agent.')
        return { call: callAnswer(call), created: !wasCompleted }
      })
    },

    async list(workspaceId: string, { limit = defaultLimit, cursor, agentId, status }: CallFilter) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listCalls(tx, workspaceId, { agentId, status, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(callAnswer), nextCursor }
    },

    /** A call by the hub's id or the caller's own, with what became of it everywhere. */
    get: detail,

    /** Takes a call to an integration again that it has not reached. @throws ApiError NOT_FOUND, CONFLICT where it did, or is on its way */
    async retry(workspaceId: string, id: string, integrationId: string, outcome?: RetriedOutcome): Promise<CallDetail> {
      await database.inWorkspace(workspaceId, async (tx) => {
        const row = await byEitherId(tx, workspaceId, id)
        await deliveries.retry(tx, workspaceId, row.id, integrationId, outcome)
      })
      return await detail(workspaceId, id)
    },
  }
}

const order: readonly CallRow['status'][] = ['started', 'ended', 'completed']
const rank = (status: CallRow['status']): number => order.indexOf(status)

/** Longer transcripts stay with the call. */
const longestTranscript = 50_000

const payloadOf = ({ id, callId, agentId, details, startedAt }: CallRow, endedAt: Date, leadId: string | null) => ({
  ...present({
    name: details.customerName,
    email: details.customerEmail,
    phone: details.customerPhone,
    summary: details.callSummary,
    sentiment: details.callSentiment,
    transcript: details.transcript && cut(details.transcript, longestTranscript),
    recordingUrl: details.recordingUrl,
    outcome: details.callOutcome,
    durationSeconds: details.durationSeconds,
    appointment: details.appointmentBooked,
    leadId,
  }),
  ...{ callId, agentId, id, startedAt: startedAt.toISOString(), endedAt: endedAt.toISOString() },
})

function callAnswer(row: CallRow): Call {
  const { details } = row
  return {
    ...{ id: row.id, callId: row.callId, agentId: row.agentId, source: row.source, status: row.status },
    customerName: details.customerName ?? null,
    customerPhone: details.customerPhone ?? null,
    customerEmail: details.customerEmail ?? null,
    callOutcome: details.callOutcome ?? null,
    callSummary: details.callSummary ?? null,
    callSentiment: details.callSentiment ?? null,
    recordingUrl: details.recordingUrl ?? null,
    durationSeconds: details.durationSeconds ?? null,
    appointmentBooked: details.appointmentBooked ?? null,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
    ...{ leadId: row.leadId, eventId: row.eventId },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  }
}
