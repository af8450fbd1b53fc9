import type { Account } from '../emulator.ts'
import { refused } from './failures.ts'

export type FieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'email'
  | 'phone'
  | 'boolean'
  | 'double'
  | 'date'
  | 'datetime'
  | 'reference'
  | 'picklist'
  | 'base64'
export type FieldShape = {
  type: FieldType
  required?: boolean
  readOnly?: boolean
  /** Too long to be searched by, as Salesforce's long text areas are. */
  unfiltered?: boolean
  externalId?: boolean
  values?: readonly string[]
}
export type ObjectShape = { prefix: string; fields: { [name: string]: FieldShape } }

const text: FieldShape = { type: 'string' }
const person = {
  FirstName: text,
  LastName: { type: 'string', required: true },
  Email: { type: 'email' },
  Phone: { type: 'phone' },
  MobilePhone: { type: 'phone' },
  Title: text,
  Description: { type: 'textarea', unfiltered: true },
  OwnerId: { type: 'reference' },
} as const
const address = (prefix: string) =>
  Object.fromEntries(['Street', 'City', 'State', 'PostalCode', 'Country'].map((name) => [`${prefix}${name}`, text]))

/** The stages of every organisation. */
export const stages = [
  { ApiName: 'Prospecting', MasterLabel: 'Prospecting', IsClosed: false, IsWon: false, SortOrder: 1 },
  { ApiName: 'Proposal', MasterLabel: 'Proposal', IsClosed: false, IsWon: false, SortOrder: 2 },
  { ApiName: 'Closed Won', MasterLabel: 'Closed Won', IsClosed: true, IsWon: true, SortOrder: 3 },
  { ApiName: 'Closed Lost', MasterLabel: 'Closed Lost', IsClosed: true, IsWon: false, SortOrder: 4 },
].map((stage) => ({ ...stage, IsActive: true }))

const objects: { [name: string]: ObjectShape } = {
  Lead: {
    prefix: '00Q',
    fields: {
      ...person,
      ...address(''),
      Company: { type: 'string', required: true },
      Status: { type: 'picklist' },
      LeadSource: { type: 'picklist' },
      AnnualRevenue: { type: 'double' },
      IsConverted: { type: 'boolean', readOnly: true },
    },
  },
  Contact: { prefix: '003', fields: { ...person, ...address('Mailing'), AccountId: { type: 'reference' } } },
  Opportunity: {
    prefix: '006',
    fields: {
      Name: { type: 'string', required: true },
      StageName: { type: 'picklist', required: true, values: stages.map(({ ApiName }) => ApiName) },
      CloseDate: { type: 'date', required: true },
      Amount: { type: 'double' },
      OwnerId: { type: 'reference' },
      IsClosed: { type: 'boolean', readOnly: true },
      IsWon: { type: 'boolean', readOnly: true },
    },
  },
  OpportunityContactRole: {
    prefix: '00K',
    fields: {
      OpportunityId: { type: 'reference', required: true },
      ContactId: { type: 'reference', required: true },
      IsPrimary: { type: 'boolean' },
    },
  },
  OpportunityStage: {
    prefix: '01J',
    fields: {
      ApiName: text,
      MasterLabel: text,
      IsClosed: { type: 'boolean' },
      IsWon: { type: 'boolean' },
      IsActive: { type: 'boolean' },
      SortOrder: { type: 'double' },
    },
  },
  Task: {
    prefix: '00T',
    fields: {
      Subject: text,
      Status: { type: 'picklist', required: true, values: ['Not Started', 'In Progress', 'Completed'] },
      Priority: { type: 'picklist', required: true, values: ['High', 'Normal', 'Low'] },
      WhoId: { type: 'reference' },
      Description: { type: 'textarea', unfiltered: true },
      ActivityDate: { type: 'date' },
      OwnerId: { type: 'reference' },
    },
  },
  Event: {
    prefix: '00U',
    fields: {
      Subject: text,
      StartDateTime: { type: 'datetime', required: true },
      EndDateTime: { type: 'datetime', required: true },
      WhoId: { type: 'reference' },
      Description: { type: 'textarea', unfiltered: true },
      Location: text,
      ShowAs: { type: 'picklist', values: ['Busy', 'OutOfOffice', 'Free'] },
      OwnerId: { type: 'reference' },
    },
  },
  ContentNote: {
    prefix: '069',
    fields: {
      Title: { type: 'string', required: true },
      Content: { type: 'base64' },
      OwnerId: { type: 'reference' },
    },
  },
  ContentDocumentLink: {
    prefix: '06A',
    fields: {
      ContentDocumentId: { type: 'reference', required: true },
      LinkedEntityId: { type: 'reference', required: true },
      ShareType: { type: 'picklist', values: ['V', 'C', 'I'] },
    },
  },
}

const system: { [name: string]: FieldShape } = {
  Id: { type: 'id', readOnly: true },
  CreatedDate: { type: 'datetime', readOnly: true },
  LastModifiedDate: { type: 'datetime', readOnly: true },
  SystemModstamp: { type: 'datetime', readOnly: true },
  IsDeleted: { type: 'boolean', readOnly: true },
}

type CustomFields = { [object: string]: { [name: string]: FieldShape } }
const customOf = (account: Account): CustomFields => {
  account.values.customFields ??= {}
  return account.values.customFields as CustomFields
}

/** An object with the fields of the account. Names are told apart without their case, as Salesforce does. */
export function shapeOf(account: Account, given: string): ObjectShape & { name: string } {
  const name = Object.keys(objects).find((one) => one.toLowerCase() === given.toLowerCase())
  const shape = name === undefined ? undefined : objects[name]
  if (name === undefined || shape === undefined)
    throw refused(404, 'NOT_FOUND', 'The requested resource does not exist')
  return { name, prefix: shape.prefix, fields: { ...system, ...shape.fields, ...customOf(account)[name] } }
}

/** Finds a field by its name, whatever the case. */
export function fieldOf(shape: ObjectShape, given: string): { name: string; field: FieldShape } | undefined {
  const name = Object.keys(shape.fields).find((one) => one.toLowerCase() === given.toLowerCase())
  const field = name === undefined ? undefined : shape.fields[name]
  return name === undefined || field === undefined ? undefined : { name, field }
}

/** Adds a custom field to the account. */
export function addField(account: Account, object: string, name: string, field: FieldShape): void {
  const custom = customOf(account)
  custom[object] = { ...custom[object], [name]: field }
}

/** The object that an id belongs to. */
export const objectOfId = (id: string): string | undefined =>
  Object.keys(objects).find((name) => objects[name]?.prefix === id.slice(0, 3))
