import { ApiError } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { findIntegration, type IntegrationRow } from '../integrations/queries.ts'
import type { Runner } from '../integrations/runner.ts'
import type { AdForm, AdLead } from '../kit/models.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type CapturedAdLead, captureOf } from './capture.ts'
import {
  deleteOldAdLeads,
  keepCursor,
  knownAdLeads,
  linkAdLead,
  listCursors,
  listListening,
  takeAdLead,
} from './queries.ts'

const leadKind = 'ad-leads.lead'
const catchUpKind = 'ad-leads.catch-up'
const sweepKind = 'ad-leads.sweep'
/** About a quarter of an hour; what is not read by then is caught up. */
const tries = 8
/** So many leads are read at a time, and so often of one form in one run. */
const pageSize = 500
const mostPages = 200
/** What was entered while the last page was read is read again. */
const overlapMs = 5 * 60_000
const keptMs = 180 * 86_400_000

/** A lead that a vendor told of, and the event that says so. */
type LeadToRead = { integrationId: string; externalId: string; eventId: string }

export type AdLeads = ReturnType<typeof createAdLeads>

/** Takes a captured lead in within the caller's transaction. */
export type Capture = (tx: Db, workspaceId: string, lead: CapturedAdLead) => Promise<{ leadId: string }>

/**
 * Makes leads of what people enter into the forms of advertisements. A vendor's news only say that there is one: it is read, and taken in once,
 * whoever tells of it. What was not heard of is found by reading each form on from where it was read last.
 */
export function createAdLeads(deps: {
  database: Database
  engine: Engine
  runner: Runner
  capture: Capture
  /** The connectors whose forms are read. */
  connectors: readonly string[]
  clock: Clock
  log: Log
}) {
  const { database, engine, runner, capture, connectors, clock, log } = deps

  /** The lead, its event and the mark that it was taken in are there together, or not at all. */
  async function take(tx: Db, { workspaceId, templateId: connector }: IntegrationRow, lead: AdLead): Promise<void> {
    const told = { connector, externalId: lead.externalId }
    if (!(await takeAdLead(tx, workspaceId, told, new Date(clock.now())))) return
    try {
      const { leadId } = await capture(tx, workspaceId, captureOf(lead, connector))
      await linkAdLead(tx, workspaceId, told, leadId)
    } catch (error) {
      // What makes no sense now makes none later; a failure of the database does, and is tried again.
      if (!(error instanceof ApiError)) throw error
      log.warn(
        { workspaceId, connector, externalId: lead.externalId, err: error },
        'a lead of an advertisement was not taken in',
      )
    }
  }

  engine.define(leadKind, {
    delivers: false,
    policy: { concurrency: 4, breaker: false },
    retry: (attempt) => (attempt < tries ? exponentialDelay(attempt, 5_000, 300_000) : undefined),
    async run({ workspaceId, payload, attempt }, control) {
      const { integrationId, externalId, eventId } = payload as LeadToRead
      const row = await findIntegration(database.hub, workspaceId, integrationId)
      if (!row) return
      const known = await knownAdLeads(database.hub, workspaceId, row.templateId, [externalId])
      if (known.size > 0) return
      const result = await runner.run(workspaceId, integrationId, 'ads.getLead', { externalId }, { eventId })
      if (result.success) return await control.complete((tx) => take(tx, row, result.data))
      if (result.retry && attempt + 1 < tries && !control.signal.aborted) throw new Error(result.error)
      log.warn(
        { integrationId, externalId, errorCode: result.errorCode },
        'a lead of an advertisement cannot be read; it will be caught up',
      )
    },
  })

  /** Reads on from where a form was read last; newest first, so that each further page ends where the one before began. */
  async function readForm(row: IntegrationRow, form: AdForm, since: Date): Promise<void> {
    const { workspaceId, id, templateId } = row
    let until: Date | undefined
    let newest = since
    for (let page = 0; page < mostPages; page++) {
      const input = { formId: form.id, since: new Date(since.getTime() - overlapMs), until }
      const result = await runner.run(workspaceId, id, 'ads.leads', input, { limit: pageSize })
      if (!result.success) throw new Error(result.error)
      const found = result.data
      const known = await knownAdLeads(
        database.hub,
        workspaceId,
        templateId,
        found.map(({ externalId }) => externalId),
      )
      for (const lead of found.toReversed()) {
        if (lead.submittedAt > newest) newest = lead.submittedAt
        if (!known.has(lead.externalId)) await database.transaction((tx) => take(tx, row, lead))
      }
      const oldest = Math.min(...found.map(({ submittedAt }) => submittedAt.getTime()))
      // A whole page within one second could not be passed.
      if (found.length < pageSize || oldest === until?.getTime()) break
      until = new Date(oldest)
    }
    await keepCursor(database.hub, row, { formId: form.id, readUntil: newest, leads: form.leads ?? null })
  }

  engine.define(catchUpKind, {
    delivers: false,
    policy: { concurrency: 1, breaker: false },
    async run({ workspaceId, payload }, control) {
      const { integrationId } = payload as { integrationId: string }
      const row = await findIntegration(database.hub, workspaceId, integrationId)
      if (row?.status !== 'active' || !row.isActive) return
      const forms = await runner.run(workspaceId, integrationId, 'ads.forms', {})
      if (!forms.success) {
        // Who sends conversions only has no forms.
        if (forms.errorCode === 'CONFIG_SCHEMA_INVALID') return
        return log.info({ integrationId, errorCode: forms.errorCode }, 'leads of advertisements are caught up later')
      }
      const cursors = await listCursors(database.hub, row)
      for (const form of forms.data) {
        if (control.signal.aborted) return
        const cursor = cursors.get(form.id)
        const isUnchanged = form.leads !== undefined && form.leads === (cursor?.leads ?? undefined)
        if (form.leads === 0 || isUnchanged) continue
        try {
          await readForm(row, form, cursor?.readUntil ?? row.createdAt)
        } catch (error) {
          log.warn({ integrationId, formId: form.id, err: error }, 'leads of a form are caught up later')
        }
      }
    },
  })

  engine.define(sweepKind, {
    delivers: false,
    run: async () => {
      await deleteOldAdLeads(database.hub, new Date(clock.now() - keptMs))
      await database.transaction(async (tx) => {
        const jobs = (await listListening(tx, connectors)).map(({ workspaceId, id: integrationId }) => {
          const lane = `ad-leads catch-up ${integrationId}`
          return { workspaceId, kind: catchUpKind, payload: { integrationId }, lane, key: lane }
        })
        if (jobs.length > 0) await engine.enqueue(tx, jobs)
      })
    },
  })
  engine.every('*/15 * * * *', sweepKind)

  return {
    /** Puts the reading of a lead in line, in the transaction that publishes that there is one. */
    async read(tx: Db, workspaceId: string, lead: LeadToRead): Promise<void> {
      const lane = `ad-leads ${lead.integrationId}`
      await engine.enqueue(tx, [{ workspaceId, kind: leadKind, payload: lead, lane }])
    },
  }
}
