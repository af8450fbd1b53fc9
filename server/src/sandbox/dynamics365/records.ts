import { randomUUID } from 'node:crypto'
import type { Account, Stored } from '../emulator.ts'
import { badRequest, refused } from './failures.ts'
import { baseCurrency, type Fields, fixedRecords, userId } from './fixed.ts'
import { type Column, propertyOf, type Table, tableNamed, tableOfSet } from './tables.ts'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
export const recordsOf = (account: Account, table: string) => account.records<Fields>(table)
export const etagOf = ({ version }: Stored<Fields>): string => `W/"${version}"`

/** Every record of a table, those that no environment lacks among them. */
export function allOf(account: Account, table: string): Stored<Fields>[] {
  const given = fixedRecords(table).map((one) => ({ ...one, createdAt: 0, updatedAt: 0, version: 0 }))
  return [...given, ...recordsOf(account, table).list()]
}

/** @throws the refusal for a record that is not there */
export function needRecord(account: Account, table: string, id: string): Stored<Fields> {
  const found = guid.test(id) ? allOf(account, table).find((one) => one.id === id.toLowerCase()) : undefined
  if (found) return found
  if (!guid.test(id)) throw badRequest(`The key '${id}' is no GUID, and no alternate key.`)
  throw refused(404, '0x80040217', `Entity '${table}' With Id = ${id} Does Not Exist`)
}

/** A record with all its columns, null where they are empty. */
export function wholeRecord(table: Table, record: Stored<Fields>): Fields {
  const empty = Object.fromEntries(
    Object.entries(table.columns).map(([name, { type }]) => [type === 'Lookup' ? propertyOf(name) : name, null]),
  )
  const time = (at: number) => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')
  return {
    ...empty,
    ...record.data,
    [table.key]: record.id,
    createdon: time(record.createdAt),
    modifiedon: time(record.updatedAt),
  }
}

export function createRecord(account: Account, table: Table, given: Fields): Stored<Fields> {
  const { [table.key]: wanted = randomUUID(), ...rest } = given
  if (typeof wanted !== 'string' || !guid.test(wanted)) throw invalidValue(table, table.key)
  const id = wanted.toLowerCase()
  if (recordsOf(account, table.name).get(id))
    throw refused(412, '0x80040237', 'A record with matching key values already exists.')
  if ('statecode' in rest) throw badRequest(`The state of a ${table.name} cannot be set when it is made.`)
  const values = checked(account, table, rest)
  for (const [name, { required, type }] of Object.entries(table.columns))
    if (required && (values[type === 'Lookup' ? propertyOf(name) : name] ?? null) === null)
      throw refused(400, '0x80040200', `Required field '${name}' is missing`)
  const defaults = { ...usualState(table), ...ownFields(table) }
  const data = named(table, { ...defaults, ...values })
  checkKeys(account, table, data)
  checkTimes(data)
  return recordsOf(account, table.name).create(data, id)
}

export function updateRecord(
  account: Account,
  table: Table,
  id: string,
  given: Fields,
  { byAction = false }: { byAction?: boolean } = {},
): Stored<Fields> {
  const present = needRecord(account, table.name, id)
  const { [table.key]: key = present.id, ...rest } = given
  if (key !== present.id) throw badRequest('The primary key cannot be changed.')
  const values = checked(account, table, rest)
  if (!byAction) checkStateChange(table, present.data, values)
  const reason = reasonFor(table, values)
  const data = named(table, { ...present.data, ...values, ...reason })
  checkKeys(account, table, data, present.id)
  checkTimes(data)
  return recordsOf(account, table.name).update(present.id, () => data)
}

const usualState = ({ states }: Table): Fields => {
  const [state, first] = Object.entries(states ?? {})[0] ?? []
  return first === undefined ? {} : { statecode: Number(state), statuscode: Number(Object.keys(first.reasons)[0]) }
}
const ownFields = ({ columns }: Table): Fields => ({
  ...('ownerid' in columns ? { _ownerid_value: userId } : {}),
  ...('transactioncurrencyid' in columns ? { _transactioncurrencyid_value: baseCurrency } : {}),
})

