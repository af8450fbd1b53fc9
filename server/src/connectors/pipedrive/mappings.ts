import {
  type Changes,
  type Contact,
  choice,
  type Deal,
  date,
  day,
  field,
  type Lead,
  mapping,
  minor,
  type New,
  number,
  primary,
  readOnly,
} from '../../kit/index.ts'
import type { Settings } from './settings.ts'
import type { Person, PipedriveDeal, PipedriveLead, PostalAddress } from './types.ts'

export const contact = mapping<Contact, Person>(
  {
    externalId: number('id'),
    name: 'name',
    // Pipedrive takes the name apart itself.
    firstName: readOnly(field('first_name', { read: (name: string) => name })),
    lastName: readOnly(field('last_name', { read: (name: string) => name })),
    email: primary('emails'),
    phone: primary('phones'),
    // Taken by Pipedrive from a synchronised address book only.
    address: readOnly(field('postal_address', { read: readAddress })),
    createdAt: date('add_time'),
    updatedAt: date('update_time'),
  },
  { custom: 'custom_fields' },
)

export const lead = mapping<Lead, PipedriveLead>({
  externalId: 'id',
  title: 'title',
  contactId: number('person_id'),
  amountMinor: minor('value.amount', 'value.currency'),
  currency: 'value.currency',
  status: field('is_archived', {
    read: (isArchived: boolean) => (isArchived ? 'archived' : 'open'),
    write: (status: string) => status === 'archived',
  }),
  source: readOnly(field('source_name', { read: (name: string) => name })),
  createdAt: date('add_time'),
  updatedAt: date('update_time'),
})

export const deal = mapping<Deal, PipedriveDeal>({
  externalId: number('id'),
  title: 'title',
  contactId: number('person_id'),
  pipelineId: number('pipeline_id'),
  stageId: number('stage_id'),
  amountMinor: minor('value', 'currency'),
  currency: 'currency',
  closesAt: day('expected_close_date'),
  status: choice('status', { open: 'open', won: 'won', lost: 'lost' }),
  createdAt: date('add_time'),
  updatedAt: date('update_time'),
})

function readAddress(address: PostalAddress): Contact['address'] {
  const { value, country, admin_area_level_1: state, locality: city, postal_code: postalCode } = address
  const parts = { street: value, city, state, postalCode, country }
  const known = Object.entries(parts).filter(([, part]) => part !== null && part !== undefined && part !== '')
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** Fields of ours that Pipedrive keeps as custom fields only, where the settings name one. */
const mappable = ['company', 'tags'] as const

/** A person in our words. */
export function readContact(record: Person, { field_mappings: map = {} }: Settings): Contact {
  const { company, tags, ...customMap } = map
  const ours = contact.read(record, customMap)
  const own = (key: string | undefined) => (key === undefined ? undefined : record.custom_fields?.[key])
  const [companyName, tagNames] = [own(company), own(tags)]
  if (typeof companyName === 'string' && companyName !== '') ours.company = companyName
  if (typeof tagNames === 'string' && tagNames !== '') ours.tags = tagNames.split(',').map((tag) => tag.trim())
  return ours
}

/** What to send of a contact, without addresses and phones, of which a person has many. */
export function personFields(input: New<Contact> | Changes<Contact>, { field_mappings: map = {} }: Settings) {
  const { company: _, tags: __, ...customMap } = map
  const { email: ___, phone: ____, ...rest } = input
  const written = contact.write(rest, customMap)
  const own = mappable.flatMap((name) => {
    const [key, value] = [map[name], input[name]]
    if (key === undefined || value === undefined) return []
    return [[key, Array.isArray(value) ? value.join(', ') : value] as const]
  })
  if (own.length === 0) return written
  return { ...written, custom_fields: { ...written.custom_fields, ...Object.fromEntries(own) } }
}
