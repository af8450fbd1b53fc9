import type { Db } from '../db/database.ts'
import { type LeadRow, listNames, lockIdentities, lockLead, nameOf } from './queries.ts'

/**
 * Locks leads until the transaction ends, and before their rows all that they are found by, and `also`: whoever takes in the same person
 * meanwhile waits, and then sees what has become of them. Captures lock in the same order, so none waits for the other.
 * Those that are not there (any more) are left out.
 */
export async function lockPeople(
  tx: Db,
  workspaceId: string,
  ids: string[],
  also: string[] = [],
): Promise<Map<string, LeadRow>> {
  const names = new Set([...(await listNames(tx, workspaceId, ids)), ...also])
  await lockIdentities(tx, workspaceId, [...names])
  const rows = new Map<string, LeadRow>()
  for (const id of ids.toSorted()) {
    const row = await lockLead(tx, workspaceId, id)
    if (row) rows.set(id, row)
  }
  // Changed between the look and the lock. Who has the new name and waits for the row makes a deadlock, which is told as contention.
  const missed = [...rows.values()].flatMap(({ email, phone }) => [
    ...(email !== null && !names.has(nameOf.email(email)) ? [nameOf.email(email)] : []),
    ...(phone !== null && !names.has(nameOf.phone(phone)) ? [nameOf.phone(phone)] : []),
  ])
  if (missed.length > 0) await lockIdentities(tx, workspaceId, missed)
  return rows
}
