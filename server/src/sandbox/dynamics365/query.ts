import type { Account, Stored } from '../emulator.ts'
import { badRequest, refused } from './failures.ts'
import { comparisonsIn, fits, parseFilter } from './filter.ts'
import type { Fields } from './fixed.ts'
import { allOf, etagOf, followed, recordsOf, wholeRecord } from './records.ts'
import { propertyOf, type Table } from './tables.ts'

/** What a client prefers, read from its header. */
export type Preferences = {
  representation: boolean
  pageSize: number | undefined
  tracksChanges: boolean
  annotations: boolean
  continues: boolean
}

const formatted = 'OData.Community.Display.V1.FormattedValue'
const mostPerPage = 5_000
const tokenLifeMs = 7 * 86_400_000

export function preferencesIn(header: string | undefined): Preferences {
  const found: Preferences = {
    representation: false,
    pageSize: undefined,
    tracksChanges: false,
    annotations: false,
    continues: false,
  }
  for (const part of (header ?? '').split(',').map((one) => one.trim())) {
    const [, size] = /^odata\.maxpagesize=(\d+)$/.exec(part) ?? []
    if (size !== undefined) found.pageSize = Math.min(Number(size), mostPerPage)
    else if (part === 'return=representation') found.representation = true
    else if (part === 'odata.track-changes') found.tracksChanges = true
    else if (part === 'odata.continue-on-error') found.continues = true
    else if (part === `odata.include-annotations="${formatted}"`) found.annotations = true
    else if (part !== '') throw badRequest(`The preference '${part}' is not known.`)
  }
  return found
}

/** How a record is shown: the columns that were asked for, and what they lead to. */
export type Shape = { select: string[] | undefined; expand: { navigation: string; select: string[] }[] }

export function shapeIn(table: Table, query: URLSearchParams): Shape {
  const expand = (query.get('$expand') ?? '')
    .split(/,(?![^(]*\))/)
    .filter(Boolean)
    .map((part) => {
      const [, navigation = '', list = ''] = /^(\w+)\(\$select=([\w,]+)\)$/.exec(part) ?? []
      if (!Object.values(table.columns).some(({ targets }) => targets && Object.hasOwn(targets, navigation)))
        throw badRequest(
          `Could not find a property named '${navigation}' on type 'Microsoft.Dynamics.CRM.${table.name}'.`,
        )
      return { navigation, select: list.split(',') }
    })
  const select = query.get('$select')?.split(',')
  for (const name of select ?? []) needProperty(table, name)
  return { select, expand }
}

/** Lookups are read under another name than they are set. */
function needProperty(table: Table, name: string): void {
  const isThere = Object.entries(table.columns).some(
    ([column, { type }]) => (type === 'Lookup' ? propertyOf(column) : column) === name,
  )
  if (!isThere)
    throw refused(
      400,
      '0x0',
      `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${table.name}'.`,
    )
}

export function shown(
  account: Account,
  table: Table,
  record: Stored<Fields>,
  shape: Shape,
  annotations: boolean,
): Fields {
  const whole = wholeRecord(table, record)
  const names = shape.select
    ? [...shape.select, table.key]
    : Object.keys(whole).filter((name) => name !== table.parties)
  const answer: Fields = { '@odata.etag': etagOf(record) }
  for (const name of names) {
    const value = whole[name] ?? null
    answer[name] = value
    const label = annotations ? labelOf(table, name, value) : undefined
    if (label !== undefined) answer[`${name}@${formatted}`] = label
  }
  for (const { navigation, select } of shape.expand) {
    const [name, column] = Object.entries(table.columns).find(
      ([, { targets }]) => targets && Object.hasOwn(targets, navigation),
    )!
    const found = followed(account, column, whole[propertyOf(name)])
    answer[navigation] = found ? shown(account, found.table, found.record, { select, expand: [] }, false) : null
  }
  return answer
}

function labelOf(table: Table, name: string, value: unknown): string | undefined {
  if (value === null) return undefined
  const options = table.columns[name]?.options
  if (options) return options[Number(value)]
  return name === 'statecode' ? table.states?.[Number(value)]?.label : undefined
}