const named = ({ columns }: Table, data: Fields): Fields =>
  'fullname' in columns && columns.fullname?.readOnly
    ? { ...data, fullname: [data.firstname, data.lastname].filter(Boolean).join(' ') }
    : data

/** A state that comes without a reason gets the usual one; one that does not have the reason is refused. */
function reasonFor({ states, name }: Table, { statecode, statuscode }: Fields): Fields {
  if (statecode === undefined) return {}
  const state = states?.[Number(statecode)]
  if (!state) throw badRequest(`${String(statecode)} is not a valid state code on ${name}.`)
  if (statuscode === undefined) return { statuscode: Number(Object.keys(state.reasons)[0]) }
  if (!(String(statuscode) in state.reasons))
    throw refused(400, '0x80048408', `${String(statuscode)} is not a valid status code for state code ${name}State.`)
  return {}
}

/** What is closed is closed: leads are qualified and opportunities won by actions, and change no more until they are opened. */
function checkStateChange({ name }: Table, { statecode: before }: Fields, values: Fields): void {
  const { statecode: after } = values
  const closing = name === 'opportunity' ? [1, 2] : name === 'lead' ? [1] : []
  if (after !== before && closing.includes(Number(after)))
    throw refused(
      400,
      '0x80048d21',
      `The state of a ${name} cannot be set to ${String(after)} by an update; use its action.`,
    )
  if (!['opportunity', 'lead'].includes(name) || before === 0 || after === 0) return
  throw refused(400, '0x80040203', `This ${name} is closed; it must be reopened before it is changed.`)
}

function checkTimes({ scheduledstart: start, scheduledend: end }: Fields): void {
  if (typeof start === 'string' && typeof end === 'string' && end < start)
    throw refused(400, '0x80040203', 'The start date of an activity cannot be later than its end date.')
}

const invalidValue = ({ name }: Table, column: string) =>
  refused(
    400,
    '0x80048d19',
    `Error identified in Payload provided by the user for Entity :'${name}': the value of '${column}' is not valid.`,
  )

/** @throws the refusal for what Dataverse does not take; answers the values by the names of their columns */
function checked(account: Account, table: Table, given: Fields): Fields {
  const values: Fields = {}
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith('@odata.')) continue
    if (name.endsWith('@odata.bind')) {
      const [column, target] = bound(account, table, name.slice(0, -'@odata.bind'.length), value)
      values[propertyOf(column)] = target
      continue
    }
    if (name === table.parties) {
      values[name] = parties(account, table, value)
      continue
    }
    const column = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined
    if (!column || column.type === 'Lookup')
      throw refused(
        400,
        '0x80048d19',
        `Error identified in Payload provided by the user for Entity :'${table.name}': Invalid property '${name}' was found.`,
      )
    // Dataverse passes over what it fills itself.
    if (column.readOnly) continue
    values[name] = value === null ? null : valueIn(table, name, column, value)
  }
  return values
}

function valueIn(table: Table, name: string, column: Column, value: unknown): unknown {
  const wrong = () => invalidValue(table, name)
  switch (column.type) {
    case 'Boolean':
      if (typeof value !== 'boolean') throw wrong()
      return value
    case 'Integer':
    case 'Picklist':
    case 'State':
    case 'Status':
      if (!Number.isInteger(value)) throw wrong()
      if (column.options && !(String(value) in column.options))
        throw refused(
          400,
          '0x80044331',
          `A validation error occurred. The value ${String(value)} of '${name}' is outside the valid range.`,
        )
      return value
    case 'Money':
    case 'Double':
      if (typeof value !== 'number') throw wrong()
      return value
    case 'DateTime': {
      if (
        typeof value !== 'string' ||
        !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(value)
      )
        throw wrong()
      // Dataverse keeps whole seconds.
      return new Date(value).toISOString().replace(/\.\d{3}Z$/, 'Z')
    }
    case 'Date':
      if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) throw wrong()
      return value
    default:
      if (typeof value !== 'string') throw wrong()
      if (value.length > (column.length ?? 100))
        throw refused(
          400,
          '0x80044331',
          `A validation error occurred. The length of the '${name}' attribute of the '${table.name}' entity exceeded the maximum allowed length of '${column.length ?? 100}'.`,
        )
      return value === '' ? null : value
  }
}

