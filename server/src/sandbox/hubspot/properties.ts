import type { Account } from '../emulator.ts'

export const objectTypes = ['contacts', 'deals', 'notes', 'tasks', 'meetings'] as const
export type ObjectType = (typeof objectTypes)[number]

export type PropertyType = 'string' | 'number' | 'bool' | 'date' | 'datetime' | 'enumeration' | 'phone_number'
export type Property = {
  name: string
  label: string
  type: PropertyType
  fieldType: string
  groupName: string
  description: string
  options: { value: string; label: string; displayOrder: number; hidden: boolean }[]
  displayOrder: number
  hasUniqueValue: boolean
  hidden: boolean
  hubspotDefined: boolean
  formField: boolean
  calculated: boolean
  externalOptions: boolean
  archived: boolean
  modificationMetadata: { archivable: boolean; readOnlyDefinition: boolean; readOnlyValue: boolean }
}

const fieldTypes: Record<PropertyType, string> = {
  string: 'text',
  number: 'number',
  bool: 'booleancheckbox',
  date: 'date',
  datetime: 'date',
  enumeration: 'select',
  phone_number: 'phonenumber',
}

export const defineProperty = (
  name: string,
  type: PropertyType = 'string',
  given: { label?: string; options?: readonly string[]; readOnly?: boolean; custom?: boolean; multiple?: boolean } = {},
): Property => {
  const { label = name, options = [], readOnly = false, custom = false, multiple = false } = given
  return {
    name,
    label,
    type,
    fieldType: multiple ? 'checkbox' : fieldTypes[type],
    groupName: custom ? 'custom' : 'hubspot',
    description: '',
    options: options.map((value, displayOrder) => ({ value, label: value, displayOrder, hidden: false })),
    displayOrder: -1,
    hasUniqueValue: name === 'email',
    hidden: false,
    hubspotDefined: !custom,
    formField: !readOnly,
    calculated: readOnly,
    externalOptions: false,
    archived: false,
    modificationMetadata: { archivable: custom, readOnlyDefinition: !custom, readOnlyValue: readOnly },
  }
}

const texts = (...names: string[]) => names.map((name) => defineProperty(name))
const common = [
  defineProperty('hs_object_id', 'number', { readOnly: true }),
  defineProperty('hubspot_owner_id', 'enumeration'),
]
const dates = (created: string, modified: string) => [
  defineProperty(created, 'datetime', { readOnly: true }),
  defineProperty(modified, 'datetime', { readOnly: true }),
]
const activity = [
  ...common,
  defineProperty('hs_timestamp', 'datetime'),
  ...dates('hs_createdate', 'hs_lastmodifieddate'),
]

