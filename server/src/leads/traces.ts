import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Person } from './person.ts'

/*
 * What the parts of the hub keep of a person in rows of their own: whose a row is, what of it is shown to the person, and what becomes of it
 * when the person is forgotten. Text in which a person is only mentioned is in `mentions.ts`. A test asks of every new table where it belongs.
 */
type Trace = {
  table: string
  /** What a page goes on after: unique within the workspace. */
  keys: readonly string[]
  /** What is shown, as it is selected. */
  shown: string
  isOf(person: Person): RawBuilder<boolean>
  /** What is set on forgetting; `kept` has its reason beside it. */
  forget: 'delete' | 'kept' | RawBuilder<unknown>
}

const oneOf = (values: readonly string[]) => sql`any(${values}::text[])`
const anyId = (values: readonly string[]) => sql`any(${values}::uuid[])`

export const traces = {
  bookings: {
    table: 'calendar_events',
    keys: ['id'],
    shown: `id, status, title, starts_at, ends_at, timezone, name, email, phone, notes, location, meeting_url, custom_fields, source,
      cancel_reason, cancelled_by, cancelled_at, created_at, updated_at`,
    isOf: ({ emails, phones }) =>
      sql`(lower(email) = ${oneOf(emails)} or (email is null and phone = ${oneOf(phones)}))`,
    // The time stays taken, and says no more of who took it.
    forget: sql`name = null, email = null, phone = null, notes = null, location = null, cancel_reason = null, custom_fields = '{}',
      title = 'Booking'`,
  },
  consultationRequests: {
    table: 'consultation_requests',
    keys: ['id'],
    shown: `id, status, email, first_name, last_name, phone, company, service, preferred_times, timezone, message, source, offered, booking_id,
      created_at, updated_at`,
    isOf: ({ emails }) => sql`lower(email) = ${oneOf(emails)}`,
    forget: 'delete',
  },
  calls: {
    table: 'calls',
    keys: ['id'],
    shown: 'id, call_id, agent_id, source, status, details, started_at, ended_at, created_at, updated_at',
    isOf: ({
      leadIds,
      emails,
      phones,
    }) => sql`(lead_id = ${anyId(leadIds)} or lower(details->>'customerEmail') = ${oneOf(emails)}
      or (details->>'customerEmail' is null and details->>'customerPhone' = ${oneOf(phones)}))`,
    // The same call told again is still known, and what it came to still counted.
    forget: sql`details = jsonb_strip_nulls(jsonb_build_object(
      'callOutcome', details->'callOutcome', 'durationSeconds', details->'durationSeconds'))`,
  },
  mails: {
    table: 'email_send_records',
    keys: ['id'],
    shown: `id, status, to_email, to_name, subject, html, text, template, categories, engagement, created_at, sent_at,
      jsonb_path_query_array(attachments, '$[*].name') as attachments`,
    isOf: ({ emails }) => sql`lower(to_email) = ${oneOf(emails)}`,
    forget: 'delete',
  },
  messages: {
    table: 'sms_messages',
    keys: ['id'],
    shown: 'id, status, to_phone, text, media_urls, created_at, sent_at',
    isOf: ({ phones }) => sql`to_phone = ${oneOf(phones)}`,
    forget: 'delete',
  },
  optOuts: {
    table: 'sms_opt_outs',
    keys: ['phone'],
    shown: 'phone, source, created_at',
    isOf: ({ phones }) => sql`phone = ${oneOf(phones)}`,
    // Who wants no messages is to get none afterwards, either.
    forget: 'kept',
  },
  adLeads: {
    table: 'ad_leads',
    keys: ['connector', 'external_id'],
    shown: 'connector, external_id, taken_at',
    isOf: ({ leadIds }) => sql`lead_id = ${anyId(leadIds)}`,
    // The vendor's id alone, of nobody once the lead is gone: without it the lead would be taken in again.
    forget: 'kept',
  },
  importErrors: {
    table: 'crm_import_errors',
    keys: ['import_id', '"row"'],
    shown: 'import_id, "row", message, cells',
    isOf: ({ emails, phones }) =>
      sql`exists (select from unnest(cells) cell where lower(trim(cell)) = ${oneOf(emails)} or trim(cell) = ${oneOf(phones)})`,
    forget: 'delete',
  },
} as const satisfies Record<string, Trace>

export type TraceName = keyof typeof traces

/** Mails and calls are the largest: a page of them is at most some megabytes. */
const pageSize = 50

/** The rows of one kind, page by page, each page in a transaction of its own. */
export async function* tracePages(
  inWorkspace: <T>(run: (tx: Db) => Promise<T>) => Promise<T>,
  workspaceId: string,
  name: TraceName,
  person: Person,
): AsyncGenerator<Record<string, unknown>[]> {
  const { table, keys, shown, isOf }: Trace = traces[name]
  const columns = sql.raw(keys.join(', '))
  for (let after: string[] | undefined; ; ) {
    const { rows } = await inWorkspace((tx) =>
      sql<Record<string, unknown> & { after: string[] }>`
        select ${sql.raw(shown)}, array[${sql.raw(keys.map((key) => `${key}::text`).join(', '))}] as "after" from ${sql.table(table)}
        where workspace_id = ${workspaceId} and ${isOf(person)}
        ${after ? sql`and (${columns}) > (${sql.join(after)})` : sql``} order by ${columns} limit ${pageSize}`.execute(
        tx,
      ),
    )
    yield rows.map(({ after: _, ...row }) => row)
    if (rows.length < pageSize) return
    after = rows.at(-1)!.after
  }
}

/** Forgets what is in rows of the person, in the transaction in which the lead goes. */
export async function forgetTraces(tx: Db, workspaceId: string, person: Person): Promise<void> {
  // On their way to a vendor, with what it calls the person.
  await sql`delete from call_deliveries d using calls where calls.workspace_id = ${workspaceId} and d.workspace_id = calls.workspace_id
    and d.call_id = calls.id and ${traces.calls.isOf(person)}`.execute(tx)
  for (const { table, isOf, forget } of Object.values<Trace>(traces)) {
    if (forget === 'kept') continue
    const what =
      forget === 'delete' ? sql`delete from ${sql.table(table)}` : sql`update ${sql.table(table)} set ${forget}`
    await sql`${what} where workspace_id = ${workspaceId} and ${isOf(person)}`.execute(tx)
  }
  // What another lead was before it was merged with this one, and separated again, tells of this one as well.
  await sql`delete from crm_merges where workspace_id = ${workspaceId} and undone_at is not null
    and (merged_lead_id = ${person.leadId} or lead_id = ${person.leadId})`.execute(tx)
}