/** `"parentcontactid@odata.bind": "/contacts(…)"` */
function bound(account: Account, table: Table, navigation: string, value: unknown): [string, string | null] {
  const [column, { targets = {} }] = Object.entries(table.columns).find(
    ([, { targets: some }]) => some && Object.hasOwn(some, navigation),
  ) ?? ['', { targets: undefined }]
  if (column === '')
    throw badRequest(
      `An undeclared property '${navigation}' which only has property annotations in the payload but no property value was found.`,
    )
  if (value === null) return [column, null]
  const [, set = '', id = ''] = /^\/?(\w+)\(([^()]+)\)$/.exec(String(value)) ?? []
  const target = tableOfSet(account, set)
  if (!target || target.name !== targets[navigation]) throw invalidValue(table, navigation)
  return [column, needRecord(account, target.name, id).id]
}

function parties(account: Account, table: Table, given: unknown): Fields[] {
  if (!Array.isArray(given)) throw invalidValue(table, table.parties ?? '')
  return given.map((party) => {
    const {
      participationtypemask: mask,
      'partyid_contact@odata.bind': contact,
      addressused,
      ...rest
    } = Object(party) as Fields
    if (
      !Number.isInteger(mask) ||
      Object.keys(rest).length > 0 ||
      (contact === undefined) === (addressused === undefined)
    )
      throw invalidValue(table, table.parties ?? '')
    if (contact === undefined) return { mask, addressused }
    const [, id = ''] = /^\/contacts\(([^()]+)\)$/.exec(String(contact)) ?? []
    return { mask, contactId: needRecord(account, 'contact', id).id }
  })
}

// Alternate keys ----------------------------------------------------------------------------------------------------

type Keys = { [table: string]: string[] }
const keysOf = (account: Account): Keys => {
  account.values.keys ??= {}
  return account.values.keys as Keys
}

/** Defines an alternate key of one column. */
export function addKey(account: Account, table: string, column: string): void {
  keysOf(account)[table] = [...(keysOf(account)[table] ?? []), column]
}

function checkKeys(account: Account, table: Table, data: Fields, except?: string): void {
  for (const column of keysOf(account)[table.name] ?? []) {
    const value = data[column] ?? null
    if (value !== null && findByKey(account, table, column, String(value), except))
      throw refused(
        412,
        '0x80060892',
        `Entity Key ${column} violated. A record with the same value for ${column} already exists.`,
      )
  }
}

/** @throws the refusal where there is no such key */
export function findByKey(account: Account, table: Table, column: string, value: string, except?: string) {
  if (!(keysOf(account)[table.name] ?? []).includes(column))
    throw badRequest(`The specified key properties are not a key of ${table.name}.`)
  const wanted = value.toLowerCase()
  return recordsOf(account, table.name).find(
    ({ id, data }) => id !== except && String(data[column] ?? '').toLowerCase() === wanted,
  )
}

/** The record that a lookup leads to. */
export function followed(
  account: Account,
  column: Column,
  id: unknown,
): { table: Table; record: Stored<Fields> } | undefined {
  for (const name of Object.values(column.targets ?? {})) {
    const table = tableNamed(account, name)
    const record = table && allOf(account, name).find((one) => one.id === id)
    if (table && record) return { table, record }
  }
  return undefined
}