/** What every account has. */
const standard: Record<ObjectType, Property[]> = {
  contacts: [
    ...common,
    ...texts('email', 'firstname', 'lastname', 'company', 'address', 'city', 'state', 'zip', 'country', 'jobtitle'),
    ...texts('website', 'message'),
    defineProperty('phone', 'string', { label: 'Phone number' }),
    defineProperty('mobilephone'),
    defineProperty('lifecyclestage', 'enumeration', { options: ['subscriber', 'lead', 'opportunity', 'customer'] }),
    defineProperty('hs_lead_status', 'enumeration', { options: ['NEW', 'OPEN', 'IN_PROGRESS', 'CONNECTED'] }),
    defineProperty('hs_searchable_calculated_phone_number', 'string', { readOnly: true }),
    defineProperty('hs_searchable_calculated_mobile_number', 'string', { readOnly: true }),
    ...dates('createdate', 'lastmodifieddate'),
  ],
  deals: [
    ...common,
    ...texts('dealname', 'description'),
    defineProperty('pipeline', 'enumeration'),
    defineProperty('dealstage', 'enumeration'),
    defineProperty('amount', 'number'),
    defineProperty('deal_currency_code', 'enumeration', { options: ['USD', 'EUR', 'JPY'] }),
    defineProperty('closedate', 'datetime'),
    defineProperty('dealtype', 'enumeration', { options: ['newbusiness', 'existingbusiness'] }),
    defineProperty('hs_is_closed', 'bool', { readOnly: true }),
    defineProperty('hs_is_closed_won', 'bool', { readOnly: true }),
    ...dates('createdate', 'hs_lastmodifieddate'),
  ],
  notes: [...activity, ...texts('hs_note_body', 'hs_attachment_ids')],
  tasks: [
    ...activity,
    ...texts('hs_task_subject', 'hs_task_body'),
    defineProperty('hs_task_status', 'enumeration', {
      options: ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'DEFERRED', 'COMPLETED'],
    }),
    defineProperty('hs_task_priority', 'enumeration', { options: ['LOW', 'MEDIUM', 'HIGH'] }),
    defineProperty('hs_task_type', 'enumeration', { options: ['EMAIL', 'CALL', 'TODO'] }),
  ],
  meetings: [
    ...activity,
    ...texts('hs_meeting_title', 'hs_meeting_body', 'hs_internal_meeting_notes', 'hs_meeting_location'),
    ...texts('hs_meeting_external_url', 'hs_activity_type'),
    defineProperty('hs_meeting_start_time', 'datetime'),
    defineProperty('hs_meeting_end_time', 'datetime'),
    defineProperty('hs_meeting_outcome', 'enumeration', {
      options: ['SCHEDULED', 'COMPLETED', 'RESCHEDULED', 'NO_SHOW', 'CANCELED'],
    }),
  ],
}

/** What a record shows unasked. */
export const defaultProperties: Record<ObjectType, string[]> = {
  contacts: ['createdate', 'email', 'firstname', 'hs_object_id', 'lastmodifieddate', 'lastname'],
  deals: [
    'amount',
    'closedate',
    'createdate',
    'dealname',
    'dealstage',
    'hs_lastmodifieddate',
    'hs_object_id',
    'pipeline',
  ],
  notes: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  tasks: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
  meetings: ['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id'],
}

export const requiredProperties: Record<ObjectType, string[]> = {
  contacts: [],
  deals: [],
  notes: ['hs_timestamp'],
  tasks: ['hs_timestamp'],
  meetings: ['hs_timestamp'],
}

export const timesOf = (type: ObjectType): { created: string; modified: string } =>
  type === 'contacts'
    ? { created: 'createdate', modified: 'lastmodifieddate' }
    : { created: type === 'deals' ? 'createdate' : 'hs_createdate', modified: 'hs_lastmodifieddate' }

function customOf(account: Account, type: ObjectType): Property[] {
  account.values.properties ??= {}
  const all = account.values.properties as { [type: string]: Property[] }
  all[type] ??= []
  return all[type]
}

/** Every property that an object type has in an account. */
export const propertiesOf = (account: Account, type: ObjectType): Property[] => [
  ...standard[type],
  ...customOf(account, type),
]

export const addProperty = (account: Account, type: ObjectType, property: Property): void => {
  customOf(account, type).push(property)
}

export type Pipeline = { id: string; label: string; stages: [id: string, label: string, probability: string][] }
export const pipelines: readonly Pipeline[] = [
  {
    id: 'default',
    label: 'Sales Pipeline',
    stages: [
      ['appointmentscheduled', 'Appointment Scheduled', '0.2'],
      ['qualifiedtobuy', 'Qualified To Buy', '0.4'],
      ['contractsent', 'Contract Sent', '0.9'],
      ['closedwon', 'Closed Won', '1.0'],
      ['closedlost', 'Closed Lost', '0.0'],
    ],
  },
  {
    id: '7001',
    label: 'Renewals',
    stages: [
      ['7002', 'Due', '0.5'],
      ['7003', 'Renewed', '1.0'],
      ['7004', 'Left', '0.0'],
    ],
  },
]
