import {
  type CalendarEvent,
  type Changes,
  type Contact,
  type Deal,
  date,
  field,
  fromHtml,
  mapping,
  minorText,
  type New,
  readOnly,
  toHtml,
} from '../../kit/index.ts'
import type { Settings } from './settings.ts'
import type { HubSpotContact, HubSpotDeal, HubSpotMeeting } from './types.ts'

/** HubSpot empties a property by an empty text. */
const options = { empty: '', custom: 'properties' } as const

export const contact = mapping<Contact, HubSpotContact>(
  {
    externalId: 'id',
    email: 'properties.email',
    phone: 'properties.phone',
    firstName: 'properties.firstname',
    lastName: 'properties.lastname',
    company: 'properties.company',
    createdAt: date('createdAt'),
    updatedAt: date('updatedAt'),
  },
  options,
)

export const deal = mapping<Deal, HubSpotDeal>(
  {
    externalId: 'id',
    title: 'properties.dealname',
    pipelineId: 'properties.pipeline',
    stageId: 'properties.dealstage',
    amountMinor: minorText('properties.amount', 'properties.deal_currency_code'),
    currency: 'properties.deal_currency_code',
    closesAt: date('properties.closedate'),
    // Written as the stage that has this meaning in its pipeline.
    status: readOnly(
      field('properties.hs_is_closed', {
        read: (closed: string, record): Deal['status'] => {
          if (closed !== 'true') return 'open'
          return (record as HubSpotDeal).properties.hs_is_closed_won === 'true' ? 'won' : 'lost'
        },
      }),
    ),
    contactId: readOnly(
      field('associations', {
        read: (associations: NonNullable<HubSpotDeal['associations']>) => associations.contacts?.results[0]?.id,
      }),
    ),
    createdAt: date('createdAt'),
    updatedAt: date('updatedAt'),
  },
  { empty: '' },
)

export const meeting = mapping<CalendarEvent, HubSpotMeeting>(
  {
    externalId: 'id',
    title: 'properties.hs_meeting_title',
    startsAt: date('properties.hs_meeting_start_time'),
    endsAt: date('properties.hs_meeting_end_time'),
    description: field('properties.hs_meeting_body', { read: fromHtml, write: toHtml }),
    location: 'properties.hs_meeting_location',
    status: field('properties.hs_meeting_outcome', {
      read: (outcome: string): CalendarEvent['status'] => (outcome === 'CANCELED' ? 'cancelled' : 'confirmed'),
      write: (status: NonNullable<CalendarEvent['status']>) => (status === 'cancelled' ? 'CANCELED' : 'SCHEDULED'),
    }),
    contactId: readOnly(
      field('associations', {
        read: (associations: NonNullable<HubSpotMeeting['associations']>) => associations.contacts?.results[0]?.id,
      }),
    ),
    createdAt: date('createdAt'),
    updatedAt: date('updatedAt'),
  },
  { empty: '' },
)

const addressProperties = {
  street: 'address',
  city: 'city',
  state: 'state',
  postalCode: 'zip',
  country: 'country',
} as const
type AddressField = keyof typeof addressProperties
const addressFields = Object.keys(addressProperties) as AddressField[]

/** A contact in our words; the address is put together from five properties, tags come from the property mapped to `tags`. */
export function readContact(record: HubSpotContact, { field_mappings: map = {} }: Settings): Contact {
  const { tags: tagsProperty, ...customMap } = map
  const ours = contact.read(record, customMap)
  const parts = addressFields.flatMap((name) => {
    const value = record.properties[addressProperties[name]]
    return value ? [[name, value] as const] : []
  })
  if (parts.length > 0) ours.address = Object.fromEntries(parts)
  const tags = tagsProperty === undefined ? undefined : (record.properties as Texts)[tagsProperty]
  if (tags) ours.tags = tags.split(';')
  return ours
}

/** The properties to write. A whole name becomes first and last name where neither is given. */
export function contactProperties(
  input: New<Contact> | Changes<Contact>,
  { field_mappings: map = {} }: Settings,
): Texts {
  const { tags: tagsProperty, ...customMap } = map
  const given = { ...input }
  if (typeof given.name === 'string' && given.firstName === undefined && given.lastName === undefined) {
    const [, first, last = ''] = /^(\S+)(?:\s+(.*))?$/s.exec(given.name.trim()) ?? []
    Object.assign(given, { firstName: first, lastName: last === '' ? undefined : last })
  }
  if (given.customFields) {
    const custom = Object.entries(given.customFields).map(([name, value]) => [name, textOf(value)])
    given.customFields = Object.fromEntries(custom)
  }
  const properties = { ...contact.write(given, customMap).properties } as Texts
  if (given.address !== undefined) {
    for (const name of addressFields) {
      const part = given.address === null ? '' : given.address[name]
      if (part !== undefined) properties[addressProperties[name]] = part
    }
  }
  if (tagsProperty !== undefined && given.tags !== undefined) properties[tagsProperty] = (given.tags ?? []).join(';')
  return properties
}

export type Texts = Record<string, string>

/** A value as HubSpot keeps it: everything is text, several options are joined by semicolons. */
export function textOf(value: unknown): string | null | undefined {
  if (value === null || value === undefined) return value
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return value.map(textOf).join(';')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The properties to ask for, since HubSpot answers only a few unasked. */
export const contactFields = ({ field_mappings: map = {} }: Settings): string[] => [
  ...new Set([
    'email',
    'phone',
    'firstname',
    'lastname',
    'company',
    'lastmodifieddate',
    ...Object.values(addressProperties),
    ...Object.values(map),
  ]),
]
export const dealFields = [
  'dealname',
  'pipeline',
  'dealstage',
  'amount',
  'deal_currency_code',
  'closedate',
  'hs_is_closed',
  'hs_is_closed_won',
  'hs_lastmodifieddate',
]
export const meetingFields = [
  'hs_meeting_title',
  'hs_meeting_start_time',
  'hs_meeting_end_time',
  'hs_meeting_body',
  'hs_meeting_location',
  'hs_meeting_outcome',
  'hs_internal_meeting_notes',
  'hs_lastmodifieddate',
]
