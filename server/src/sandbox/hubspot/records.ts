import type { Account, Stored } from '../emulator.ts'
import type { Records } from '../records.ts'
import { invalidProperties, type PropertyFault, refused } from './failures.ts'
import {
  defaultProperties,
  type ObjectType,
  objectTypes,
  pipelines,
  propertiesOf,
  requiredProperties,
  timesOf,
} from './properties.ts'

export type Texts = Record<string, string>
export type Data = { properties: Texts; contacts: { id: string; typeId: number }[] }
export type NewAssociation = { to: { id: string }; types: { associationCategory: string; associationTypeId: number }[] }

/** HubSpot's association types with contacts. */
export const contactTypeIds: Partial<Record<ObjectType, number>> = { deals: 3, notes: 202, tasks: 204, meetings: 200 }
const typeNames: Partial<Record<ObjectType, string>> = {
  deals: 'deal_to_contact',
  notes: 'note_to_contact',
  tasks: 'task_to_contact',
  meetings: 'meeting_event_to_contact',
}

export const recordsOf = (account: Account, type: ObjectType): Records<Data> => account.records<Data>(type)

export const isObjectType = (text: string): text is ObjectType => (objectTypes as readonly string[]).includes(text)

export function objectTypeOf(text: string): ObjectType {
  if (isObjectType(text)) return text
  throw refused(400, 'VALIDATION_ERROR', `Unable to infer object type from: ${text}`)
}

/** Values as HubSpot keeps them, or what is wrong with them. */
export function checkProperties(
  account: Account,
  type: ObjectType,
  given: Texts,
  current: Texts = {},
): { values: Texts; faults: PropertyFault[] } {
  const known = new Map(propertiesOf(account, type).map((property) => [property.name, property]))
  const values: Texts = {}
  const faults: PropertyFault[] = []
  const fault = (name: string, code: string, message: string) => void faults.push({ name, code, message })
  for (const [name, value] of Object.entries(given)) {
    const property = known.get(name)
    if (!property) {
      fault(name, 'PROPERTY_DOESNT_EXIST', `Property "${name}" does not exist`)
      continue
    }
    if (property.modificationMetadata.readOnlyValue) {
      fault(name, 'READ_ONLY_VALUE', `"${name}" is a read only property; its value cannot be set.`)
      continue
    }
    values[name] = value
    if (value === '') continue
    if (name === 'email' && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)) {
      fault(name, 'INVALID_EMAIL', `Email address ${value} is invalid`)
    }
    if (name === 'email') values[name] = value.toLowerCase()
    if (property.type === 'number' && !Number.isFinite(Number(value)))
      fault(name, 'INVALID_LONG', `${value} was not a valid number.`)
    if (property.type === 'bool' && value !== 'true' && value !== 'false') {
      fault(name, 'INVALID_BOOLEAN', `${value} was not a valid boolean.`)
    }
    if (property.type === 'datetime') {
      const at = new Date(/^\d+$/.test(value) ? Number(value) : value)
      if (Number.isNaN(at.getTime())) fault(name, 'INVALID_DATE', `${value} was not a valid timestamp.`)
      else values[name] = at.toISOString()
    }
    const allowed = property.options.map((option) => option.value)
    if (allowed.length > 0 && value.split(';').some((one) => !allowed.includes(one))) {
      fault(name, 'INVALID_OPTION', `${value} was not one of the allowed options: [${allowed.join(', ')}]`)
    }
  }
  if (type === 'deals') checkStage({ ...current, ...values }, fault)
  return { values, faults }
}

function checkStage(
  { pipeline = 'default', dealstage = '' }: Texts,
  fault: (name: string, code: string, message: string) => void,
) {
  const found = pipelines.find(({ id }) => id === pipeline)
  if (!found) return fault('pipeline', 'INVALID_OPTION', `${pipeline} was not one of the allowed options`)
  if (dealstage !== '' && !found.stages.some(([id]) => id === dealstage)) {
    fault('dealstage', 'INVALID_OPTION', `${dealstage} was not one of the allowed options of the pipeline ${pipeline}`)
  }
}

const existing = (account: Account, email: string | undefined, except?: string): Stored<Data> | undefined =>
  email
    ? recordsOf(account, 'contacts').find(({ id, data }) => id !== except && data.properties.email === email)
    : undefined

/** The record by its id or by its address. */
export function findRecord(
  account: Account,
  type: ObjectType,
  id: string,
  idProperty?: string,
): Stored<Data> | undefined {
  if (idProperty === undefined || idProperty === 'hs_object_id') return recordsOf(account, type).get(id)
  if (type === 'contacts' && idProperty === 'email') return existing(account, id.toLowerCase())
  throw refused(400, 'VALIDATION_ERROR', `${idProperty} is not a unique property of ${type}`)
}

export function createRecord(
  account: Account,
  type: ObjectType,
  properties: Texts,
  associations: readonly NewAssociation[] = [],
): Stored<Data> {
  const { values, faults } = checkProperties(account, type, properties)
  for (const name of requiredProperties[type]) {
    if (!values[name]) faults.push({ name, code: 'REQUIRED_FIELD', message: `${name} is required` })
  }
  if (faults.length > 0) throw invalidProperties(faults)
  const twin = type === 'contacts' ? existing(account, values.email) : undefined
  if (twin) throw refused(409, 'CONFLICT', `Contact already exists. Existing ID: ${twin.id}`)
  const contacts = associations.flatMap((association) => contactOf(account, type, association))
  if (type === 'deals') values.pipeline ??= 'default'
  return recordsOf(account, type).create({ properties: values, contacts })
}

