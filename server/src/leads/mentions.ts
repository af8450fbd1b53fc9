import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../db/database.ts'
import type { Person } from './person.ts'

/*
 * Text in which a person is mentioned by id, address or number: events, what vendors were asked and answered, webhooks as they came. No index
 * finds them, so they are read along their ids in windows, of which none is long.
 */
type Mention = {
  table: string
  text: RawBuilder<string>
  /** What is shown, as it is selected. */
  shown: string
  /** Rows that belong to the person whatever they say. */
  orOf?(workspaceId: string, person: Person): RawBuilder<boolean>
  /** Rows that are not touched on forgetting. */
  except: RawBuilder<boolean>
  forget(person: Person): RawBuilder<unknown>
  /** What hangs on the rows that were emptied. */
  also?(tx: Db, workspaceId: string, ids: string[]): Promise<void>
}

const json = (column: string) => sql<string>`coalesce(${sql.ref(column)}, '')`

export const mentions = {
  events: {
    table: 'events',
    text: sql`payload`,
    shown: 'type, payload, occurred_at',
    orOf: (workspaceId, { leadIds }) => sql`id in (select event_id from crm_activities
      where workspace_id = ${workspaceId} and lead_id = any(${leadIds}::uuid[]) and event_id is not null)`,
    except: sql`type = 'lead.erased'`,
    forget: ({ leadId }) => sql`payload = ${JSON.stringify({ leadId, erased: true })}`,
    async also(tx, workspaceId, ids) {
      await sql`update attempts set response = null, error = null where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
        and (response is not null or error is not null)`.execute(tx)
      await sql`update dead_letters set error = null where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
        and error is not null`.execute(tx)
      await sql`update integration_sync_logs set request = null, response = null, error_message = null
        where workspace_id = ${workspaceId} and event_id = any(${ids}::uuid[])`.execute(tx)
    },
  },
  operations: {
    table: 'integration_sync_logs',
    text: sql`${json('request')} || ${json('response')}`,
    shown: 'integration_id, operation, direction, status, at, request, response',
    orOf: (workspaceId, { leadIds }) => sql`call_id in (select call_id from calls
      where workspace_id = ${workspaceId} and lead_id = any(${leadIds}::uuid[]))`,
    except: sql`false`,
    forget: () => sql`request = null, response = null, error_message = null`,
  },
  webhooks: {
    table: 'inbound_webhooks',
    text: sql`encode(body, 'escape')`,
    shown: "connector, received_at, status, encode(body, 'escape') as body",
    // What is still to be read makes events first, which are found by themselves.
    except: sql`status = 'received'`,
    forget: () => sql`body = ''`,
  },
  results: {
    table: 'service_results',
    text: sql`coalesce(data::text, '')`,
    shown: 'service, status, integration_id, external_id, data, created_at',
    except: sql`finished_at is null`,
    forget: () => sql`data = null, error = null`,
  },
} as const satisfies Record<string, Mention>

export type MentionName = keyof typeof mentions

const windowSize = 20_000
const pageSize = 500
/** Of payloads, bodies and answers together; one that is larger comes alone. */
const pageBytes = 4 * 1_048_576

/** A JSON text, or a value of a form, that is one of the person's names and nothing longer. */
function patternsOf({ leadIds, emails, phones }: Person): string[] {
  const names = [...leadIds, ...emails, ...phones].map((name) => name.toLowerCase())
  const asForm = (name: string) => encodeURIComponent(name).toLowerCase()
  return names.flatMap((name) => [`%"${escaped(name)}"%`, `%=${escaped(asForm(name))}&%`, `%=${escaped(asForm(name))}`])
}
const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

const isAbout = ({ text, orOf }: Mention, workspaceId: string, person: Person) =>
  sql`(lower(${text}) like any(${patternsOf(person)}::text[])${orOf ? sql` or ${orOf(workspaceId, person)}` : sql``})`

