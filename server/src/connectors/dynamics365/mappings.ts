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
import { ownedBy, type Settings } from './settings.ts'
import type { Appointment, DynamicsLead, Opportunity, Person, Row } from './types.ts'

export const contact = mapping<Contact, Person>({
  externalId: 'contactid',
  firstName: 'firstname',
  lastName: 'lastname',
  name: readOnly('fullname'),
  email: 'emailaddress1',
  phone: 'telephone1',
  createdAt: date('createdon'),
  updatedAt: date('modifiedon'),
})

export const lead = mapping<Lead, DynamicsLead>({
  externalId: 'leadid',
  title: 'subject',
  contactId: readOnly('_parentcontactid_value'),
  amountMinor: minor('estimatedamount', 'transactioncurrencyid.isocurrencycode'),
  currency: readOnly('transactioncurrencyid.isocurrencycode'),
  status: readOnly(field('statecode', { read: (state: number): string | undefined => leadStates[state] })),
  createdAt: date('createdon'),
  updatedAt: date('modifiedon'),
})
const leadStates = ['open', 'qualified', 'disqualified']

export const deal = mapping<Deal, Opportunity>({
  externalId: 'opportunityid',
  title: 'name',
  contactId: readOnly('_parentcontactid_value'),
  amountMinor: minor('estimatedvalue', 'transactioncurrencyid.isocurrencycode'),
  currency: readOnly('transactioncurrencyid.isocurrencycode'),
  closesAt: day('estimatedclosedate'),
  // Opportunities are won and lost by actions.
  status: readOnly(field('statecode', { read: (state: number): Deal['status'] => dealStates[state] })),
  createdAt: date('createdon'),
  updatedAt: date('modifiedon'),
})
const dealStates = ['open', 'won', 'lost'] as const

/** Free and tentative appointments are open ones; cancelled is a state of its own. */
export const tentative = 2
export const cancelled = 2

export const meeting = mapping<CalendarEvent, Appointment>({
  externalId: 'activityid',
  title: 'subject',
  startsAt: date('scheduledstart'),
  endsAt: date('scheduledend'),
  location: 'location',
  contactId: readOnly('_regardingobjectid_value'),
  status: readOnly(
    field('statecode', {
      read: (state: number, record): CalendarEvent['status'] => {
        if (state === cancelled) return 'cancelled'
        return state === 0 && (record as Appointment).statuscode === tentative ? 'tentative' : 'confirmed'
      },
    }),
  ),
  createdAt: date('createdon'),
  updatedAt: date('modifiedon'),
})

const addressColumns: Record<string, string> = {
  street: 'address1_line1',
  city: 'address1_city',
  state: 'address1_stateorprovince',
  postalCode: 'address1_postalcode',
  country: 'address1_country',
}

/** The columns of a contact to ask for. */
export function personColumns({ field_mappings: map = {} }: Settings): string {
  const own = ['contactid', 'firstname', 'lastname', 'fullname', 'emailaddress1', 'telephone1', 'mobilephone']
  const times = ['createdon', 'modifiedon']
  return [...new Set([...own, ...Object.values(addressColumns), ...times, ...Object.values(map)])].join(',')
}

/** A person in our words. */
export function readContact(record: Row, settings: Settings): Contact {
  const { tags: tagsColumn, company: companyColumn, ...custom } = settings.field_mappings ?? {}
  const ours = contact.read(record as Person)
  if (ours.phone === undefined && typeof record.mobilephone === 'string') ours.phone = record.mobilephone
  const parts = Object.entries(addressColumns).flatMap(([name, column]) =>
    record[column] ? [[name, record[column]] as const] : [],
  )
  if (parts.length > 0) ours.address = Object.fromEntries(parts)
  const [company, tags] = [companyColumn, tagsColumn].map((column) =>
    column === undefined ? undefined : record[column],
  )
  if (typeof company === 'string' && company !== '') ours.company = company
  if (typeof tags === 'string' && tags !== '') ours.tags = tags.split(';')
  const found = Object.entries(custom).flatMap(([name, column]) => {
    const value = record[column]
    return value === null || value === undefined ? [] : [[name, value] as const]
  })
  if (found.length > 0) ours.customFields = Object.fromEntries(found)
  return ours
}

/** What to write of a person. A whole name becomes first and last name where neither is given. */
export function personRecord(input: New<Contact> | Changes<Contact>, settings: Settings): Row {
  const { tags: tagsColumn, company: companyColumn, ...custom } = settings.field_mappings ?? {}
  const given = { ...input }
  if (typeof given.name === 'string' && given.firstName === undefined && given.lastName === undefined) {
    const [, first, last = ''] = /^(?:(.*)\s+)?(\S+)$/s.exec(given.name.trim()) ?? []
    Object.assign(given, { firstName: first, lastName: last })
  }
  const record: Row = { ...contact.write(given) }
  if (given.address !== undefined) {
    for (const [name, column] of Object.entries(addressColumns)) {
      const part = given.address === null ? null : given.address[name as keyof typeof given.address]
      if (part !== undefined) record[column] = part
    }
  }
  if (companyColumn !== undefined && given.company !== undefined) record[companyColumn] = given.company
  if (tagsColumn !== undefined && given.tags !== undefined) record[tagsColumn] = given.tags?.join(';') ?? null
  for (const [name, value] of Object.entries(given.customFields ?? {})) {
    const column = Object.hasOwn(custom, name) ? custom[name] : undefined
    if (column !== undefined && value !== undefined) record[column] = value
  }
  return record
}

/** As `personRecord`, with what new people need to be seen in a list. */
export function newPersonRecord(input: New<Contact>, settings: Settings): Row {
  const record = personRecord(input, settings)
  const lastname = record.lastname || input.email || input.phone || 'Unknown'
  return { ...record, lastname, ...ownedBy(settings) }
}