function contactOf(account: Account, type: ObjectType, { to, types }: NewAssociation): Data['contacts'] {
  return types.map(({ associationCategory, associationTypeId }) => {
    if (associationCategory !== 'HUBSPOT_DEFINED' || associationTypeId !== contactTypeIds[type]) {
      throw refused(400, 'VALIDATION_ERROR', `No association type ${associationTypeId} from ${type} exists`)
    }
    if (!recordsOf(account, 'contacts').get(to.id)) {
      throw refused(400, 'VALIDATION_ERROR', `CONTACT=${to.id} is not valid`)
    }
    return { id: to.id, typeId: associationTypeId }
  })
}

export function updateRecord(
  account: Account,
  type: ObjectType,
  record: Stored<Data>,
  properties: Texts,
): Stored<Data> {
  const { values, faults } = checkProperties(account, type, properties, record.data.properties)
  if (faults.length > 0) throw invalidProperties(faults)
  const twin = type === 'contacts' ? existing(account, values.email, record.id) : undefined
  if (twin)
    throw refused(409, 'CONFLICT', `A contact with the email '${values.email}' already exists. Existing ID: ${twin.id}`)
  return recordsOf(account, type).update(record.id, (data) => ({
    ...data,
    properties: { ...data.properties, ...values },
  }))
}

export function associate(account: Account, type: ObjectType, id: string, contactId: string): void {
  const typeId = contactTypeIds[type]
  if (typeId === undefined) throw refused(400, 'VALIDATION_ERROR', `No association from ${type} to contacts exists`)
  recordsOf(account, 'contacts').need(contactId)
  recordsOf(account, type).update(id, (data) => ({
    ...data,
    contacts: [...data.contacts.filter((one) => one.id !== contactId), { id: contactId, typeId }],
  }))
}

/** The value of a property, those that HubSpot fills itself included. */
export function propertyOf(type: ObjectType, record: Stored<Data>, name: string): string | null {
  const { properties } = record.data
  const times = timesOf(type)
  if (name === 'hs_object_id') return record.id
  if (name === times.created) return new Date(record.createdAt).toISOString()
  if (name === times.modified) return new Date(record.updatedAt).toISOString()
  if (name === 'hs_searchable_calculated_phone_number') return searchable(properties.phone)
  if (name === 'hs_searchable_calculated_mobile_number') return searchable(properties.mobilephone)
  if (name === 'hs_is_closed' || name === 'hs_is_closed_won') {
    const stages = pipelines.find(({ id }) => id === properties.pipeline)?.stages ?? []
    const probability = stages.find(([id]) => id === properties.dealstage)?.[2]
    const isClosed = probability === '1.0' || probability === '0.0'
    return String(name === 'hs_is_closed' ? isClosed : probability === '1.0')
  }
  return properties[name] || null
}

/** Digits without the country, for the countries that the sandbox knows. */
function searchable(phone: string | undefined): string | null {
  if (!phone) return null
  const digits = phone.replace(/\D/g, '')
  const national = phone.startsWith('+') ? digits.replace(/^(1|49|44|33)/, '') : digits.replace(/^0+/, '')
  return national || null
}

/** A record as HubSpot shows it: the properties asked for, null where empty, or those shown unasked. */
export function show(
  type: ObjectType,
  record: Stored<Data>,
  asked: readonly string[] = [],
  options: { associations?: readonly string[]; only?: readonly string[] } = {},
) {
  const names = [
    ...new Set([...(options.only ?? defaultProperties[type]), ...asked, 'hs_object_id', timesOf(type).modified]),
  ]
  const { contacts } = record.data
  const hasContacts = options.associations?.some((name) => /^contacts?$/.test(name)) && contacts.length > 0
  return {
    id: record.id,
    properties: Object.fromEntries(names.map((name) => [name, propertyOf(type, record, name)])),
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
    archived: record.deletedAt !== undefined,
    ...(record.deletedAt === undefined ? {} : { archivedAt: new Date(record.deletedAt).toISOString() }),
    ...(hasContacts
      ? { associations: { contacts: { results: contacts.map(({ id }) => ({ id, type: typeNames[type] ?? '' })) } } }
      : {}),
  }
}

/** What HubSpot answers to a change: what was written, and what it filled itself. */
export const showWritten = (type: ObjectType, record: Stored<Data>, written: Texts) => {
  const shown = show(type, record, [], { only: [timesOf(type).created, ...Object.keys(written)] })
  // HubSpot's specification types what a batch wrote as texts only.
  const texts = Object.entries(shown.properties).map(([name, value]) => [name, value ?? ''])
  return { ...shown, properties: Object.fromEntries(texts) as Texts }
}

export const portalIdOf = (account: string): number =>
  account === 'sandbox'
    ? 4610001
    : 5_000_000 + ([...account].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 900_000, 7) % 900_000)