/** A page of a query, with the link to the next. */
export function readPage(
  account: Account,
  table: Table,
  given: { query: URLSearchParams; url: string; preferences: Preferences; now: number; largest: number },
): Fields {
  const { query, url, preferences, now } = given
  const size = Math.min(preferences.pageSize ?? mostPerPage, given.largest)
  for (const name of query.keys())
    if (!['$select', '$filter', '$orderby', '$top', '$expand', '$skiptoken', '$deltatoken'].includes(name))
      throw badRequest(`The query parameter ${name} is not supported.`)
  const shape = shapeIn(table, query)
  if (preferences.tracksChanges || query.has('$deltatoken'))
    return changesPage(account, table, { query, url, now, size, shape })
  const found = inOrder(table, selected(account, table, query), query.get('$orderby'))
  const top = query.get('$top')
  if (top !== null && !/^\d+$/.test(top)) throw badRequest(`The value of $top is no number.`)
  const all = top === null ? found : found.slice(0, Number(top))
  const start = Number(/pagenumber="(\d+)"/.exec(query.get('$skiptoken') ?? '')?.[1] ?? 1) - 1
  const page = all.slice(start * size, (start + 1) * size)
  const isMore = all.length > (start + 1) * size
  const cookie = `<cookie pagenumber="${start + 2}" pagingcookie="%3ccookie%20page%3d%22${start + 1}%22%3e" istracking="False" />`
  return {
    '@odata.context': `https://sandbox.crm.dynamics.com/api/data/v9.2/$metadata#${table.set}`,
    value: page.map((record) => shown(account, table, record, shape, preferences.annotations)),
    ...(isMore ? { '@odata.nextLink': linkWith(url, '$skiptoken', cookie) } : {}),
  }
}

function selected(account: Account, table: Table, query: URLSearchParams): Stored<Fields>[] {
  const filter = query.get('$filter')
  const all = allOf(account, table.name)
  if (filter === null) return all
  const condition = parseFilter(filter)
  for (const { column, value } of comparisonsIn(condition)) {
    needProperty(table, column)
    const isTime = table.columns[column]?.type === 'DateTime'
    if (isTime && typeof value === 'string')
      throw badRequest(`A binary operator with incompatible types was detected for '${column}'.`)
  }
  return all.filter((record) => fits(wholeRecord(table, record), condition))
}

function inOrder(table: Table, records: Stored<Fields>[], order: string | null): Stored<Fields>[] {
  if (order === null) return records
  const parts = order.split(',').map((part) => {
    const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/.exec(part) ?? []
    needProperty(table, name)
    return { name, sign: direction === 'desc' ? -1 : 1 }
  })
  const keyed = records.map((record) => ({ record, whole: wholeRecord(table, record) }))
  keyed.sort((left, right) => {
    for (const { name, sign } of parts) {
      const [one, other] = [String(left.whole[name] ?? ''), String(right.whole[name] ?? '')]
      if (one !== other) return one < other ? -sign : sign
    }
    return left.record.createdAt - right.record.createdAt
  })
  return keyed.map(({ record }) => record)
}

// Change tracking ---------------------------------------------------------------------------------------------------

/** Tables whose changes are not tracked, which a person switched off. */
const untracked = (account: Account): string[] => {
  account.values.untracked ??= []
  return account.values.untracked as string[]
}
export const stopTracking = (account: Account, table: string): void => void untracked(account).push(table)

/** Pages go by the version of the records; the last says from where the next list of changes begins. */
function changesPage(
  account: Account,
  table: Table,
  { query, url, now, size, shape }: { query: URLSearchParams; url: string; now: number; size: number; shape: Shape },
): Fields {
  if (untracked(account).includes(table.name))
    throw refused(400, '0x80060888', `Change tracking isn't enabled for the entity ${table.name}.`)
  for (const name of ['$filter', '$orderby', '$top', '$expand'])
    if (query.has(name)) throw badRequest(`${name} cannot be used with change tracking.`)
  const token = query.get('$deltatoken')
  const skip = query.get('$skiptoken')
  const [, since = '0', at = String(now)] = /^(\d+)!(\d+)$/.exec(token ?? '') ?? []
  const [, last = since, initial = String(token === null)] = /^(\d+)!(true|false)$/.exec(skip ?? '') ?? []
  if (now - Number(at) > tokenLifeMs)
    throw refused(
      400,
      '0x80044352',
      'Version stamp associated with the client has expired. Please perform a full sync.',
    )
  const all = recordsOf(account, table.name)
    .list({ deleted: initial === 'true' ? undefined : 'also', where: ({ version }) => version > Number(last) })
    .toSorted((left, right) => left.version - right.version)
  const page = all.slice(0, size)
  const context = `https://sandbox.crm.dynamics.com/api/data/v9.2/$metadata#${table.set}`
  const next = page.at(-1)?.version ?? Number(last)
  return {
    '@odata.context': `${context}/$delta`,
    ...(all.length > size
      ? { '@odata.nextLink': linkWith(url, '$skiptoken', `${next}!${initial}`) }
      : { '@odata.deltaLink': linkWith(url, '$deltatoken', `${account.version()}!${now}`) }),
    value: page.map((record) =>
      record.deletedAt === undefined
        ? shown(account, table, record, shape, false)
        : { '@odata.context': `${context}/$deletedEntity`, id: record.id, reason: 'deleted' },
    ),
  }
}

/** The same query with another token. */
function linkWith(url: string, name: string, value: string): string {
  const [place, search = ''] = url.split('?', 2)
  const kept = search.split('&').filter((part) => part !== '' && !/^(\$|%24)(skip|delta)token=/.test(part))
  return `${place}?${[...kept, `${name}=${encodeURIComponent(value)}`].join('&')}`
}
