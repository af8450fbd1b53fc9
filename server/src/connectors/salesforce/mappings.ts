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
  readOnly,
} from '../../kit/index.ts'
import { objectOf, type PersonObject, type Settings } from './settings.ts'
import type { Meeting, Opportunity, Person, SalesforceLead, SObject } from './types.ts'

export const contact = mapping<Contact, Person>({
  externalId: 'Id',
  firstName: 'FirstName',
  lastName: 'LastName',
  email: 'Email',
  phone: 'Phone',
  createdAt: date('CreatedDate'),
  updatedAt: date('SystemModstamp'),
})

/** What a lead is about stands in its description, since a lead of Salesforce is a person. */
export const lead = mapping<Lead, SalesforceLead>({
  externalId: 'Id',
  title: 'Description',
  status: 'Status',
  source: 'LeadSource',
  createdAt: date('CreatedDate'),
  updatedAt: date('SystemModstamp'),
})

export const deal = mapping<Deal, Opportunity>({
  externalId: 'Id',
  title: 'Name',
  stageId: 'StageName',
  amountMinor: minor('Amount', 'CurrencyIsoCode'),
  closesAt: day('CloseDate'),
  // Written as the stage that means it.
  status: readOnly(
    field('IsClosed', {
      read: (isClosed: boolean, record): Deal['status'] =>
        isClosed ? ((record as Opportunity).IsWon ? 'won' : 'lost') : 'open',
    }),
  ),
  createdAt: date('CreatedDate'),
  updatedAt: date('SystemModstamp'),
})

export const meeting = mapping<CalendarEvent, Meeting>({
  externalId: 'Id',
  title: 'Subject',
  startsAt: date('StartDateTime'),
  endsAt: date('EndDateTime'),
  location: 'Location',
  contactId: 'WhoId',
  status: field('ShowAs', {
    read: (showAs: string): CalendarEvent['status'] => (showAs === 'Free' ? 'tentative' : 'confirmed'),
    write: (status: NonNullable<CalendarEvent['status']>) => (status === 'tentative' ? 'Free' : 'Busy'),
  }),
  createdAt: date('CreatedDate'),
  updatedAt: date('SystemModstamp'),
})

const addressFields: { [name in PersonObject]: Record<string, string> } = {
  Lead: { street: 'Street', city: 'City', state: 'State', postalCode: 'PostalCode', country: 'Country' },
  Contact: {
    street: 'MailingStreet',
    city: 'MailingCity',
    state: 'MailingState',
    postalCode: 'MailingPostalCode',
    country: 'MailingCountry',
  },
}

/** The fields to ask for. */
export const personFields = (settings: Settings): string[] => {
  const object = objectOf(settings)
  const { field_mappings: map = {} } = settings
  const own = object === 'Lead' ? ['Company'] : []
  const times = ['CreatedDate', 'SystemModstamp']
  const common = ['Id', 'FirstName', 'LastName', 'Email', 'Phone', 'MobilePhone']
  return [...new Set([...common, ...own, ...Object.values(addressFields[object]), ...times, ...Object.values(map)])]
}

export const opportunityFields = 'Id, Name, StageName, Amount, CloseDate, IsClosed, IsWon, CreatedDate, SystemModstamp'
export const meetingFields =
  'Id, Subject, StartDateTime, EndDateTime, Description, Location, WhoId, ShowAs, CreatedDate, SystemModstamp'

/** A person in our words. */
export function readContact(record: SObject, settings: Settings): Contact {
  const { tags: tagsField, company: companyField, ...custom } = settings.field_mappings ?? {}
  const ours = contact.read(record)
  const parts = Object.entries(addressFields[objectOf(settings)]).flatMap(([name, theirs]) =>
    record[theirs] ? [[name, record[theirs]] as const] : [],
  )
  if (parts.length > 0) ours.address = Object.fromEntries(parts)
  const company = record[companyField ?? 'Company']
  if (typeof company === 'string' && company !== settings.default_company) ours.company = company
  const tags = tagsField === undefined ? undefined : record[tagsField]
  if (typeof tags === 'string' && tags !== '') ours.tags = tags.split(';')
  const found = Object.entries(custom).flatMap(([name, theirs]) => {
    const value = record[theirs]
    return value === null || value === undefined ? [] : [[name, value] as const]
  })
  if (found.length > 0) ours.customFields = Object.fromEntries(found)
  return ours
}

/** What to write of a person. A whole name becomes first and last name where neither is given. */
export function personRecord(input: New<Contact> | Changes<Contact>, settings: Settings): Record<string, unknown> {
  const { tags: tagsField, company: companyField, ...custom } = settings.field_mappings ?? {}
  const object = objectOf(settings)
  const given = { ...input }
  if (typeof given.name === 'string' && given.firstName === undefined && given.lastName === undefined) {
    const [, first, last = ''] = /^(?:(.*)\s+)?(\S+)$/s.exec(given.name.trim()) ?? []
    Object.assign(given, { firstName: first, lastName: last })
  }
  const record: Record<string, unknown> = { ...contact.write(given) }
  if (given.address !== undefined) {
    for (const [name, theirs] of Object.entries(addressFields[object])) {
      const part = given.address === null ? null : given.address[name as keyof typeof given.address]
      if (part !== undefined) record[theirs] = part
    }
  }
  const company = companyField ?? (object === 'Lead' ? 'Company' : undefined)
  if (company !== undefined && given.company !== undefined) record[company] = given.company
  if (tagsField !== undefined && given.tags !== undefined) record[tagsField] = given.tags?.join(';') ?? null
  for (const [name, value] of Object.entries(given.customFields ?? {})) {
    const theirs = Object.hasOwn(custom, name) ? custom[name] : undefined
    if (theirs !== undefined && value !== undefined) record[theirs] = value
  }
  return record
}

/** As `personRecord`, with what Salesforce asks of new people. */
export function newPersonRecord(input: New<Contact>, settings: Settings): Record<string, unknown> {
  const { email, phone } = input
  const record = personRecord(input, settings)
  const company = objectOf(settings) === 'Lead' ? { Company: settings.default_company ?? '[not provided]' } : {}
  const owner = settings.owner === undefined ? {} : { OwnerId: settings.owner }
  return { ...company, ...owner, ...record, LastName: record.LastName || email || phone || 'Unknown' }
}
