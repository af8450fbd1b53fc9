import { type Change, ConnectorError, type Contact, type OperationInput } from '../../kit/index.ts'
import { paths } from './paths.ts'
import { type GhlContext, locationOf } from './settings.ts'
import type { GhlContact } from './types.ts'

const pageSize = 100
/** GoHighLevel finds a change some seconds after it was made. */
const overlapMs = 60_000
/** Most contacts that a cursor remembers as told. */
const mostRemembered = 150

type Place = (string | number)[]

/** One page of the contacts that changed since a time, oldest change first; the place of its last contact leads to the next. */
async function pageSince(context: GhlContext, since: number, after: Place | undefined, size: number) {
  const filters =
    since === 0 ? [] : [{ field: 'dateUpdated', operator: 'range', value: { gte: new Date(since).toISOString() } }]
  const body = {
    locationId: locationOf(context),
    pageLimit: size,
    sort: [{ field: 'dateUpdated', direction: 'asc' }],
    ...(filters.length === 0 ? {} : { filters }),
    ...(after === undefined ? { page: 1 } : { searchAfter: after }),
  }
  const { contacts } = await context.http.post<{ contacts: GhlContact[] }>(paths.search, body, { repeatable: true })
  return { contacts, next: contacts.length < size ? undefined : contacts.at(-1)?.searchAfter }
}

/** Every contact that changed since a time. */
export async function* searchSince(context: GhlContext, since: number): AsyncIterable<GhlContact> {
  for (let after: Place | undefined; ; ) {
    const { contacts, next } = await pageSince(context, since, after, pageSize)
    yield* contacts
    if (next === undefined) return
    after = next
  }
}

/** `told` names what was told of the last minute (`id@time`), which is read again. */
type Cursor = { since: number; after?: Place; told: string[]; latest: number }

/**
 * Changes since a cursor, searched by time with a minute of overlap. GoHighLevel tells of deletions by its webhooks only.
 */
export async function changesOf(
  context: GhlContext,
  { cursor, limit = pageSize }: OperationInput<'contacts.changes'>,
  read: (record: GhlContact) => Contact,
): Promise<{ changes: Change<Contact>[]; cursor: string; more: boolean }> {
  const from: Cursor = cursor === undefined ? { since: 0, told: [], latest: 0 } : readCursor(cursor)
  const { contacts, next } = await pageSince(context, from.since, from.after, Math.min(limit, pageSize))
  const known = new Set(from.told)
  const fresh = contacts.filter((record) => !known.has(markOf(record)))
  const latest = Math.max(from.latest, ...contacts.map(changedAt))
  const told = [...new Set([...from.told, ...contacts.map(markOf)])]
    .filter((mark) => timeOf(mark) >= latest - overlapMs)
    .sort((left, right) => timeOf(left) - timeOf(right))
    .slice(-mostRemembered)
  const since = next === undefined ? Math.max(0, latest - overlapMs) : from.since
  const to: Cursor = { since, told, latest, ...(next === undefined ? {} : { after: next }) }
  return {
    changes: fresh.map((record) => ({ type: 'upserted', record: read(record) })),
    cursor: Buffer.from(JSON.stringify(to)).toString('base64url'),
    more: next !== undefined,
  }
}

const changedAt = ({ dateUpdated, dateAdded }: GhlContact): number => Date.parse(dateUpdated ?? dateAdded ?? '') || 0
const markOf = (record: GhlContact): string => `${record.id}@${changedAt(record)}`
const timeOf = (mark: string): number => Number(mark.split('@')[1])

function readCursor(text: string): Cursor {
  try {
    const { since, after, told, latest } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Cursor>
    if (typeof since === 'number' && typeof latest === 'number' && Array.isArray(told)) {
      return { since, told, latest, ...(Array.isArray(after) ? { after } : {}) }
    }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}