type Found = Record<string, unknown> & { id: string; matches: number; position: number; size: number; upTo: number }

const firstId = '00000000-0000-0000-0000-000000000000'
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Up to where a window reaches that begins after an id; undefined where what is left is shorter than one. */
async function windowEnd(tx: Db, table: string, workspaceId: string, after: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from ${sql.table(table)} where workspace_id = ${workspaceId} and id > ${after}
    order by id offset ${windowSize - 1} limit 1`.execute(tx)
  return rows[0]?.id
}

/** What mentions a person, page by page, each page in a transaction of its own. */
export async function* mentionPages(
  inWorkspace: <T>(run: (tx: Db) => Promise<T>) => Promise<T>,
  workspaceId: string,
  name: MentionName,
  person: Person,
): AsyncGenerator<Record<string, unknown>[]> {
  const mention: Mention = mentions[name]
  for (let after = firstId; ; ) {
    const { end, found } = await inWorkspace(async (tx) => {
      const end = await windowEnd(tx, mention.table, workspaceId, after)
      const { rows } = await sql<Found>`
        select * from (
          select *, count(*) over () as "matches", row_number() over (order by id) as "position", sum("size") over (order by id) as "upTo" from (
            select id, ${sql.raw(mention.shown)}, octet_length(${mention.text}) as "size" from ${sql.table(mention.table)}
            where workspace_id = ${workspaceId} and id > ${after} and id <= ${end ?? lastId} and ${isAbout(mention, workspaceId, person)}
            order by id limit ${pageSize}) matched) counted
        where "position" = 1 or "upTo" <= ${pageBytes} order by id`.execute(tx)
      return { end, found: rows }
    })
    yield found.map(({ matches: _, position: __, size: ___, upTo: ____, ...row }) => row)
    const matches = found[0]?.matches ?? 0
    if (matches === pageSize || found.length < matches) after = found.at(-1)!.id
    else if (end === undefined) return
    else after = end
  }
}

/** Deletes jobs that ended without success and name a person: done again, they would tell of somebody who is forgotten. */
export const forgetDeadJobs = (tx: Db, workspaceId: string, person: Person, until: string) =>
  sql`delete from dead_letters where workspace_id = ${workspaceId} and id <= ${until} and payload is not null
    and (lower(payload) like any(${patternsOf(person)}::text[]) or lower(error) like any(${patternsOf(person)}::text[]))`.execute(
    tx,
  )

/** Where forgetting goes on: in which of the tables, after which id. */
export type Place = { name: MentionName; after: string }
export const firstPlace: Place = { name: 'events', after: firstId }

/** Forgets one page of what mentions a person up to an id. Answers where it goes on; undefined once all is done. */
export async function forgetMentions(
  tx: Db,
  workspaceId: string,
  person: Person,
  until: string,
  { name, after }: Place,
): Promise<Place | undefined> {
  const mention: Mention = mentions[name]
  const end = await windowEnd(tx, mention.table, workspaceId, after)
  const to = end === undefined || end > until ? until : end
  const { rows } = await sql<{ id: string }>`
    update ${sql.table(mention.table)} set ${mention.forget(person)}
    where workspace_id = ${workspaceId} and id = any(array(select id from ${sql.table(mention.table)}
      where workspace_id = ${workspaceId} and id > ${after} and id <= ${to} and not (${mention.except})
        and ${isAbout(mention, workspaceId, person)} order by id limit ${pageSize})) returning id`.execute(tx)
  const ids = rows.map(({ id }) => id)
  if (ids.length > 0) await mention.also?.(tx, workspaceId, ids)
  if (ids.length === pageSize) return { name, after: ids.toSorted().at(-1)! }
  if (to !== until) return { name, after: to }
  const names = Object.keys(mentions) as MentionName[]
  const next = names[names.indexOf(name) + 1]
  return next && { name: next, after: firstId }
}
