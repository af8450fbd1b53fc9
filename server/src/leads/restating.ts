import { createHash } from 'node:crypto'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { type ActivityInput, addActivities } from './activities.ts'
import { changesOf, leadPayload } from './payloads.ts'
import { type LeadRow, updateLead } from './queries.ts'
import type { StatusChange } from './schema.ts'

/** What was noted beside a move; told again while the lead stands there, it is no other note. */
export const noteBeside = (lead: LeadRow, notes: string, actor: string | null): ActivityInput & { leadId: string } => ({
  leadId: lead.id,
  type: 'note',
  title: 'Note',
  body: notes,
  actor,
  key: `note ${lead.statusChangedAt.getTime()} ${createHash('sha256').update(notes).digest('hex').slice(0, 32)}`,
})

/** A lead is told to be where it is already: it does not move, but what was said besides counts. */
export async function restate(
  tx: Db,
  workspaceId: string,
  { engine, clock }: { engine: Pick<Engine, 'publish'>; clock: Clock },
  lead: LeadRow,
  { notes, ...change }: StatusChange,
  actor: string | null,
): Promise<LeadRow> {
  const { amountMinor, currency } = { amountMinor: lead.amountMinor, currency: lead.currency, ...change }
  if (notes) await addActivities(tx, workspaceId, clock, [noteBeside(lead, notes, actor)])
  const changed = [
    ...(amountMinor === lead.amountMinor ? [] : ['amountMinor']),
    ...(currency === lead.currency ? [] : ['currency']),
  ]
  if (changed.length === 0) return lead
  const at = new Date(clock.now())
  const columns = { amountMinor, currency, version: lead.version + 1, updatedAt: at }
  await updateLead(tx, workspaceId, lead.id, columns)
  const next = { ...lead, ...columns }
  const payload = { ...leadPayload(next), changes: changesOf(next, changed), changedBy: actor ?? undefined }
  const [event] = await engine.publish(tx, workspaceId, [{ type: 'lead.updated', payload }])
  await addActivities(tx, workspaceId, clock, [
    {
      ...{ leadId: lead.id, type: 'edited', title: `Changed ${changed.join(', ')}`, data: { changed } },
      ...{ actor, eventId: event!.id },
    },
  ])
  return next
}
