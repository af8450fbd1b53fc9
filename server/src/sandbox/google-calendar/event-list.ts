import type { Account, Stored } from '../emulator.ts'
import { badParameter, refused } from './answers.ts'
import { pageOf, type SandboxCalendar } from './calendars.ts'
import { eventsIn, instantOf, type SandboxEvent, shownEvent, shownGone } from './events.ts'
import type { EventsQuery } from './schemas.ts'

/** What a sync token stands for: where its holder is, and what it was first asked with. */
type SyncPoint = { version: number; generation: number; singleEvents: boolean; timeMin?: string | undefined }

const longestMemoryMs = 28 * 86_400_000
/** Cannot be asked for together with a sync token, since the first list was not restricted by them. */
const restrictions = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
] as const

/** One page of a calendar's events, or of what changed in it since a sync token. */
export function listEvents(
  account: Account,
  calendar: { id: string; data: SandboxCalendar },
  query: EventsQuery,
  now: number,
) {
  const { maxResults = 250, pageToken, ...question } = query
  const { orderBy, singleEvents = false, updatedMin } = question
  if (orderBy === 'startTime' && !singleEvents) {
    throw badParameter('orderBy', 'The requested ordering is not available for the particular query.')
  }
  if (updatedMin !== undefined && timeIn(updatedMin, 'updatedMin') < now - longestMemoryMs) {
    const message = 'The requested minimum modification time lies too far in the past.'
    throw gone('updatedMinTooLongAgo', message, 'updatedMin')
  }
  const since = question.syncToken === undefined ? undefined : readSyncToken(account, question)
  const matches = matching(question, calendar.data.timeZone, since)
  const isTold = since !== undefined || question.showDeleted === true || updatedMin !== undefined
  const found = eventsIn(account, calendar.id)
    .list({ deleted: isTold ? 'also' : undefined, sortBy: orderBy === 'updated' ? 'updatedAt' : 'createdAt' })
    .filter(matches)
  if (orderBy === 'startTime') {
    found.sort(
      (left, right) =>
        instantOf(left.data.start, calendar.data.timeZone) - instantOf(right.data.start, calendar.data.timeZone),
    )
  }
  const page = pageOf(found, question, {
    maxResults: Math.min(maxResults, 2_500),
    pageToken,
    version: account.version(),
  })
  const canSync = restrictions.every((name) => name === 'timeMin' || question[name] === undefined)
  const point = {
    version: page.version,
    generation: generationOf(account),
    singleEvents,
    timeMin: since?.timeMin ?? question.timeMin,
  }
  return {
    kind: 'calendar#events',
    etag: `"l${account.version()}"`,
    summary: calendar.data.summary,
    description: calendar.data.description ?? '',
    updated: new Date(Math.max(0, ...found.map(({ updatedAt }) => updatedAt))).toISOString(),
    timeZone: calendar.data.timeZone,
    accessRole: calendar.data.accessRole,
    defaultReminders: [{ method: 'popup', minutes: 30 }],
    items: page.items.map((record) =>
      record.deletedAt === undefined ? shownEvent(account, calendar.id, record) : shownGone(record),
    ),
    ...(page.nextPageToken === undefined ? {} : { nextPageToken: page.nextPageToken }),
    ...(page.nextPageToken === undefined && canSync ? { nextSyncToken: writeSyncToken(point) } : {}),
  }
}

function matching(query: EventsQuery, timeZone: string, since: SyncPoint | undefined) {
  const from = timeIn(since?.timeMin ?? query.timeMin, 'timeMin')
  const to = timeIn(query.timeMax, 'timeMax')
  if (from >= to) throw badParameter('timeMax', 'The specified time range is empty.', 'timeRangeEmpty')
  const updatedMin = timeIn(query.updatedMin, 'updatedMin')
  return ({ id, data, version, updatedAt, deletedAt }: Stored<SandboxEvent>): boolean => {
    if (since && version <= since.version) return false
    if (!Number.isNaN(updatedMin) && updatedAt < updatedMin) return false
    if (deletedAt === undefined || !since) {
      // The bounds are exclusive: of the end by `timeMin`, of the start by `timeMax`.
      if (instantOf(data.end, timeZone) <= from || instantOf(data.start, timeZone) >= to) return false
    }
    if (query.iCalUID !== undefined && query.iCalUID !== `${id}@google.com`) return false
    if (query.q !== undefined && !textOf(data).includes(query.q.toLowerCase())) return false
    return (['private', 'shared'] as const).every((kind) =>
      (query[`${kind}ExtendedProperty`] ?? []).every((pair) => {
        const [name = '', ...value] = pair.split('=')
        const own = data.extendedProperties?.[kind] ?? {}
        return Object.hasOwn(own, name) && own[name] === value.join('=')
      }),
    )
  }
}

const textOf = ({ summary, description, location, attendees = [] }: SandboxEvent): string =>
  [summary, description, location, ...attendees.flatMap(({ email, displayName }) => [email, displayName])]
    .join(' ')
    .toLowerCase()

/** Epoch milliseconds; NaN, which no comparison holds for, where nothing was asked. */
export function timeIn(text: string | undefined, name: string): number {
  if (text === undefined) return Number.NaN
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.test(text)) {
    const time = Date.parse(text)
    if (!Number.isNaN(time)) return time
  }
  throw badParameter(name, 'Bad Request', 'badRequest')
}

const writeSyncToken = (point: SyncPoint): string => Buffer.from(JSON.stringify(point)).toString('base64url')

function readSyncToken(account: Account, query: EventsQuery): SyncPoint {
  if (restrictions.some((name) => query[name] !== undefined) || query.showDeleted === false) {
    throw badParameter('syncToken', 'Sync token cannot be used with other query restrictions.')
  }
  const expired = () => gone('fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', 'syncToken')
  let point: SyncPoint
  try {
    point = JSON.parse(Buffer.from(query.syncToken ?? '', 'base64url').toString()) as SyncPoint
  } catch {
    throw expired()
  }
  if (typeof point?.version !== 'number' || point.generation !== generationOf(account)) throw expired()
  if (point.singleEvents !== (query.singleEvents ?? false)) {
    throw badParameter('singleEvents', 'Sync token was given for other query parameters.')
  }
  return point
}

/** Grows whenever all sync tokens are forgotten. */
const generationOf = ({ values }: Account): number => Number(values.syncGeneration ?? 0)
export const forgetSyncTokens = (account: Account): void => {
  account.values.syncGeneration = generationOf(account) + 1
}

const gone = (reason: string, message: string, location: string) =>
  refused(410, { domain: 'calendar', reason, message, locationType: 'parameter', location })
