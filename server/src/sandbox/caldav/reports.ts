import { type Account, refusal } from '../emulator.ts'
import { escapeXml, multistatus, refused } from './answers.ts'
import { etagOf, homeOf, objectsIn, propstatOf, type SandboxObject, syncTokenOf, versionOf } from './calendars.ts'
import { busyTypeOf, expanded, occurrencesOf, stampOf } from './objects.ts'
import { type Element, find, rangeOf } from './requests.ts'

type Place = { account: Account; calendar: string }
type Stored = { id: string; version: number; data: SandboxObject; deletedAt?: number }
type Report = { status: number; body: string; headers: Record<string, string> }

/** What a calendar is asked; `lacks` are reports, and the expansion, that this server is without. */
export function reportOn(place: Place, body: Element): Report {
  const lacks = (place.account.values.lacks ?? []) as string[]
  if (lacks.includes(body.name)) throw refused(403, 'supported-report')
  switch (body.name) {
    case 'C:calendar-query':
      return { status: 207, ...queried(place, body, !lacks.includes('expand')) }
    case 'C:calendar-multiget':
      return { status: 207, ...several(place, body) }
    case 'C:free-busy-query':
      return freeBusy(place, body)
    case 'D:sync-collection':
      return { status: 207, ...changed(place, body) }
    default:
      throw refused(403, 'supported-report')
  }
}

const hrefOf = ({ account, calendar }: Place, id: string): string =>
  `${homeOf(account)}${calendar}/${encodeURIComponent(id)}`
const recordsOf = ({ account, calendar }: Place) => objectsIn(account, calendar)
const wantedIn = (body: Element): Element[] => find(body, 'D:prop')?.children ?? []

function shown(place: Place, record: Stored, wanted: readonly Element[], text = record.data.text): string {
  return propstatOf(hrefOf(place, record.id), wanted, {
    'D:getetag': escapeXml(etagOf(record)),
    'C:calendar-data': escapeXml(text),
    'D:resourcetype': '',
    'D:getcontenttype': 'text/calendar; component=vevent',
  })
}

function queried(place: Place, body: Element, canExpand: boolean) {
  const filter = find(body, 'C:filter', 'C:comp-filter')
  if (filter?.attributes.name !== 'VCALENDAR') throw refused(403, 'C:valid-filter')
  const component = find(filter, 'C:comp-filter')
  if (component?.attributes.name !== 'VEVENT') throw refused(403, 'C:supported-filter')
  const { from, to } = rangeOf(find(component, 'C:time-range'))
  const wanted = wantedIn(body)
  const expand = wanted.map((element) => find(element, 'C:expand')).find((element) => element !== undefined)
  const found = recordsOf(place).list({ where: ({ data }) => occurrencesOf(data.text, from, to).length > 0 })
  return multistatus(
    found.map((record) => {
      if (!expand || !canExpand) return shown(place, record, wanted)
      const limits = rangeOf(expand)
      return shown(place, record, wanted, expanded(record.data.text, limits.from, limits.to))
    }),
  )
}

function several(place: Place, body: Element) {
  const hrefs = body.children.filter(({ name }) => name === 'D:href').map(({ text }) => text.trim())
  if (hrefs.length === 0) throw refusal(400, 'A multiget names what it wants.\n')
  return multistatus(
    hrefs.map((href) => {
      const record = recordsOf(place).get(decodeURIComponent(href.split('/').at(-1) ?? ''))
      if (record) return shown(place, record, wantedIn(body))
      return `<response><href>${escapeXml(href)}</href><status>HTTP/1.1 404 Not Found</status></response>`
    }),
  )
}

function freeBusy(place: Place, body: Element): Report {
  const { from, to } = rangeOf(find(body, 'C:time-range'))
  const lines = recordsOf(place)
    .list()
    .flatMap(({ data }) => occurrencesOf(data.text, from, to))
    .flatMap((one) => {
      const type = busyTypeOf(one)
      return type === undefined ? [] : [`FREEBUSY;FBTYPE=${type}:${stampOf(one.from)}/${stampOf(one.to)}`]
    })
  const text = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Sandbox//EN',
    'BEGIN:VFREEBUSY',
    `DTSTAMP:${stampOf(from)}`,
    `DTSTART:${stampOf(from)}`,
    `DTEND:${stampOf(to)}`,
    ...lines,
    'END:VFREEBUSY',
    'END:VCALENDAR',
    '',
  ].join('\r\n')
  return { status: 200, body: text, headers: { 'content-type': 'text/calendar; charset=utf-8' } }
}

/** What changed since a token (RFC 6578); of more than a client wants at once the oldest first, and 507 for the calendar. */
function changed(place: Place, body: Element) {
  const { account } = place
  const [token, level] = [find(body, 'D:sync-token'), find(body, 'D:sync-level')]
  if (!token || level?.text !== '1') throw refusal(400, 'sync-token and sync-level are wanted.\n')
  const since = token.text === '' ? 0 : versionOf(account, token.text)
  if (since === undefined) throw refused(403, 'valid-sync-token')
  const most = Number(find(body, 'D:limit', 'D:nresults')?.text ?? 10_000)
  const all = recordsOf(place)
    .list({ deleted: since > 0 ? 'also' : undefined, where: ({ version }) => version > since })
    .sort((left, right) => left.version - right.version)
  const told = all.slice(0, most)
  const responses = told.map((record) =>
    record.deletedAt === undefined
      ? shown(place, record, wantedIn(body))
      : `<response><href>${escapeXml(hrefOf(place, record.id))}</href><status>HTTP/1.1 404 Not Found</status></response>`,
  )
  const isCut = told.length < all.length
  const home = `${homeOf(account)}${place.calendar}/`
  if (isCut)
    responses.push(
      `<response><href>${escapeXml(home)}</href><status>HTTP/1.1 507 Insufficient Storage</status></response>`,
    )
  const next = syncTokenOf(account, isCut ? told.at(-1)?.version : undefined)
  return multistatus(responses, `<sync-token>${next}</sync-token>`)
}
