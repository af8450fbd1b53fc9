import {
  type CalendarEvent,
  type Changes,
  type Contact,
  type Deal,
  date,
  day,
  field,
  type Lead,
  mapping,
  minor,
  type New,
} from '../../kit/index.ts'
import { moduleOf, type PersonModule, type Settings } from './settings.ts'
import type { Lookup, Meeting, Person, Tag, ZohoDeal, ZohoLead, ZohoRecord } from './types.ts'

const recorded = { externalId: 'id', createdAt: date('Created_Time'), updatedAt: date('Modified_Time') } as const
const toLookup = { read: ({ id }: Lookup) => id, write: (id: string) => ({ id }) }
/** Zoho wants the zone as an offset, and no fraction. */
const moment = <const P extends string>(path: P) => ({
  ...date(path),
  write: (ours: Date): string => `${ours.toISOString().slice(0, 19)}+00:00`,
})

export const contact = mapping<Contact, Person>({
  ...recorded,
  firstName: 'First_Name',
  lastName: 'Last_Name',
  email: 'Email',
  phone: 'Phone',
  tags: field('Tag', {
    read: (tags: Tag[]) => tags.map(({ name }) => name),
    write: (names: string[]): Tag[] => names.map((name) => ({ name })),
    empty: [],
  }),
})

/** What a lead is about stands in its description, since a lead of Zoho is a person. */
export const lead = mapping<Lead, ZohoLead>({
  ...recorded,
  title: 'Description',
  status: 'Lead_Status',
  source: 'Lead_Source',
})

export const deal = mapping<Deal, ZohoDeal>({
  ...recorded,
  title: 'Deal_Name',
  pipelineId: 'Pipeline',
  stageId: 'Stage',
  amountMinor: minor('Amount', 'Currency'),
  closesAt: day('Closing_Date'),
  contactId: field('Contact_Name', toLookup),
})

export const meeting = mapping<CalendarEvent, Meeting>({
  ...recorded,
  title: 'Event_Title',
  startsAt: moment('Start_DateTime'),
  endsAt: moment('End_DateTime'),
  location: 'Venue',
  contactId: field('Who_Id', toLookup),
})

const addressFields: { [name in PersonModule]: Record<string, string> } = {
  Contacts: {
    street: 'Mailing_Street',
    city: 'Mailing_City',
    state: 'Mailing_State',
    postalCode: 'Mailing_Zip',
    country: 'Mailing_Country',
  },
  Leads: { street: 'Street', city: 'City', state: 'State', postalCode: 'Zip_Code', country: 'Country' },
}

/** The fields to ask for, of which Zoho takes fifty at most. */
export const personFields = (settings: Settings): string[] => {
  const module = moduleOf(settings)
  const { field_mappings: map = {} } = settings
  const common = ['First_Name', 'Last_Name', 'Email', 'Phone', 'Mobile', 'Tag', 'Created_Time', 'Modified_Time']
  const company = module === 'Leads' ? 'Company' : 'Account_Name'
  return [...new Set([...common, company, ...Object.values(addressFields[module]), ...Object.values(map)])]
}
export const dealFields = [
  'Deal_Name',
  'Pipeline',
  'Stage',
  'Amount',
  'Closing_Date',
  'Contact_Name',
  'Created_Time',
  'Modified_Time',
]
export const meetingFields = [
  'Event_Title',
  'Start_DateTime',
  'End_DateTime',
  'Venue',
  'Description',
  'Participants',
  'Who_Id',
  'Created_Time',
  'Modified_Time',
]

/** A person in our words. */
export function readContact(record: ZohoRecord, settings: Settings): Contact {
  const ours = contact.read(record)
  if (ours.phone === undefined && typeof record.Mobile === 'string' && record.Mobile !== '') ours.phone = record.Mobile
  const parts = Object.entries(addressFields[moduleOf(settings)]).flatMap(([name, theirs]) =>
    record[theirs] ? [[name, record[theirs]] as const] : [],
  )
  if (parts.length > 0) ours.address = Object.fromEntries(parts)
  const company = record.Company ?? (record.Account_Name as Lookup | null | undefined)?.name
  if (typeof company === 'string' && company !== defaultCompany(settings)) ours.company = company
  const found = Object.entries(settings.field_mappings ?? {}).flatMap(([name, theirs]) => {
    const value = record[theirs]
    return value === null || value === undefined ? [] : [[name, value] as const]
  })
  if (found.length > 0) ours.customFields = Object.fromEntries(found)
  return ours
}

/**
 * What to write of a person. A whole name becomes first and last name where neither is given; `accountId` is the account that the company
 * of a contact is.
 */
export function personRecord(
  input: New<Contact> | Changes<Contact>,
  settings: Settings,
  accountId?: string,
): Record<string, unknown> {
  const module = moduleOf(settings)
  const given = { ...input }
  if (typeof given.name === 'string' && given.firstName === undefined && given.lastName === undefined) {
    const [, first, last = ''] = /^(?:(.*)\s+)?(\S+)$/s.exec(given.name.trim()) ?? []
    Object.assign(given, { firstName: first, lastName: last })
  }
  const record: Record<string, unknown> = { ...contact.write(given) }
  if (given.address !== undefined) {
    for (const [name, theirs] of Object.entries(addressFields[module])) {
      const part = given.address === null ? null : given.address[name as keyof typeof given.address]
      if (part !== undefined) record[theirs] = part
    }
  }
  if (given.company !== undefined) {
    if (module === 'Leads') record.Company = given.company
    else record.Account_Name = accountId === undefined ? null : { id: accountId }
  }
  const map = settings.field_mappings ?? {}
  for (const [name, value] of Object.entries(given.customFields ?? {})) {
    const theirs = Object.hasOwn(map, name) ? map[name] : undefined
    if (theirs !== undefined && value !== undefined) record[theirs] = value
  }
  return record
}

/** As `personRecord`, with what Zoho asks of new people. */
export function newPersonRecord(input: New<Contact>, settings: Settings, accountId?: string): Record<string, unknown> {
  const record = personRecord(input, settings, accountId)
  const { email, phone } = input
  const company = moduleOf(settings) === 'Leads' ? { Company: defaultCompany(settings) } : {}
  const owner = settings.owner === undefined ? {} : { Owner: { id: settings.owner } }
  return { ...company, ...owner, ...record, Last_Name: record.Last_Name || email || phone || 'Unknown' }
}

export const defaultCompany = ({ default_company: company = '[not provided]' }: Settings): string => company
