import type { Account } from '../emulator.ts'
import { badRequest } from './answers.ts'
import { addressOf } from './calendars.ts'
import { type Occurrence, type SandboxRecord, shownId } from './events.ts'
import type { Preferences } from './preferences.ts'
import type { ReadQuery } from './schemas.ts'
import { instantOf, shownTime } from './zones.ts'

export const etagOf = ({ version }: { version: number }): string => `W/"v${version}"`

/** An event as Graph shows it; `at` makes it an occurrence of its series. */
export function shownEvent(account: Account, record: SandboxRecord, preferences: Preferences, at?: Occurrence) {
  const { data, createdAt, updatedAt, version } = record
  const { timeZone, isImmutable, isText } = preferences
  const me = { emailAddress: { name: account.name, address: addressOf(account) } }
  const { contentType = 'html', content = '' } = data.body ?? {}
  // What takes whole days is the same day everywhere.
  const time = (own: typeof data.start, moment: number) =>
    data.isAllDay
      ? { dateTime: `${own.dateTime.slice(0, 10)}T00:00:00.0000000`, timeZone }
      : shownTime(moment, timeZone)
  const isOccurrence = at?.day !== undefined
  return {
    '@odata.etag': etagOf(record),
    id: shownId(at?.id ?? record.id, isImmutable),
    createdDateTime: new Date(createdAt).toISOString(),
    lastModifiedDateTime: new Date(updatedAt).toISOString(),
    changeKey: `ck${version}`,
    categories: data.categories ?? [],
    ...(data.transactionId === undefined ? {} : { transactionId: data.transactionId }),
    originalStartTimeZone: data.start.timeZone,
    originalEndTimeZone: data.end.timeZone,
    iCalUId: `040000008200E00074C5B7101A82E008${record.id}`,
    reminderMinutesBeforeStart: data.reminderMinutesBeforeStart,
    isReminderOn: data.isReminderOn,
    hasAttachments: false,
    subject: data.subject ?? '',
    bodyPreview: (content ?? '').slice(0, 255),
    importance: data.importance ?? 'normal',
    sensitivity: data.sensitivity ?? 'normal',
    isAllDay: data.isAllDay ?? false,
    isCancelled: data.isCancelled,
    isOrganizer: true,
    isDraft: false,
    responseRequested: data.responseRequested ?? true,
    allowNewTimeProposals: data.allowNewTimeProposals ?? true,
    hideAttendees: data.hideAttendees ?? false,
    seriesMasterId: isOccurrence ? shownId(record.id, isImmutable) : null,
    showAs: data.showAs,
    type: isOccurrence ? 'occurrence' : data.recurrence ? 'seriesMaster' : 'singleInstance',
    webLink: `https://outlook.office365.com/owa/?itemid=${record.id}`,
    isOnlineMeeting: data.isOnlineMeeting ?? false,
    onlineMeetingProvider: data.onlineMeetingProvider ?? 'unknown',
    onlineMeetingUrl: null,
    onlineMeeting: null,
    recurrence: isOccurrence ? null : (data.recurrence ?? null),
    responseStatus: { response: 'organizer', time: '0001-01-01T00:00:00Z' },
    body: shownBody(contentType, content ?? '', isText),
    start: time(data.start, at?.from ?? instantOf(data.start)),
    end: time(data.end, at?.to ?? instantOf(data.end)),
    location: { displayName: '', locationType: 'default', ...data.location },
    locations: data.location?.displayName ? [{ displayName: data.location.displayName, locationType: 'default' }] : [],
    attendees: data.attendees,
    organizer: me,
  }
}

/** Outlook keeps HTML, and text as such; either is shown as the client prefers. */
function shownBody(contentType: string, content: string, isText: boolean) {
  const isHtml = contentType.toLowerCase() === 'html'
  if (isText) {
    const text = isHtml
      ? content.replace(/<br\s*\/?>/gi, '\r\n').replace(/<[^>]*>/g, '')
      : content.replaceAll('\n', '\r\n')
    return { contentType: 'text', content: text }
  }
  const escaped = content.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll('\n', '<br>')
  return { contentType: 'html', content: `<html><body>${isHtml ? content : escaped}</body></html>` }
}

/**
 * What `$select` and `$expand` leave and add.
 * @throws the refusal 400 for what is not there
 */
export function shaped<Shown extends object>(
  shown: Shown,
  { $select, $expand }: ReadQuery,
  record?: SandboxRecord,
): object {
  const expanded = $expand === undefined || !record ? {} : expandedOf($expand, record)
  if ($select === undefined) return { ...shown, ...expanded }
  const names = $select.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !(name in shown))
  if (unknown !== undefined)
    throw badRequest(`Could not find a property named '${unknown}'.`, 'RequestBroker--ParseUri')
  const kept = Object.entries(shown).filter(([name]) => names.includes(name) || name === 'id' || name === '@odata.etag')
  return { ...Object.fromEntries(kept), ...expanded }
}

function expandedOf(expand: string, { data }: SandboxRecord): object {
  const [, filter] = /^singleValueExtendedProperties\(\$filter=(.+)\)$/.exec(expand) ?? []
  const ids = filter?.split(/ or /).map((part) => /^\s*id eq '([^']+)'\s*$/.exec(part)?.[1]?.toLowerCase())
  if (!ids || ids.includes(undefined)) throw badRequest('The expand clause is not supported.', 'ErrorInvalidUrlQuery')
  const found = (data.singleValueExtendedProperties ?? []).filter(({ id }) => ids.includes(id.toLowerCase()))
  return found.length > 0 ? { singleValueExtendedProperties: found } : {}
}
