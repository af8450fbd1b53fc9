import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import { deleteLead, type LeadRow } from './queries.ts'
import { doubtWords, removeDoubted } from './word-queries.ts'

const kind = 'leads.erasure'
/** Events in one transaction: each is a row of a partition, with its operations. */
const step = 500

/**
 * Forgets people: the lead with all that hangs on it, what the events of its timeline and the operations that they caused said, and rows of
 * imports that bear its address. A person of few events is forgotten in one transaction, but for words that search has learnt, of which only
 * the hub can tell whether others have them; what is left of others is written down in it, and emptied by a chain of jobs that goes on
 * wherever it was interrupted.
 */
export function createErasure(engine: Pick<Engine, 'publish' | 'enqueue' | 'define'>) {
  const enqueue = (tx: Db, workspaceId: string, leadId: string) =>
    engine.enqueue(tx, [{ workspaceId, kind, lane: leadId, payload: { leadId } }])

  /** Empties some of the events that were written down; answers whether there may be more. */
  async function emptySome(tx: Db, workspaceId: string, leadId: string): Promise<boolean> {
    const { rows } = await sql<{ eventId: string }>`
      delete from crm_erasures where workspace_id = ${workspaceId} and lead_id = ${leadId} and event_id = any(array(
        select event_id from crm_erasures where workspace_id = ${workspaceId} and lead_id = ${leadId}
        order by event_id limit ${step})) returning event_id`.execute(tx)
    const ids = rows.map(({ eventId }) => eventId)
    if (ids.length === 0) return false
    const emptied = JSON.stringify({ leadId, erased: true })
    await sql`update events set payload = ${emptied} where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(
      tx,
    )
    await sql`update integration_sync_logs set request = null, response = null, error_message = null
      where workspace_id = ${workspaceId} and event_id = any(${ids}::uuid[])`.execute(tx)
    return ids.length === step
  }

  engine.define(kind, {
    delivers: false,
    // However long something stands in the way: what was promised is kept.
    retry: (attempt) => exponentialDelay(attempt, 1_000, 3_600_000),
    async run({ workspaceId, payload }, control) {
      const { leadId } = payload as { leadId: string }
      await control.complete(async (tx) => {
        const hasMoreWords = await removeDoubted(tx, workspaceId)
        if ((await emptySome(tx, workspaceId, leadId)) || hasMoreWords) await enqueue(tx, workspaceId, leadId)
      })
    },
  })

  /** Deliveries that still wait carry the emptied events. Other parts of the hub hear `lead.erased`. */
  return async function erasePerson(
    tx: Db,
    workspaceId: string,
    row: LeadRow,
    actor: string,
  ): Promise<{ events: number }> {
    const { numAffectedRows = 0n } = await sql`
      insert into crm_erasures (workspace_id, lead_id, event_id)
      select workspace_id, lead_id, event_id from crm_activities
      where workspace_id = ${workspaceId} and lead_id = ${row.id} and event_id is not null
      on conflict do nothing`.execute(tx)
    if (row.email !== null)
      await sql`delete from crm_import_errors where workspace_id = ${workspaceId} and exists (
        select from unnest(cells) cell where lower(trim(cell)) = ${row.email})`.execute(tx)
    await doubtWords(tx, workspaceId, row.id)
    await deleteLead(tx, workspaceId, row.id)
    await emptySome(tx, workspaceId, row.id)
    await enqueue(tx, workspaceId, row.id)
    await engine.publish(tx, workspaceId, [{ type: 'lead.erased', payload: { leadId: row.id, erasedBy: actor } }])
    return { events: Number(numAffectedRows) }
  }
}
