import type { Account } from '../emulator.ts'
import type { Records } from '../records.ts'
import { badParameter, notFound, refused } from './answers.ts'

export type SandboxCalendar = {
  summary: string
  timeZone: string
  accessRole: 'owner' | 'writer' | 'reader' | 'freeBusyReader'
  primary?: boolean
  description?: string
}

/** Calendars of an account. The first holds the person's own address as its id, and is also called `primary`. */
export function calendarsOf(account: Account): Records<SandboxCalendar> {
  const calendars = account.records<SandboxCalendar>('calendars')
  const address = addressOf(account)
  if (!calendars.get(address)) {
    calendars.create({ summary: address, timeZone: 'America/New_York', accessRole: 'owner', primary: true }, address)
    const team = { summary: 'Team', timeZone: 'America/New_York', accessRole: 'writer' } as const
    calendars.create(team, `${account.name}.team@group.calendar.google.com`)
    const holidays = { summary: 'Holidays', timeZone: 'America/New_York', accessRole: 'reader' } as const
    calendars.create(holidays, 'en.usa#holiday@group.v.calendar.google.com')
  }
  return calendars
}

export const addressOf = ({ name }: Account): string => `${name}@example.com`

/** @throws the refusal 404 */
export function needCalendar(account: Account, given: string): { id: string; data: SandboxCalendar } {
  const calendars = calendarsOf(account)
  const calendar = calendars.get(given === 'primary' ? addressOf(account) : given)
  if (!calendar) throw notFound()
  return calendar
}

/** @throws the refusals 404, and 403 where the person may only read */
export function needWritable(account: Account, given: string): { id: string; data: SandboxCalendar } {
  const calendar = needCalendar(account, given)
  if (calendar.data.accessRole === 'owner' || calendar.data.accessRole === 'writer') return calendar
  const message = 'You need to have writer access to this calendar.'
  throw refused(403, { domain: 'calendar', reason: 'requiredAccessLevel', message })
}

export const shownCalendar = ({ id, data, version }: { id: string; data: SandboxCalendar; version: number }) => ({
  kind: 'calendar#calendarListEntry',
  etag: `"${version}"`,
  id,
  summary: data.summary,
  ...(data.description === undefined ? {} : { description: data.description }),
  timeZone: data.timeZone,
  accessRole: data.accessRole,
  ...(data.primary ? { primary: true } : {}),
  selected: true,
  defaultReminders: [{ method: 'popup', minutes: 30 }],
})

/** One page of a list, by tokens that hold for the same question only. `version` is the account's when the first page was read. */
export function pageOf<T>(
  items: readonly T[],
  question: object,
  options: { maxResults: number; pageToken?: string | undefined; version: number },
): { items: readonly T[]; nextPageToken: string | undefined; version: number } {
  const asked = JSON.stringify(question)
  const { maxResults, pageToken } = options
  const { start, version } =
    pageToken === undefined ? { start: 0, version: options.version } : readPageToken(pageToken, asked)
  const end = start + maxResults
  const nextPageToken =
    end < items.length ? Buffer.from(JSON.stringify([end, asked, version])).toString('base64url') : undefined
  return { items: items.slice(start, end), nextPageToken, version }
}

function readPageToken(token: string, asked: string): { start: number; version: number } {
  try {
    const [start, question, version] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[]
    if (typeof start === 'number' && typeof version === 'number' && question === asked) return { start, version }
  } catch {
    // Told below.
  }
  throw badParameter('pageToken')
}
