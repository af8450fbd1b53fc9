import { type Account, RefusalError, type Stored, type World } from '../emulator.ts'
import type { Records } from '../records.ts'
import { refused } from './failures.ts'
import { fieldOf, objectOfId, shapeOf, stages } from './objects.ts'

export type Fields = { [name: string]: unknown }
export const recordsOf = (account: Account, object: string): Records<Fields> => account.records<Fields>(object)

/** The record as a query sees it: every field, null where empty. */
export function whole(account: Account, object: string, record: Stored<Fields>): Fields {
  const time = (at: number) => new Date(at).toISOString().replace('Z', '+0000')
  const stage = object === 'Opportunity' ? stages.find(({ ApiName }) => ApiName === record.data.StageName) : undefined
  const empty = Object.fromEntries(
    Object.entries(shapeOf(account, object).fields).map(([name, { type }]) => [
      name,
      type === 'boolean' ? false : null,
    ]),
  )
  return {
    ...empty,
    ...record.data,
    ...(stage === undefined ? {} : { IsClosed: stage.IsClosed, IsWon: stage.IsWon }),
    Id: record.id,
    CreatedDate: time(record.createdAt),
    LastModifiedDate: time(record.updatedAt),
    SystemModstamp: time(record.updatedAt),
    IsDeleted: record.deletedAt !== undefined,
  }
}

/** Every record of an object; of stages those that every organisation has. */
export const allOf = (account: Account, object: string, deleted: boolean): Fields[] =>
  object === 'OpportunityStage'
    ? stages.map((stage, at) => ({ Id: `01J00000000000${at}AAA`, ...stage }))
    : recordsOf(account, object)
        .list(deleted ? { deleted: 'also' } : {})
        .map((record) => whole(account, object, record))

/** @throws the refusal for what Salesforce does not take; answers the fields under their own names */
function checked(account: Account, object: string, given: Fields): Fields {
  const shape = shapeOf(account, object)
  const values: Fields = {}
  for (const [name, value] of Object.entries(given)) {
    const found = fieldOf(shape, name)
    if (!found) throw refused(400, 'INVALID_FIELD', `No such column '${name}' on sobject of type ${shape.name}`)
    const { field } = found
    if (field.readOnly)
      throw refused(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', `Unable to create/update fields: ${found.name}.`, [
        found.name,
      ])
    values[found.name] = value === '' ? null : value
    if (value === null || value === '') continue
    const wrong = (code: string, message: string) => refused(400, code, message, [found.name])
    if (field.type === 'boolean' && typeof value !== 'boolean')
      throw wrong('JSON_PARSER_ERROR', 'Cannot deserialize boolean')
    if (field.type === 'double' && typeof value !== 'number')
      throw wrong('JSON_PARSER_ERROR', 'Cannot deserialize double')
    if (field.type === 'boolean' || field.type === 'double') continue
    if (typeof value !== 'string') throw wrong('JSON_PARSER_ERROR', `Cannot deserialize ${field.type}`)
    if (field.type === 'email' && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value))
      throw wrong('INVALID_EMAIL_ADDRESS', `${found.name}: invalid email address: ${value}`)
    if (field.type === 'date' && !/^\d{4}-\d{2}-\d{2}$/.test(value))
      throw wrong('JSON_PARSER_ERROR', 'Cannot deserialize date')
    if (field.type === 'datetime') {
      const at = new Date(value)
      if (Number.isNaN(at.getTime())) throw wrong('JSON_PARSER_ERROR', 'Cannot deserialize datetime')
      values[found.name] = at.toISOString().replace('Z', '+0000')
    }
    if (field.values && !field.values.includes(value))
      throw wrong('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `bad value for restricted picklist field: ${value}`)
    if (field.type === 'reference' && found.name !== 'OwnerId' && found.name !== 'AccountId')
      needReference(account, found.name, value)
  }
  return values
}

function needReference(account: Account, field: string, id: string): void {
  const object = objectOfId(id)
  const target = object === undefined ? undefined : recordsOf(account, object).get(id)
  const fits =
    field === 'ContactId' ? object === 'Contact' : field === 'OpportunityId' ? object === 'Opportunity' : true
  if (!target || !fits) throw refused(400, 'MALFORMED_ID', `${field}: id value of incorrect type: ${id}`, [field])
}

/** Values by which records must be told apart are taken once. */
function checkUnique(account: Account, object: string, values: Fields, except?: string): void {
  for (const [name, field] of Object.entries(shapeOf(account, object).fields)) {
    const value = field.externalId ? values[name] : undefined
    if (value === undefined || value === null) continue
    const twin = recordsOf(account, object).find(({ id, data }) => id !== except && data[name] === value)
    if (twin)
      throw refused(
        400,
        'DUPLICATE_VALUE',
        `duplicate value found: ${name} duplicates value on record with id: ${twin.id}`,
      )
  }
}

export function createRecord(world: World, account: Account, object: string, given: Fields): Stored<Fields> {
  const { name, prefix, fields } = shapeOf(account, object)
  const values = checked(account, name, given)
  const missing = Object.entries(fields)
    .filter(([field, { required }]) => required && !values[field])
    .map(([field]) => field)
  if (missing.length > 0)
    throw refused(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${missing.join(', ')}]`, missing)
  if (name === 'Event' && String(values.EndDateTime) < String(values.StartDateTime))
    throw refused(400, 'FIELD_INTEGRITY_EXCEPTION', 'Event duration cannot be negative', ['EndDateTime'])
  checkUnique(account, name, values)
  return recordsOf(account, name).create(values, `${prefix}${world.nextId(name).padStart(12, '0')}AAA`)
}

export function updateRecord(account: Account, object: string, id: string, given: Fields): Stored<Fields> {
  const { name } = shapeOf(account, object)
  const { data } = needRecord(account, name, id)
  const values = checked(account, name, given)
  for (const [field, { required }] of Object.entries(shapeOf(account, name).fields))
    if (required && values[field] === null)
      throw refused(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${field}]`, [field])
  checkUnique(account, name, { ...data, ...values }, id)
  return recordsOf(account, name).update(id, values)
}

/** By an external id: 200 or 201. */
export function upsertRecord(
  world: World,
  account: Account,
  object: string,
  field: string,
  value: string,
  given: Fields,
) {
  const shape = shapeOf(account, object)
  const found = fieldOf(shape, field)
  if (!found?.field.externalId)
    throw refused(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible')
  if (Object.keys(given).some((name) => name.toLowerCase() === field.toLowerCase()))
    throw refused(400, 'INVALID_FIELD', `The ${found.name} field should not be specified in the sobject data.`)
  const known = recordsOf(account, shape.name).find(({ data }) => data[found.name] === value)
  if (known) return { record: updateRecord(account, shape.name, known.id, given), created: false }
  return { record: createRecord(world, account, shape.name, { ...given, [found.name]: value }), created: true }
}

export function needRecord(account: Account, object: string, id: string): Stored<Fields> {
  const records = recordsOf(account, object)
  const found = records.get(id)
  if (found) return found
  if (records.get(id, { deleted: true })) throw refused(404, 'ENTITY_IS_DELETED', 'entity is deleted')
  throw refused(404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible')
}

/** What was thrown as the errors of one record of a collection. */
export function errorsIn(error: unknown): { statusCode: string; message: string; fields: string[] }[] {
  if (!(error instanceof RefusalError)) throw error
  const faults = error.answer.body as { errorCode: string; message: string; fields?: string[] }[]
  return faults.map(({ errorCode, message, fields = [] }) => ({ statusCode: errorCode, message, fields }))
}
