import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { firstPlace, forgetDeadJobs, forgetMentions, type Place } from './mentions.ts'
import { type Person, personOf } from './person.ts'
import type { LeadRow } from './queries.ts'
import { forgetTraces } from './traces.ts'
import { forgetWaitingRows } from './waiting-rows.ts'

const kind = 'leads.forgetting'

type Payload = { person: Person; until: string; place: Place }

/**
 * Forgets what parts of the hub other than leads keep of a person: rows of the person at once, and what only mentions the person by a chain of
 * jobs, each a page of it, that goes on wherever it was interrupted.
 */
export function createForgetting({ engine, clock }: { engine: Pick<Engine, 'enqueue' | 'define'>; clock: Clock }) {
  const enqueue = (tx: Db, workspaceId: string, payload: Payload) =>
    engine.enqueue(tx, [{ workspaceId, kind, lane: payload.person.leadId, payload }])

  engine.define(kind, {
    delivers: false,
    // However long something stands in the way: what was promised is kept.
    retry: (attempt) => exponentialDelay(attempt, 1_000, 3_600_000),
    async run({ workspaceId, payload }, control) {
      const { person, until, place } = payload as Payload
      await control.complete(async (tx) => {
        const next = await forgetMentions(tx, workspaceId, person, until, place)
        if (next) {
          await enqueue(tx, workspaceId, { person, until, place: next })
          return
        }
        await forgetDeadJobs(tx, workspaceId, person, until)
        // A file of leads with the person in it is no longer handed out; it can be written again.
        await sql`delete from crm_exports e where e.workspace_id = ${workspaceId} and e.id <= ${until} and exists (
            select from crm_export_parts p where p.workspace_id = e.workspace_id and p.export_id = e.id
              and exists (select from unnest(${person.leadIds}::text[]) lead where strpos(p.text, lead) > 0))`.execute(
          tx,
        )
      })
    },
  })

  /** Before the lead itself goes, in the same transaction. What comes of the same person later is not touched. */
  return async function forgetElsewhere(tx: Db, workspaceId: string, row: LeadRow): Promise<void> {
    const person = await personOf(tx, workspaceId, row)
    await forgetTraces(tx, workspaceId, person)
    await forgetWaitingRows(tx, workspaceId, person)
    await enqueue(tx, workspaceId, { person, until: newId(clock), place: firstPlace })
  }
}
