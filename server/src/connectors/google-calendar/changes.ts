import { type CalendarEvent, type Change, ConnectorError } from '../../kit/index.ts'
import { readEvent } from './mappings.ts'
import { calendarOf, type GoogleContext } from './settings.ts'
import type { GoogleEvents } from './types.ts'

/** Where a run of pages stands. Google wants every page asked for with the parameters of the first. */
type Cursor = { syncToken?: string; timeMin?: string; pageToken?: string }

const yearMs = 365 * 86_400_000
/** Recurring events come one by one, and this must be the same in every call of a sync token's life. */
const always = { singleEvents: true, showDeleted: true, maxResults: 250 }

/**
 * One page of what changed since a cursor; all of the last year and the future where there is none, or where Google has forgotten it
 * (410): then what was deleted lately is told as well. https://developers.google.com/workspace/calendar/api/guides/sync
 */
export async function changedEvents(
  context: GoogleContext,
  input: { cursor?: string | undefined; calendarId?: string | undefined },
): Promise<{ changes: Change<CalendarEvent>[]; cursor: string; more: boolean }> {
  const calendarId = input.calendarId ?? calendarOf(context)
  const wanted = input.cursor === undefined ? begin(context) : readCursor(input.cursor)
  const { cursor, page } = await readPage(context, calendarId, wanted)
  const { nextPageToken, nextSyncToken, items = [], timeZone } = page
  const next: Cursor = nextPageToken
    ? { ...cursor, pageToken: nextPageToken }
    : nextSyncToken
      ? { syncToken: nextSyncToken }
      : cursor
  return {
    changes: items.map((event) =>
      event.status === 'cancelled'
        ? {
            type: 'deleted',
            externalId: event.id,
            at: event.updated === undefined ? undefined : new Date(event.updated),
          }
        : { type: 'upserted', record: readEvent(event, calendarId, timeZone) },
    ),
    cursor: writeCursor(next),
    more: nextPageToken !== undefined,
  }
}

async function readPage(context: GoogleContext, calendarId: string, wanted: Cursor) {
  const read = (cursor: Cursor) =>
    context.http.request<GoogleEvents>('GET', `/calendars/${encodeURIComponent(calendarId)}/events`, {
      query: { ...always, ...cursor },
      accept: [410],
    })
  const answer = await read(wanted)
  if (answer.status !== 410) return { cursor: wanted, page: answer.body }
  const cursor = begin(context)
  const again = await read(cursor)
  if (again.status !== 410) return { cursor, page: again.body }
  throw new ConnectorError('NOT_FOUND', 'Google Calendar no longer has this calendar (NOT_FOUND)', { status: 410 })
}

const begin = (context: GoogleContext): Cursor => ({
  timeMin: new Date(context.now().getTime() - yearMs).toISOString(),
})

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const given = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>
    const { syncToken, timeMin, pageToken } = given
    const cursor = Object.entries({ syncToken, timeMin, pageToken }).filter(([, value]) => typeof value === 'string')
    if (cursor.length > 0) return Object.fromEntries(cursor)
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This cursor is none that Google Calendar gave (VALIDATION_FAILED)')
}
