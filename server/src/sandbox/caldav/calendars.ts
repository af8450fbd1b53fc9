import type { Account } from '../emulator.ts'
import { FailureError } from '../emulator.ts'
import type { Records } from '../records.ts'
import { escapeXml } from './answers.ts'
import type { Element } from './requests.ts'

export type SandboxCalendar = { name: string; isReadOnly?: boolean; holds: string[] }
/** A calendar object by its name in the calendar. */
export type SandboxObject = { text: string; uid: string }

export const root = '/dav'
export const homeOf = ({ name }: Account): string => `${root}/calendars/${name}/`
export const principalOf = ({ name }: Account): string => `${root}/principals/${name}/`

/** The calendars of an account, and a list of tasks that is none. */
export function calendarsOf(account: Account): Records<SandboxCalendar> {
  const calendars = account.records<SandboxCalendar>('calendars')
  if (!calendars.get('home')) {
    calendars.create({ name: 'Home', holds: ['VEVENT'] }, 'home')
    calendars.create({ name: 'Team', holds: ['VEVENT', 'VTODO'] }, 'team')
    calendars.create({ name: 'Holidays', holds: ['VEVENT'], isReadOnly: true }, 'holidays')
    calendars.create({ name: 'Tasks', holds: ['VTODO'] }, 'tasks')
  }
  return calendars
}

export const objectsIn = (account: Account, calendar: string): Records<SandboxObject> =>
  account.records<SandboxObject>(`objects in ${calendar}`)

/** @throws the failure of a record that is missing: another's home is not there */
export function needCalendar(account: Account, { user, calendar }: { user: string; calendar: string }) {
  if (user !== account.name) throw new FailureError({ kind: 'missing_record', type: 'home', id: user })
  return calendarsOf(account).need(calendar)
}

export const etagOf = ({ version }: { version: number }): string => `"v${version}"`

/** What properties say, by their names; the rest is told to be missing. */
export function propstatOf(href: string, wanted: readonly Element[], known: Record<string, string>): string {
  const found = wanted.filter(({ name }) => name in known)
  const missing = wanted.filter(({ name }) => !(name in known))
  const shown = (elements: readonly Element[], inner: (name: string) => string) =>
    elements.map(({ name }) => tagged(name, inner(name))).join('')
  const stat = (inner: string, status: string) =>
    inner === '' ? '' : `<propstat><prop>${inner}</prop><status>HTTP/1.1 ${status}</status></propstat>`
  const good = stat(
    shown(found, (name) => known[name] ?? ''),
    '200 OK',
  )
  return `<response><href>${escapeXml(href)}</href>${good}${stat(
    shown(missing, () => ''),
    '404 Not Found',
  )}</response>`
}

function tagged(name: string, inner: string): string {
  const [, namespace, local] = /^\{(.*)\}(.*)$/.exec(name) ?? []
  if (namespace !== undefined) return `<${local} xmlns="${escapeXml(namespace)}">${inner}</${local}>`
  const tag = name.replace(/^D:/, '')
  return `<${tag}>${inner}</${tag}>`
}

export const calendarProperties = (account: Account, { id, data }: { id: string; data: SandboxCalendar }) => ({
  'D:resourcetype': '<collection/><C:calendar/>',
  'D:displayname': escapeXml(data.name),
  'C:supported-calendar-component-set': data.holds.map((name) => `<C:comp name="${name}"/>`).join(''),
  'C:calendar-timezone': escapeXml(timezone),
  'D:current-user-privilege-set': ['read', ...(data.isReadOnly ? [] : ['write', 'write-content', 'bind', 'unbind'])]
    .map((name) => `<privilege><${name}/></privilege>`)
    .join(''),
  'D:sync-token': syncTokenOf(account),
  'CS:getctag': `"${id}-${account.version()}"`,
})

const timezone = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//Sandbox//EN',
  'BEGIN:VTIMEZONE',
  'TZID:America/New_York',
  'BEGIN:STANDARD',
  'DTSTART:20261101T020000',
  'TZOFFSETFROM:-0400',
  'TZOFFSETTO:-0500',
  'END:STANDARD',
  'END:VTIMEZONE',
  'END:VCALENDAR',
].join('\r\n')

/** Where an account stands; another generation forgets all that were given before. */
export const syncTokenOf = (account: Account, at = account.version()): string =>
  `https://caldav.sandbox.example/sync/${generationOf(account)}/${at}`

const generationOf = ({ values }: Account): number => Number(values.syncGeneration ?? 0)
export const forgetSyncTokens = (account: Account): void => {
  account.values.syncGeneration = generationOf(account) + 1
}

/** The version that a token stands for; undefined for one that is not known (any more). */
export function versionOf(account: Account, token: string): number | undefined {
  const [, generation, version] = /\/sync\/(\d+)\/(\d+)$/.exec(token.trim()) ?? []
  return Number(generation) === generationOf(account) ? Number(version) : undefined
}
