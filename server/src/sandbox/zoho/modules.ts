import type { Account } from '../emulator.ts'
import { refused } from './failures.ts'

export type FieldShape = {
  type:
    | 'text'
    | 'textarea'
    | 'email'
    | 'phone'
    | 'picklist'
    | 'multiselectpicklist'
    | 'currency'
    | 'double'
    | 'boolean'
    | 'date'
    | 'datetime'
    | 'lookup'
    | 'ownerlookup'
    | 'tags'
    | 'participants'
    | 'parent'
  required?: boolean
  readOnly?: boolean
  unique?: boolean
  /** The module that a lookup leads to; `*` where `$se_module` says it. */
  of?: string
  /** Only these are taken, where they are given. */
  values?: readonly string[]
  length?: number
}
export type Fields = { [field: string]: FieldShape }

/** The stages of every account, with what they mean. */
export const stages = [
  { name: 'Qualification', type: 'Open', probability: 10 },
  { name: 'Proposal/Price Quote', type: 'Open', probability: 75 },
  { name: 'Closed Won', type: 'Closed Won', probability: 100 },
  { name: 'Closed Lost', type: 'Closed Lost', probability: 0 },
] as const
export const pipelineName = 'Standard (Standard)'

const text: FieldShape = { type: 'text', length: 255 }
const long: FieldShape = { type: 'textarea', length: 32_000 }
const address = (names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [name, text]))
const person: Fields = {
  First_Name: { type: 'text', length: 40 },
  Last_Name: { type: 'text', length: 80, required: true },
  Full_Name: { type: 'text', readOnly: true },
  Email: { type: 'email', unique: false },
  Secondary_Email: { type: 'email' },
  Phone: { type: 'phone', length: 30 },
  Mobile: { type: 'phone', length: 30 },
  Tag: { type: 'tags' },
  Description: long,
}
const system: Fields = {
  id: { type: 'text', readOnly: true },
  Created_Time: { type: 'datetime', readOnly: true },
  Modified_Time: { type: 'datetime', readOnly: true },
  Owner: { type: 'ownerlookup' },
}

const modules: { [module: string]: Fields } = {
  Contacts: {
    ...person,
    ...address(['Mailing_Street', 'Mailing_City', 'Mailing_State', 'Mailing_Zip', 'Mailing_Country']),
    Account_Name: { type: 'lookup', of: 'Accounts' },
  },
  Leads: {
    ...person,
    ...address(['Street', 'City', 'State', 'Zip_Code', 'Country']),
    Company: { type: 'text', length: 200, required: true },
    Lead_Status: { type: 'picklist' },
    Lead_Source: { type: 'picklist' },
    Annual_Revenue: { type: 'currency' },
  },
  Accounts: { Account_Name: { type: 'text', length: 200, required: true } },
  Deals: {
    Deal_Name: { type: 'text', length: 120, required: true },
    Stage: { type: 'picklist', required: true, values: stages.map(({ name }) => name) },
    Pipeline: { type: 'picklist', values: [pipelineName] },
    Amount: { type: 'currency' },
    Currency: { type: 'text', length: 3 },
    Closing_Date: { type: 'date' },
    Contact_Name: { type: 'lookup', of: 'Contacts' },
    Account_Name: { type: 'lookup', of: 'Accounts' },
  },
  Notes: {
    Note_Title: { type: 'text', length: 120 },
    Note_Content: { ...long, required: true },
    Parent_Id: { type: 'parent', required: true },
  },
  Tasks: {
    Subject: { type: 'text', length: 255, required: true },
    Status: { type: 'picklist', values: ['Not Started', 'Deferred', 'In Progress', 'Completed'] },
    Due_Date: { type: 'date' },
    Description: long,
    Who_Id: { type: 'lookup', of: 'Contacts' },
    What_Id: { type: 'lookup', of: '*' },
  },
  Events: {
    Event_Title: { type: 'text', length: 255, required: true },
    Start_DateTime: { type: 'datetime', required: true },
    End_DateTime: { type: 'datetime', required: true },
    Venue: text,
    Description: long,
    Participants: { type: 'participants' },
    Who_Id: { type: 'lookup', of: 'Contacts' },
    What_Id: { type: 'lookup', of: '*' },
  },
}

/** What an account's upserts may recognise records by, besides its own unique fields. */
export const duplicateChecks: { [module: string]: string } = {
  Contacts: 'Email',
  Leads: 'Email',
  Accounts: 'Account_Name',
  Deals: 'Deal_Name',
}

type CustomFields = { [module: string]: Fields }
const customOf = (account: Account): CustomFields => {
  account.values.customFields ??= {}
  return account.values.customFields as CustomFields
}

/** The fields of a module of the account. */
export function fieldsOf(account: Account, module: string): Fields {
  const own = Object.hasOwn(modules, module) ? modules[module] : undefined
  if (own === undefined) throw refused(400, 'INVALID_MODULE', 'the module name given seems to be invalid')
  return { ...system, ...own, ...customOf(account)[module] }
}

/** Adds a custom field to the account. */
export function addField(account: Account, module: string, name: string, field: FieldShape): void {
  const custom = customOf(account)
  custom[module] = { ...custom[module], [name]: field }
}
