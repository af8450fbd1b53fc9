import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { NewEvent } from '../engine/types.ts'
import { isId } from '../lib/ids.ts'

/** Something that somebody did with a mail. */
export type Engaged = { sendId: string | undefined; action: string; at: Date }

const actions: ReadonlySet<string> = new Set([
  'delivered',
  'opened',
  'clicked',
  'replied',
  'bounced',
  'complained',
  'unsubscribed',
])

/** Notes it with the mail, where it is one of the workspace: when it happened first and last, and how often. Whatever order they come in. */
export async function noteEngagement(tx: Db, workspaceId: string, { sendId, action, at }: Engaged): Promise<void> {
  if (sendId === undefined || !isId(sendId) || !actions.has(action)) return
  const time = at.toISOString()
  await sql`update email_send_records set engagement = engagement || jsonb_build_object(${action}::text, jsonb_build_object(
      'first', least(coalesce(engagement #>> array[${action}::text, 'first'], ${time}), ${time}),
      'last', greatest(coalesce(engagement #>> array[${action}::text, 'last'], ${time}), ${time}),
      'count', coalesce((engagement #>> array[${action}::text, 'count'])::int, 0) + 1))
    where workspace_id = ${workspaceId} and id = ${sendId}`.execute(tx)
}

/** Listens to what mail vendors send, in the transaction that publishes it. */
export async function hearEngagement(tx: Db, workspaceId: string, events: NewEvent[]): Promise<void> {
  for (const { type, payload, occurredAt } of events) {
    if (type !== 'email.engagement' || typeof payload !== 'object' || payload === null) continue
    const { sendId, action, engagedAt } = payload as Record<string, unknown>
    const told = typeof engagedAt === 'string' ? new Date(engagedAt) : undefined
    const at = told && Number.isFinite(told.getTime()) ? told : occurredAt
    if (typeof sendId !== 'string' || typeof action !== 'string' || at === undefined) continue
    await noteEngagement(tx, workspaceId, { sendId, action, at })
  }
}
