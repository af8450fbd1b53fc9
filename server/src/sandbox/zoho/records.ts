import type { Account, Stored, World } from '../emulator.ts'
import { noSuchId, RowFault } from './failures.ts'
import { duplicateChecks, type FieldShape, fieldsOf } from './modules.ts'

export type Data = { [field: string]: unknown }
export const recordsOf = (account: Account, module: string) => account.records<Data>(module)

const idPrefix = '5545974'
const user = { name: 'Sandbox Owner', id: '5545974000000000501' }
/** Accounts show times in their own zone, to the second. */
export const zoneTime = (at: number): string => `${new Date(at + 7_200_000).toISOString().slice(0, 19)}+02:00`
export const isConverted = ({ data }: Stored<Data>): boolean => data.$converted === true

/** A record as Zoho shows it: these fields, or all. */
export function shown(account: Account, module: string, record: Stored<Data>, names?: readonly string[]): Data {
  const fields = fieldsOf(account, module)
  const { First_Name: first, Last_Name: last } = record.data
  const all: Data = {
    ...Object.fromEntries(Object.keys(fields).map((name) => [name, null])),
    ...Object.fromEntries(
      Object.entries(record.data).map(([name, value]) => [name, withName(account, fields[name], value)]),
    ),
    ...('Full_Name' in fields ? { Full_Name: [first, last].filter(Boolean).join(' ') } : {}),
    ...('Tag' in fields ? { Tag: record.data.Tag ?? [] } : {}),
    Owner: record.data.Owner ?? user,
    Created_Time: zoneTime(record.createdAt),
    Modified_Time: zoneTime(record.updatedAt),
  }
  const own = Object.entries(all).filter(([name]) => name.startsWith('$') || (names?.includes(name) ?? true))
  return { ...Object.fromEntries(own), id: record.id }
}

function withName(account: Account, field: FieldShape | undefined, value: unknown): unknown {
  if (field?.type !== 'lookup' || field.of === undefined || field.of === '*') return value
  const { id } = Object(value) as { id?: string }
  const found = id === undefined ? undefined : recordsOf(account, field.of).get(id)
  return found ? { name: nameOf(found.data), id } : value
}

export const nameOf = (data: Data): string =>
  String(
    data.Account_Name && typeof data.Account_Name === 'string'
      ? data.Account_Name
      : (data.Deal_Name ??
          data.Event_Title ??
          data.Subject ??
          [data.First_Name, data.Last_Name].filter(Boolean).join(' ')),
  )

/** What was written of one row, as Zoho tells it. */
export const saved = (message: string, record: Stored<Data>, more: object = {}) => ({
  code: 'SUCCESS',
  ...more,
  details: {
    Modified_Time: zoneTime(record.updatedAt),
    Modified_By: user,
    Created_Time: zoneTime(record.createdAt),
    id: record.id,
    Created_By: user,
  },
  message,
  status: 'success',
})

/** Creates a record. @throws RowFault */
export function createRecord(world: World, account: Account, module: string, given: Data): Stored<Data> {
  const data = checked(account, module, given)
  const fields = fieldsOf(account, module)
  for (const [name, { required }] of Object.entries(fields))
    if (required && isEmpty(data[name]))
      throw new RowFault('MANDATORY_NOT_FOUND', 'required field not found', { api_name: name })
  checkWhole(account, module, data)
  return recordsOf(account, module).create(data, `${idPrefix}${world.nextId(module).padStart(12, '0')}`)
}

/** Changes a record. @throws RowFault */
export function updateRecord(account: Account, module: string, id: string, given: Data): Stored<Data> {
  const records = recordsOf(account, module)
  const found = records.get(id)
  if (!found) throw noSuchId()
  if (isConverted(found)) throw new RowFault('CONVERTED_RECORD', 'the record is converted', { api_name: 'id' })
  const changes = checked(account, module, given)
  for (const [name, { required }] of Object.entries(fieldsOf(account, module)))
    if (required && name in changes && isEmpty(changes[name]))
      throw new RowFault('MANDATORY_NOT_FOUND', 'required field not found', { api_name: name })
  checkWhole(account, module, { ...found.data, ...changes }, id)
  return records.update(id, changes)
}

