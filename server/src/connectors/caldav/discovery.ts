import { type Calendar, ConnectorError, notFoundAtVendor } from '../../kit/index.ts'
import { hrefIn, notCalDav, ownPath, propfind, type Resource, textOf } from './dav.ts'
import type { CalDavContext } from './settings.ts'

const aboutPerson = '<D:current-user-principal/><C:calendar-home-set/><D:resourcetype/>'
const aboutCalendar =
  '<D:resourcetype/><D:displayname/><C:supported-calendar-component-set/><C:calendar-timezone/><D:current-user-privilege-set/>'
/** There is nothing to be found there, or nothing that knows what was asked. */
const nothingThere = new Set([400, 404, 405, 410, 501])

/**
 * Every calendar of the person, by the way of RFC 6764: the address that was given (or the well-known one), the person, the home of the
 * calendars. The address of a single calendar leads to that one.
 */
export async function findCalendars(context: CalDavContext): Promise<Calendar[]> {
  const { path, home, isCalendar } = await findHome(context)
  const { resources } = await propfind(context, isCalendar ? path : home, aboutCalendar, {
    depth: isCalendar ? '0' : '1',
  })
  const calendars = resources.filter(holdsEvents).map((resource) => ({
    id: resource.href,
    name: textOf(resource.properties.displayname) || lastPart(resource.href),
    timezone: /^TZID(?:;[^:\r\n]*)?:(.+?)\r?$/m.exec(textOf(resource.properties['calendar-timezone']))?.[1],
    writable: isWritable(resource),
  }))
  const first = calendars.find(({ writable }) => writable) ?? calendars[0]
  return calendars.map((calendar) => ({ ...calendar, primary: calendar === first }))
}

/** The calendar that is meant: its path. @throws ConnectorError NOT_FOUND where there is none at all */
export async function calendarAt(
  context: CalDavContext,
  id = context.settings.calendar_id ?? 'primary',
): Promise<string> {
  if (id !== 'primary') return id.endsWith('/') ? id : `${id}/`
  const calendars = await findCalendars(context)
  const first = calendars.find(({ primary }) => primary)
  if (!first) throw notFoundAtVendor('CalDAV', 'calendar')
  return first.id
}

async function findHome(context: CalDavContext): Promise<{ path: string; home: string; isCalendar: boolean }> {
  const { pathname } = new URL(context.settings.server_url)
  const places = pathname === '/' ? ['/.well-known/caldav', '/'] : [pathname]
  for (const [index, place] of places.entries()) {
    const found = await askPerson(context, place, index < places.length - 1)
    if (!found) continue
    const { path, properties } = found
    if (isCalendar(properties)) return { path, home: path, isCalendar: true }
    const home = hrefIn(properties['calendar-home-set']) ?? (await homeOf(context, path, properties))
    if (home !== undefined) return { path, home: resolve(context, path, home), isCalendar: false }
  }
  throw notCalDav('it names no home of calendars')
}

async function homeOf(
  context: CalDavContext,
  path: string,
  properties: Resource['properties'],
): Promise<string | undefined> {
  const principal = hrefIn(properties['current-user-principal'])
  if (principal === undefined) return undefined
  const { resources } = await propfind(context, resolve(context, path, principal), '<C:calendar-home-set/>')
  return hrefIn(resources[0]?.properties['calendar-home-set'])
}

async function askPerson(context: CalDavContext, place: string, mayBeMissing: boolean) {
  try {
    const { resources, path } = await propfind(context, place, aboutPerson)
    return { path, properties: resources[0]?.properties ?? {} }
  } catch (error) {
    const isMissing =
      error instanceof ConnectorError && (nothingThere.has(error.status ?? 0) || error.code === 'VENDOR_REJECTED')
    if (mayBeMissing && isMissing) return undefined
    throw error
  }
}

/** An address that a server names, as the client takes it. */
function resolve(context: CalDavContext, path: string, href: string): string {
  const target = URL.parse(href, new URL(path, context.settings.server_url))
  if (!target) throw notCalDav('it names an address that is none')
  return ownPath(context, target)
}

const isCalendar = ({ resourcetype }: Resource['properties']): boolean =>
  typeof resourcetype === 'object' && resourcetype !== null && 'calendar' in resourcetype

/** A calendar that says nothing of what it takes takes events. */
function holdsEvents({ status, properties }: Resource): boolean {
  const { comp } = (properties['supported-calendar-component-set'] || {}) as { comp?: { '@name'?: string }[] }
  const takesEvents = comp === undefined || comp.some((one) => one['@name']?.toUpperCase() === 'VEVENT')
  return status === 200 && isCalendar(properties) && takesEvents
}

const writing = ['write', 'write-content', 'bind', 'all']

/** Servers that tell no privileges let everybody write who may sign in. */
function isWritable({ properties }: Resource): boolean {
  const { privilege } = (properties['current-user-privilege-set'] || {}) as { privilege?: object[] }
  return privilege === undefined || privilege.some((one) => writing.some((name) => name in one))
}

const lastPart = (href: string): string => decodeURIComponent(href.split('/').filter(Boolean).at(-1) ?? href)
