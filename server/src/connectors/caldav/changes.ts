import { type CalendarEvent, type Change, ConnectorError, notSupported } from '../../kit/index.ts'
import { dataIn } from './busy.ts'
import { escapeXml, multistatusOf, readXml, report } from './dav.ts'
import { calendarAt } from './discovery.ts'
import { eventOf } from './objects.ts'
import { type CalDavContext, floatingZone } from './settings.ts'

/** How many resources a server is asked to tell of at once, and how many objects are read at once. */
const pageSize = 200
const readAtOnce = 50
const refusals = [400, 403, 405, 409, 415, 501, 507]

/**
 * One page of what changed in a calendar since a cursor (sync-collection, RFC 6578); all of it where there is none, or where the server has
 * forgotten it; what was deleted meanwhile is not told then. A series is one resource, and so one change.
 */
export async function changedEvents(
  context: CalDavContext,
  input: { cursor?: string | undefined; calendarId?: string | undefined },
): Promise<{ changes: Change<CalendarEvent>[]; cursor: string; more: boolean }> {
  const calendar = await calendarAt(context, input.calendarId)
  const answer = (await sync(context, calendar, input.cursor)) ?? (await sync(context, calendar, undefined))
  if (!answer) throw notSupported('This CalDAV server', 'changes of a calendar')
  const { resources, syncToken = '' } = answer
  const others = resources.filter(({ href }) => !isSame(href, calendar))
  const gone = others.filter(({ status }) => status === 404 || status === 410)
  const present = others.filter((resource) => !gone.includes(resource)).map(({ href }) => href)
  // Radicale tells of what was deleted long ago as well, to whoever asks for the first time.
  const changes: Change<CalendarEvent>[] =
    input.cursor === undefined ? [] : gone.map(({ href }) => ({ type: 'deleted', externalId: href }))
  for (let first = 0; first < present.length; first += readAtOnce)
    changes.push(...(await readObjects(context, calendar, present.slice(first, first + readAtOnce))))
  // 507 for the calendar itself: there is more.
  const more = resources.some(({ href, status }) => isSame(href, calendar) && status === 507)
  if (more && syncToken === input.cursor)
    throw new ConnectorError(
      'PROCESSING_ERROR',
      'This CalDAV server names the same place again and again (PROCESSING_ERROR)',
    )
  return { changes, cursor: syncToken, more }
}

/** Undefined where the server does not know the cursor (any more), or the report. */
async function sync(context: CalDavContext, calendar: string, cursor: string | undefined, limited = true) {
  const token = cursor === undefined ? '<D:sync-token/>' : `<D:sync-token>${escapeXml(cursor)}</D:sync-token>`
  const limit = limited ? `<D:limit><D:nresults>${pageSize}</D:nresults></D:limit>` : ''
  const content = `${token}<D:sync-level>1</D:sync-level>${limit}<D:prop><D:getetag/></D:prop>`
  const answer = await report(context, calendar, ['D:sync-collection', content], { depth: '0', accept: refusals })
  if (answer.status === 207) return multistatusOf(answer, calendar)
  const error = typeof answer.body === 'string' ? JSON.stringify(readXml(answer.body)?.error ?? '') : ''
  // Servers may refuse a limit that they cannot keep to (RFC 6578, section 3.7).
  if (limited && (answer.status === 507 || error.includes('number-of-matches-within-limits')))
    return await sync(context, calendar, cursor, false)
  if (answer.status === 403 && !error.includes('valid-sync-token') && error.includes('need-privileges'))
    throw new ConnectorError(
      'PERMISSION_DENIED',
      'CalDAV: this account may not read the calendar (PERMISSION_DENIED)',
      { status: 403 },
    )
  return undefined
}

async function readObjects(
  context: CalDavContext,
  calendar: string,
  hrefs: string[],
): Promise<Change<CalendarEvent>[]> {
  const wanted = hrefs.map((href) => `<D:href>${escapeXml(href)}</D:href>`).join('')
  const query: [string, string] = ['C:calendar-multiget', `<D:prop><D:getetag/><C:calendar-data/></D:prop>${wanted}`]
  const found = dataIn(await report(context, calendar, query, { depth: '1' }), calendar)
  return found.flatMap(({ href, text }) => {
    // Tasks and journals have no event in them.
    const record = eventOf(text, { href, calendarId: calendar, floating: floatingZone(context) })
    return record ? [{ type: 'upserted' as const, record }] : []
  })
}

const isSame = (one: string, other: string): boolean => one.replace(/\/+$/, '') === other.replace(/\/+$/, '')
