import { type Change, ConnectorError } from '../../kit/index.ts'
import { expiredToken } from './faults.ts'
import { apiPath, tables } from './paths.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row, Rows } from './types.ts'

const largestPage = 500

type Kind<Ours> = { set: 'contacts' | 'appointments'; $select: string; read(record: Row): Ours }
type Deleted = { id?: unknown; reason?: unknown }

/**
 * One page of what changed since a cursor, deletions among it, by the table's change tracking; all there is where there is no cursor, or
 * where it is older than the environment remembers. A cursor is the query of the vendor's own link.
 * https://learn.microsoft.com/power-apps/developer/data-platform/use-change-tracking-synchronize-data-external-systems
 */
export async function changesOf<Ours extends { externalId: string }>(
  context: DynamicsContext,
  { set, $select, read }: Kind<Ours>,
  { cursor, limit = largestPage }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const first = `$select=${$select}`
  const ask = (query: string) =>
    context.http.get<Rows<Row & Deleted>>(`/${set}?${query}`, undefined, {
      headers: { prefer: `odata.track-changes,odata.maxpagesize=${Math.min(limit, largestPage)}` },
    })
  let page: Rows<Row & Deleted>
  try {
    page = await ask(cursor === undefined ? first : readCursor(cursor))
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    if (error.vendorCode === expiredToken && cursor !== undefined) page = await ask(first)
    else throw isUntracked(error) ? untracked(tables[set].name, error) : error
  }
  const { '@odata.nextLink': next, '@odata.deltaLink': delta, value } = page
  const link = next ?? delta
  if (link === undefined) throw untracked(tables[set].name, undefined)
  return {
    changes: value.map((record) =>
      isDeleted(record)
        ? { type: 'deleted', externalId: String(record.id) }
        : { type: 'upserted', record: read(record) },
    ),
    cursor: writeCursor(queryOf(link, set)),
    more: next !== undefined,
  }
}

const isDeleted = ({ reason, '@odata.context': context }: Row & Deleted): boolean =>
  reason === 'deleted' || (typeof context === 'string' && context.endsWith('/$deletedEntity'))

const isUntracked = ({ status, vendorMessage = '' }: ConnectorError): boolean =>
  status !== undefined && status < 500 && /change tracking/i.test(vendorMessage)

const untracked = (table: string, cause: unknown): ConnectorError =>
  new ConnectorError(
    'CONFIG_SCHEMA_INVALID',
    `Dynamics 365 does not track the changes of the table ${table}: switch on "Track changes" in its properties (CONFIG_SCHEMA_INVALID)`,
    { cause },
  )

/** What follows the set in a link; tokens go to the environment's own host only, so no host is kept. */
function queryOf(link: string, set: string): string {
  const url = URL.parse(link)
  if (url?.pathname !== `${apiPath}/${set}`)
    throw new ConnectorError(
      'PROCESSING_ERROR',
      'Dynamics 365 names a next page that is none of its own (PROCESSING_ERROR)',
    )
  return url.search.slice(1)
}

const writeCursor = (query: string): string => Buffer.from(query).toString('base64url')

function readCursor(cursor: string): string {
  const query = Buffer.from(cursor, 'base64url').toString()
  if (/^[!-~]+$/.test(query) && !query.includes('#') && /[$&]|%24/.test(query)) return query
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