/** Inserts or updates by the first of these fields that another record has. @throws RowFault */
export function upsertRecord(world: World, account: Account, module: string, checks: readonly string[], given: Data) {
  const live = (record: Stored<Data>) => !isConverted(record)
  for (const field of checks) {
    const value = given[field]
    if (isEmpty(value)) continue
    const same = recordsOf(account, module).find((record) => live(record) && isSame(record.data[field], value))
    if (!same) continue
    const record = updateRecord(account, module, same.id, given)
    return saved('record updated', record, { duplicate_field: field, action: 'update' })
  }
  const record = createRecord(world, account, module, given)
  return saved('record added', record, { duplicate_field: null, action: 'insert' })
}

/** Whether an account may recognise records by this field. */
export const canCheck = (account: Account, module: string, field: string): boolean =>
  duplicateChecks[module] === field || fieldsOf(account, module)[field]?.unique === true

const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === ''
const isSame = (left: unknown, right: unknown): boolean => String(left).toLowerCase() === String(right).toLowerCase()

function checkWhole(account: Account, module: string, data: Data, id?: string): void {
  if (module === 'Events' && Date.parse(String(data.End_DateTime)) < Date.parse(String(data.Start_DateTime)))
    throw new RowFault('INVALID_DATA', 'invalid data', { api_name: 'End_DateTime' })
  for (const [name, { unique }] of Object.entries(fieldsOf(account, module))) {
    if (!unique || isEmpty(data[name])) continue
    const twin = recordsOf(account, module).find((other) => other.id !== id && isSame(other.data[name], data[name]))
    if (twin) throw new RowFault('DUPLICATE_DATA', 'duplicate data', { api_name: name, id: twin.id })
  }
}

/** System values that a row may bear. */
const systemKeys = new Set(['$send_notification', '$se_module'])

function checked(account: Account, module: string, given: Data): Data {
  const fields = fieldsOf(account, module)
  for (const [name, value] of Object.entries(given)) {
    if (systemKeys.has(name)) continue
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined || field.readOnly) throw new RowFault('INVALID_DATA', 'unknown field', { api_name: name })
    if (value !== null) checkValue(account, name, field, value, given.$se_module)
  }
  return given
}

const patterns: Partial<Record<FieldShape['type'], RegExp>> = {
  email: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  phone: /^[+(\d][\d\s().+-]*$/,
  date: /^\d{4}-\d{2}-\d{2}$/,
  datetime: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/,
}

function checkValue(account: Account, api_name: string, field: FieldShape, value: unknown, related: unknown): void {
  const { type, length, values } = field
  const wrong = (expected_data_type: string = type) =>
    new RowFault('INVALID_DATA', 'invalid data', { api_name, expected_data_type })
  switch (type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong()
      return
    case 'currency':
    case 'double':
      if (typeof value !== 'number') throw wrong('double')
      return
    case 'multiselectpicklist':
      if (!Array.isArray(value)) throw wrong('jsonarray')
      return
    case 'tags':
      if (!Array.isArray(value) || !value.every((tag) => typeof Object(tag).name === 'string')) throw wrong('jsonarray')
      return
    case 'participants':
      if (!Array.isArray(value) || !value.every(isParticipant)) throw wrong('jsonarray')
      return
    case 'ownerlookup':
      if (typeof Object(value).id !== 'string') throw wrong('jsonobject')
      return
    case 'parent': {
      const { module, id } = Object(value) as { module?: { api_name?: string }; id?: string }
      mustBeThere(account, api_name, module?.api_name ?? '', id)
      return
    }
    case 'lookup':
      mustBeThere(account, api_name, field.of === '*' ? String(related) : (field.of ?? ''), Object(value).id)
      return
    default: {
      if (typeof value !== 'string' || !(patterns[type]?.test(value) ?? true)) throw wrong()
      if (values && !values.includes(value)) throw wrong()
      if (length !== undefined && value.length > length)
        throw new RowFault('INVALID_DATA', 'invalid data', { api_name, maximum_length: length })
    }
  }
}

const isParticipant = (one: unknown): boolean => {
  const { type, participant, ...rest } = Object(one) as Data
  return (
    ['email', 'contact', 'lead', 'user'].includes(String(type)) &&
    typeof participant === 'string' &&
    Object.keys(rest).length === 0
  )
}

function mustBeThere(account: Account, api_name: string, module: string, id: unknown): void {
  const isKnown = typeof id === 'string' && module in duplicateChecks && recordsOf(account, module).get(id)
  if (!isKnown) throw new RowFault('INVALID_DATA', 'the related id given seems to be invalid', { api_name })
}
