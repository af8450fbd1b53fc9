import { type Selectable, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { CrmActivities, CrmLeads, CrmStatusChanges } from '../db/tables.ts'
import { holdStages } from '../pipelines/queries.ts'
import type { Consents } from './schema.ts'

/** A row of `crm_leads`, its JSON columns as we write them. */
export type LeadRow = Omit<Selectable<CrmLeads>, 'customFields' | 'consent'> & {
  customFields: Record<string, unknown>
  consent: Consents
}
export type ActivityRow = Omit<Selectable<CrmActivities>, 'data'> & { data: Record<string, unknown> }
export type StatusChangeRow = Selectable<CrmStatusChanges>

export const findLead = (db: Db, workspaceId: string, id: string): Promise<LeadRow | undefined> =>
  select(db, workspaceId).where('id', '=', id).executeTakeFirst() as Promise<LeadRow | undefined>

export const findLeadByEmail = (db: Db, workspaceId: string, email: string): Promise<LeadRow | undefined> =>
  select(db, workspaceId).where('email', '=', email).executeTakeFirst() as Promise<LeadRow | undefined>

/** The row, locked until the transaction ends; no stage goes before it, either. */
export async function lockLead(db: Db, workspaceId: string, id: string): Promise<LeadRow | undefined> {
  const row = await select(db, workspaceId)
    .select(sql<unknown>`${holdStages(workspaceId)}`.as('held'))
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) return undefined
  const { held: _, ...lead } = row
  return lead as LeadRow
}

/** Leads in the order of the ids; those that are not there are left out. */
export async function listLeadsById(db: Db, workspaceId: string, ids: string[]): Promise<LeadRow[]> {
  if (ids.length === 0) return []
  const rows = (await select(db, workspaceId).where('id', 'in', ids).execute()) as LeadRow[]
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** Of these leads those that are there, which cannot go until the transaction ends. */
export async function holdLeads(db: Db, workspaceId: string, ids: string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from crm_leads where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) order by id for key share`.execute(
    db,
  )
  return new Set(rows.map(({ id }) => id))
}

export type Identities = {
  emails: string[]
  phones: string[]
  externalIds: { system: string; externalId: string }[]
}

/** Leads that have one of these, locked until the transaction ends; which external id is whose, and which name was another lead's. */
export async function lockKnown(
  db: Db,
  workspaceId: string,
  identities: Identities,
): Promise<{ rows: LeadRow[]; external: ExternalIdRow[]; former: FormerName[] }> {
  const { emails, phones, externalIds } = identities
  const external = externalIds.length === 0 ? [] : await findExternal(db, workspaceId, externalIds)
  const former = await findFormer(db, workspaceId, identities)
  const ids = [...external, ...former].map(({ leadId }) => leadId)
  if (emails.length + phones.length + ids.length === 0) return { rows: [], external, former }
  const rows = (await select(db, workspaceId)
    .where((is) =>
      is.or([
        ...(emails.length > 0 ? [is('email', 'in', emails)] : []),
        ...(phones.length > 0 ? [is('phone', 'in', phones)] : []),
        ...(ids.length > 0 ? [is('id', 'in', ids)] : []),
      ]),
    )
    .orderBy('id')
    .forUpdate()
    .execute()) as LeadRow[]
  return { rows, external, former }
}

/** What a lead is found by, as identities are locked and former ones are kept. */
export const nameOf = {
  email: (email: string): string => `email ${email}`,
  phone: (phone: string): string => `phone ${phone}`,
  externalId: ({ system, externalId }: { system: string; externalId: string }): string => `id ${system} ${externalId}`,
}

/** A name that a merge took from a lead, and the lead that has it now. */
export type FormerName = { name: string; leadId: string }

/** Addresses, phones and ids of leads that were merged into others: who comes by one is the other. The latest merge comes last. */
async function findFormer(
  db: Db,
  workspaceId: string,
  { emails, phones, externalIds }: Identities,
): Promise<FormerName[]> {
  const names = [...phones.map(nameOf.phone), ...externalIds.map(nameOf.externalId)]
  if (emails.length + names.length === 0) return []
  const { rows } = await sql<FormerName>`
    select name, lead_id from (
      select ${nameOf.email('')} || merged_email as name, lead_id, id from crm_merges
      where workspace_id = ${workspaceId} and merged_email = any(${emails}::text[]) and undone_at is null
      union all
      select f.name, m.lead_id, m.id from crm_former_names f
      join crm_merges m on m.workspace_id = f.workspace_id and m.id = f.merge_id and m.undone_at is null
      where f.workspace_id = ${workspaceId} and f.name = any(${names}::text[])
    ) former order by id`.execute(db)
  return rows
}

/** All names by which leads are found, those included that merges took. */
export async function listNames(db: Db, workspaceId: string, leadIds: string[]): Promise<string[]> {
  const ids = sql`any(${leadIds}::uuid[])`
  const { rows } = await sql<{ name: string }>`
    select ${nameOf.email('')} || email as name from crm_leads where workspace_id = ${workspaceId} and id = ${ids} and email is not null
    union all
    select ${nameOf.phone('')} || phone from crm_leads where workspace_id = ${workspaceId} and id = ${ids} and phone is not null
    union all
    select 'id ' || system || ' ' || external_id from crm_lead_external_ids where workspace_id = ${workspaceId} and lead_id = ${ids}
    union all
    select ${nameOf.email('')} || merged_email from crm_merges
    where workspace_id = ${workspaceId} and lead_id = ${ids} and undone_at is null and merged_email is not null
    union all
    select f.name from crm_merges m join crm_former_names f on f.workspace_id = m.workspace_id and f.merge_id = m.id
    where m.workspace_id = ${workspaceId} and m.lead_id = ${ids} and m.undone_at is null`.execute(db)
  return rows.map(({ name }) => name)
}

export type ExternalIdRow = { system: string; externalId: string; leadId: string }

async function findExternal(
  db: Db,
  workspaceId: string,
  externalIds: Identities['externalIds'],
): Promise<ExternalIdRow[]> {
  const { rows } = await sql<ExternalIdRow>`
    select e.system, e.external_id, e.lead_id from crm_lead_external_ids e
    join unnest(${externalIds.map(({ system }) => system)}::text[], ${externalIds.map(({ externalId }) => externalId)}::text[]) wanted(system, external_id)
      on e.system = wanted.system and e.external_id = wanted.external_id
    where e.workspace_id = ${workspaceId}`.execute(db)
  return rows
}

export async function findLeadIdByExternalId(
  db: Db,
  workspaceId: string,
  system: string,
  externalId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('crmLeadExternalIds')
    .select('leadId')
    .where('workspaceId', '=', workspaceId)
    .where('system', '=', system)
    .where('externalId', '=', externalId)
    .executeTakeFirst()
  if (row) return row.leadId
  const former = await findFormer(db, workspaceId, { emails: [], phones: [], externalIds: [{ system, externalId }] })
  return former.at(-1)?.leadId
}

export async function listExternalIds(
  db: Db,
  workspaceId: string,
  leadIds: string[],
): Promise<Map<string, Record<string, string>>> {
  if (leadIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('crmLeadExternalIds')
    .select(['system', 'externalId', 'leadId'])
    .where('workspaceId', '=', workspaceId)
    .where('leadId', 'in', leadIds)
    .execute()
  const ids = new Map<string, Record<string, string>>()
  for (const { leadId, system, externalId } of rows) ids.set(leadId, { ...ids.get(leadId), [system]: externalId })
  return ids
}

/** Keeps what other systems call a lead, unless it is another lead's name already. */
export async function keepExternalIds(db: Db, workspaceId: string, rows: ExternalIdRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into crm_lead_external_ids (workspace_id, system, external_id, lead_id)
    select ${workspaceId}::uuid, system, external_id, lead_id
    from unnest(${rows.map(({ system }) => system)}::text[], ${rows.map(({ externalId }) => externalId)}::text[],
                ${rows.map(({ leadId }) => leadId)}::uuid[]) wanted(system, external_id, lead_id)
    where not exists (select from crm_lead_external_ids o where o.workspace_id = ${workspaceId}
                      and o.system = wanted.system and o.external_id = wanted.external_id)
    on conflict (workspace_id, lead_id, system) do update set external_id = excluded.external_id`.execute(db)
}

