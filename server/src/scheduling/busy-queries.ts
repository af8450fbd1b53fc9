import { sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Span } from './spans.ts'

/** What the connected calendars of hosts say is busy, by provider. */
export async function listBusy(
  db: Db,
  workspaceId: string,
  providerIds: readonly string[],
): Promise<Map<string, Span[]>> {
  if (providerIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('calendarBusy')
    .select(['providerId', 'spans'])
    .where('workspaceId', '=', workspaceId)
    .where('providerId', 'in', [...providerIds])
    .execute()
  return new Map(rows.map(({ providerId, spans }) => [providerId, spansOf(spans as unknown as number[])]))
}

/** One list of numbers is read in a fraction of the time that objects take. */
function spansOf(numbers: readonly number[]): Span[] {
  const spans: Span[] = []
  for (let index = 0; index + 1 < numbers.length; index += 2)
    spans.push({ from: numbers[index]!, to: numbers[index + 1]! })
  return spans
}

type Place = { workspaceId: string; providerId: string }

/** How many changes of a calendar were heard of. To be asked before the calendar is, so that its answer can be told from an old one. */
export async function countChanges(db: Db, { workspaceId, providerId }: Place, at: Date): Promise<string> {
  const { rows } = await sql<{ changes: string }>`
    insert into calendar_busy as busy (workspace_id, provider_id, covers_from, covers_to, stale_at)
    select workspace_id, id, ${at}, ${at}, ${at} from calendar_providers where workspace_id = ${workspaceId} and id = ${providerId}
    on conflict (workspace_id, provider_id) do update set changes = busy.changes
    returning changes::text`.execute(db)
  return rows[0]?.changes ?? '0'
}

/** Writes down what a calendar said; it is old already where a change was heard of while it was asked. */
export async function writeBusy(
  db: Db,
  place: Place,
  found: { window: Span; spans: readonly Span[]; fetchedAt: Date; staleAt: Date; changes: string },
): Promise<void> {
  const facts = {
    coversFrom: new Date(found.window.from),
    coversTo: new Date(found.window.to),
    spans: JSON.stringify(found.spans.flatMap(({ from, to }) => [from, to])),
    fetchedAt: found.fetchedAt,
    staleAt: found.staleAt,
    failedAt: null,
    errorCode: null,
    errorMessage: null,
  }
  await db
    .insertInto('calendarBusy')
    .values({ ...place, ...facts })
    .onConflict((conflict) =>
      conflict.columns(['workspaceId', 'providerId']).doUpdateSet({
        ...facts,
        staleAt: sql`case when calendar_busy.changes = ${found.changes}::bigint then ${found.staleAt}::timestamptz
          else ${found.fetchedAt}::timestamptz end`,
      }),
    )
    .execute()
}

/** Writes down that a calendar could not be read; what it said before stays. */
export async function noteBusyFailure(
  db: Db,
  place: Place,
  failure: { at: Date; errorCode: string; errorMessage: string },
): Promise<void> {
  const facts = { failedAt: failure.at, errorCode: failure.errorCode, errorMessage: failure.errorMessage }
  await db
    .insertInto('calendarBusy')
    .values({ ...place, ...facts, coversFrom: failure.at, coversTo: failure.at, staleAt: failure.at })
    .onConflict((conflict) => conflict.columns(['workspaceId', 'providerId']).doUpdateSet(facts))
    .execute()
}

/** What the calendars of an integration said, or are about to say, is not to be believed any more. Answers those that were ever asked. */
export async function outdateBusy(
  db: Db,
  workspaceId: string,
  integrationId: string,
  at: Date,
): Promise<{ providerId: string; hostId: string }[]> {
  const { rows } = await sql<{ providerId: string; hostId: string }>`
    update calendar_busy busy set stale_at = least(busy.stale_at, ${at}), changes = busy.changes + 1
    from calendar_providers provider
    where provider.workspace_id = ${workspaceId} and provider.integration_id = ${integrationId}
      and busy.workspace_id = provider.workspace_id and busy.provider_id = provider.id
    returning provider.id as provider_id, provider.host_id`.execute(db)
  return rows
}

/** What a calendar said is not known any more: it is to be read from the beginning. */
export const forgetBusy = (db: Db, workspaceId: string, providerId: string) =>
  db.deleteFrom('calendarBusy').where('workspaceId', '=', workspaceId).where('providerId', '=', providerId).execute()

/** Whether the vendor of an integration tells the hub when something changes. */
export async function sendsNews(db: Db, workspaceId: string, integrationId: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('vendorSubscriptions')
    .select('id')
    .where('workspaceId', '=', workspaceId)
    .where('integrationId', '=', integrationId)
    .where('status', '=', 'active')
    .where((where) => where.or([where('expiresAt', 'is', null), where('expiresAt', '>', now)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