/** Two captures of the same person at once follow one another, so that neither makes the person twice; and no stage goes meanwhile. */
export async function lockIdentities(db: Db, workspaceId: string, names: string[]): Promise<void> {
  // In one order everywhere, or two that share two names would wait for each other.
  await sql`
    select ${holdStages(workspaceId)}, (select count(pg_advisory_xact_lock(key)) from (select distinct hashtextextended(${workspaceId} || ' ' || name, 0) as key from unnest(${names}::text[]) name order by 1) keys)`.execute(
    db,
  )
}

/** Inserts leads, and with new ones the statuses that they begin with. */
export async function insertLeads(db: Db, rows: LeadRow[], statuses: StatusChangeRow[] = []): Promise<void> {
  const also = () => db.with('statuses', (tx) => tx.insertInto('crmStatusChanges').values(statuses))
  await (statuses.length > 0 ? also() : db).insertInto('crmLeads').values(rows.map(columnsOf)).execute()
}

export const updateLead = (db: Db, workspaceId: string, id: string, changes: Partial<LeadRow>) =>
  db
    .updateTable('crmLeads')
    .set(columnsOf(changes))
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .execute()

/** Notes that something happened with leads; an older activity does not make them look older. */
export async function touchLeads(db: Db, workspaceId: string, ids: string[], at: Date): Promise<void> {
  await db
    .updateTable('crmLeads')
    .set({ lastActivityAt: at })
    .where('workspaceId', '=', workspaceId)
    .where('id', 'in', ids)
    .where('lastActivityAt', '<', at)
    .execute()
}

export async function deleteLead(db: Db, workspaceId: string, id: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('crmLeads')
    .where('workspaceId', '=', workspaceId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export const isMember = async (db: Db, workspaceId: string, personId: string): Promise<boolean> =>
  (await db
    .selectFrom('members')
    .select('personId')
    .where('workspaceId', '=', workspaceId)
    .where('personId', '=', personId)
    .executeTakeFirst()) !== undefined

const select = (db: Db, workspaceId: string) =>
  db.selectFrom('crmLeads').selectAll().where('workspaceId', '=', workspaceId)

const columnsOf = <Row extends Partial<LeadRow>>({ customFields, consent, ...row }: Row) => ({
  ...row,
  ...(customFields === undefined ? {} : { customFields: json(customFields) }),
  ...(consent === undefined ? {} : { consent: json(consent) }),
})

export const json = (value: unknown) => sql<never>`${JSON.stringify(value)}::jsonb`
