import { type Static, type TSchema, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { StatusKey } from '../pipelines/schema.ts'

const line = (maxLength: number, description?: string) =>
  Type.String({
    maxLength,
    pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    'x-expects': `one line of text, at most ${maxLength} characters`,
    ...(description ? { description } : {}),
  })
const maybe = <Schema extends TSchema>(schema: Schema) => Type.Optional(Nullable(schema))

export const Email = Type.String({ format: 'email', maxLength: 320 })
export const Source = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[A-Za-z0-9][A-Za-z0-9 _.:/-]*$',
  'x-expects': 'a name such as newsletter or contact_form, at most 100 letters, digits and _ . : / - or spaces',
  description:
    'Where the lead came from: assessment, newsletter, contact_form, booking, consultation, call, chat, social, import, api, or a name of your own.',
})
const Tag = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^[^\\u0000-\\u001f\\u007f,]*[^\\s\\u0000-\\u001f\\u007f,][^\\u0000-\\u001f\\u007f,]*$',
  'x-expects': 'one line of text without commas, 1 to 100 characters',
})
export const Tags = Type.Array(Tag, { maxItems: 100 })
export const CustomFields = Type.Record(Type.String({ pattern: '^.{1,100}$' }), Type.Unknown(), {
  additionalProperties: false,
  maxProperties: 200,
  description: 'Fields of your own, any JSON; together at most 32 KiB. Null takes a field away.',
})
const Address = Type.Object({
  street: maybe(line(300)),
  city: maybe(line(200)),
  state: maybe(line(200)),
  postalCode: maybe(line(40)),
  country: maybe(line(100, 'A code of two letters, or an English name.')),
})
const Consent = Type.Object({
  granted: Type.Boolean(),
  at: Type.Optional(Time),
  source: Type.Optional(line(200, 'Where it was given, such as the name of a form.')),
  text: Type.Optional(Type.String({ maxLength: 5_000, description: 'The words that were agreed to.' })),
})
export const Consents = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9_]{0,39}$' }), Consent, {
  additionalProperties: false,
  maxProperties: 20,
  description: 'By channel: email, sms, phone …',
})
export type Consents = Static<typeof Consents>
const ExternalIds = Type.Record(
  Type.String({ pattern: '^[a-z][a-z0-9_.-]{0,63}$' }),
  Type.String({ minLength: 1, maxLength: 300 }),
  {
    additionalProperties: false,
    maxProperties: 20,
    description: 'What other systems call this lead, by system: { "gohighlevel": "abc" }.',
  },
)

/** What is known of a person, in whatever part. */
export const personFields = {
  email: maybe(Email),
  phone: maybe(line(60, 'As people write it; a number without a country code is read as one of the country.')),
  firstName: maybe(line(200)),
  lastName: maybe(line(200)),
  name: maybe(line(400, 'The whole name, where its parts are not known.')),
  company: maybe(line(300)),
  jobTitle: maybe(line(200)),
  address: Type.Optional(Address),
  timezone: maybe(line(64, 'An IANA time zone; found from the address or the phone where it is not given.')),
}

const leadFields = {
  ...personFields,
  ownerId: maybe(Id),
  amountMinor: maybe(
    Type.Integer({ minimum: 0, maximum: 1e15, description: "What it is worth, in the currency's minor unit." }),
  ),
  currency: maybe(Type.String({ pattern: '^[A-Z]{3}$', 'x-expects': 'the code of a currency, such as EUR' })),
  score: maybe(Type.Number({ minimum: -1e9, maximum: 1e9 })),
  persona: maybe(line(200)),
  customFields: Type.Optional(CustomFields),
  consent: Type.Optional(Consents),
  externalIds: Type.Optional(ExternalIds),
}

export const NewLead = Type.Object({
  ...leadFields,
  source: Type.Optional(Source),
  tags: Type.Optional(Tags),
  pipelineId: Type.Optional(Id),
  status: Type.Optional(StatusKey),
})
export type NewLead = Static<typeof NewLead>

export const LeadChanges = Type.Object({
  ...leadFields,
  source: Type.Optional(Source),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 100, description: 'All tags, in place of those that are there.' })),
  version: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Refuses the change where the lead was changed since; `If-Match` says the same.',
    }),
  ),
})
export type LeadChanges = Static<typeof LeadChanges>

export const Lead = Type.Object({
  id: Id,
  email: Nullable(Type.String()),
  phone: Nullable(Type.String({ description: 'E.164; as it was given where it could not be read.' })),
  firstName: Nullable(Type.String()),
  lastName: Nullable(Type.String()),
  name: Nullable(Type.String()),
  company: Nullable(Type.String()),
  jobTitle: Nullable(Type.String()),
  address: Type.Object({
    street: Nullable(Type.String()),
    city: Nullable(Type.String()),
    state: Nullable(Type.String()),
    postalCode: Nullable(Type.String()),
    country: Nullable(Type.String()),
  }),
  timezone: Nullable(Type.String()),
  timezoneSource: Nullable(
    Type.String({ description: 'given, or what it was found by: postal_code, state, city, country, phone.' }),
  ),
  source: Type.String(),
  ownerId: Nullable(Type.String()),
  pipelineId: Id,
  status: Type.String(),
  statusChangedAt: Time,
  amountMinor: Nullable(Type.Integer()),
  currency: Nullable(Type.String()),
  score: Nullable(Type.Number()),
  persona: Nullable(Type.String()),
  tags: Type.Array(Type.String()),
  customFields: Type.Record(Type.String(), Type.Unknown()),
  consent: Type.Record(Type.String(), Type.Unknown()),
  externalIds: Type.Record(Type.String(), Type.String()),
  version: Type.Integer(),
  lastActivityAt: Time,
  createdAt: Time,
  updatedAt: Time,
})
export type Lead = Static<typeof Lead>

/** A lead in a path: by e-mail address or by id. */
export const ByLead = Type.Object({
  email: Type.String({ minLength: 1, maxLength: 320, description: "The lead's e-mail address, or its id." }),
})

export const StatusChange = Type.Object({
  status: StatusKey,
  pipelineId: Type.Optional(Id),
  reason: Type.Optional(Type.String({ maxLength: 2_000 })),
  notes: Type.Optional(Type.String({ maxLength: 10_000, description: 'Kept as a note beside the change.' })),
  amountMinor: Type.Optional(Type.Integer({ minimum: 0, maximum: 1e15 })),
  currency: Type.Optional(Type.String({ pattern: '^[A-Z]{3}$', 'x-expects': 'the code of a currency, such as EUR' })),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
})
export type StatusChange = Static<typeof StatusChange>

export const StatusChangeEntry = Type.Object({
  id: Id,
  pipelineId: Id,
  from: Nullable(Type.String()),
  to: Type.String(),
  at: Time,
  secondsBefore: Nullable(Type.Integer({ description: 'How long the lead had been in the status before.' })),
  amountMinor: Nullable(Type.Integer()),
  currency: Nullable(Type.String()),
  reason: Nullable(Type.String()),
  changedBy: Nullable(Type.String()),
})
export type StatusChangeEntry = Static<typeof StatusChangeEntry>

const ActivityType = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[a-z][a-z0-9_.]*$',
  'x-expects': 'a name such as note or call: lower-case letters, digits, _ and .',
})

export const NewActivity = Type.Object({
  type: ActivityType,
  title: line(300),
  body: maybe(Type.String({ maxLength: 50_000 })),
  data: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { maxProperties: 100 })),
  occurredAt: Type.Optional(Time),
  key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'An activity with a key that is there is not added again.',
    }),
  ),
})
export type NewActivity = Static<typeof NewActivity>

export const NewNote = Type.Object({ text: Type.String({ minLength: 1, maxLength: 50_000, pattern: '\\S' }) })

export const Operation = Type.Object({
  id: Id,
  integrationId: Id,
  operation: Type.String(),
  status: Type.String(),
  at: Time,
  errorCode: Nullable(Type.String()),
  errorMessage: Nullable(Type.String()),
})

export const Activity = Type.Object({
  id: Id,
  leadId: Id,
  type: Type.String(),
  title: Type.String(),
  body: Nullable(Type.String()),
  data: Type.Record(Type.String(), Type.Unknown()),
  actor: Nullable(Type.String({ description: 'Who did it: member:<id>, api-key:<id> … or null for the lead itself.' })),
  eventId: Nullable(Type.String()),
  occurredAt: Time,
  operations: Type.Array(Operation, { description: 'What integrations did because of it.' }),
})
export type Activity = Static<typeof Activity>

export const ActivityFilter = Type.Object({ ...Paging.properties, type: Type.Optional(ActivityType) })
export type ActivityFilter = Static<typeof ActivityFilter>

export const TagChanges = Type.Object({
  add: Type.Optional(Tags),
  remove: Type.Optional(Tags),
})
export type TagChanges = Static<typeof TagChanges>

const sorts = ['created', 'updated', 'activity', 'score', 'name'] as const
export type Sort = (typeof sorts)[number]
const time = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }))

export const LeadFilter = Type.Object({
  ...Paging.properties,
  q: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Words that name, e-mail, phone or company contain. Where nobody has them as they are spelt, those most alike are found.',
    }),
  ),
  status: Type.Optional(
    Type.String({
      pattern: '^[a-z0-9][a-z0-9_-]{0,63}(,[a-z0-9][a-z0-9_-]{0,63}){0,19}$',
      'x-expects': 'the key of a stage, or several joined by commas',
    }),
  ),
  pipelineId: Type.Optional(Id),
  source: Type.Optional(Source),
  ownerId: Type.Optional(
    Type.String({
      pattern: '^(none|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$',
      'x-expects': 'the id of a member, or none for leads without an owner',
    }),
  ),
  tag: Type.Optional(
    Type.String({ maxLength: 1_000, description: 'A tag; several joined by commas must all be there.' }),
  ),
  scoreMin: Type.Optional(Type.Number()),
  scoreMax: Type.Optional(Type.Number()),
  createdAfter: time('Known since this time or later.'),
  createdBefore: time('Known before this time.'),
  activeAfter: time('With an activity at this time or later.'),
  activeBefore: time('Without an activity since this time.'),
  custom: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'A JSON object of custom fields and their values: {"plan":"pro"}.' }),
  ),
  sort: Type.Optional(
    Type.Unsafe<Sort>({
      type: 'string',
      enum: [...sorts],
      description: 'By when it became known (the default), changed or last did something, by score, or by name.',
    }),
  ),
  order: Type.Optional(
    Type.Unsafe<'asc' | 'desc'>({
      type: 'string',
      enum: ['asc', 'desc'],
      description: 'Default: names from A on, everything else from the newest or greatest on.',
    }),
  ),
})
export type LeadFilter = Static<typeof LeadFilter>

export const DuplicatesQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Most groups to answer.' })),
})
export type DuplicatesQuery = Static<typeof DuplicatesQuery>

export const Duplicates = Type.Array(
  Type.Object({
    reason: Type.Unsafe<'phone' | 'email' | 'name_and_company'>({
      type: 'string',
      enum: ['phone', 'email', 'name_and_company'],
      description: 'One phone, addresses of one mailbox, or one name in one company.',
    }),
    value: Type.String(),
    leads: Type.Array(Lead),
  }),
)
export type Duplicates = Static<typeof Duplicates>

export const mergeableFields = [
  'email',
  'phone',
  'name',
  'company',
  'jobTitle',
  'address',
  'timezone',
  'ownerId',
  'amount',
  'score',
  'persona',
  'source',
  'status',
] as const
export type MergeableField = (typeof mergeableFields)[number]

export const NewMerge = Type.Object({
  from: Type.String({ minLength: 1, maxLength: 320, description: 'The lead that goes: its id or its e-mail address.' }),
  fields: Type.Optional(
    Type.Array(Type.Unsafe<MergeableField>({ type: 'string', enum: [...mergeableFields] }), {
      maxItems: mergeableFields.length,
      uniqueItems: true,
      description: 'Taken from the lead that goes; of the others it gives only what this one lacks.',
    }),
  ),
})
export type NewMerge = Static<typeof NewMerge>

export const Merged = Type.Object({ lead: Lead, mergeId: Id })

export const Merge = Type.Object({
  id: Id,
  mergedLeadId: Id,
  name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  fields: Type.Array(Type.String()),
  mergedBy: Nullable(Type.String()),
  mergedAt: Time,
  undoneAt: Nullable(Time),
})
export type Merge = Static<typeof Merge>

const rows = (description: string) => Type.Array(Type.Record(Type.String(), Type.Unknown()), { description })

export const PersonalData = Type.Object({
  lead: Lead,
  activities: Type.Array(Activity),
  statusChanges: Type.Array(StatusChangeEntry),
  merged: Type.Array(Type.Unknown(), { description: 'Leads that were merged into it, as they were.' }),
  bookings: rows('Bookings by the address, or by the phone where there was no address.'),
  consultationRequests: rows('Requests for consultations.'),
  calls: rows('Calls of voice agents with the person, with what was said.'),
  mails: rows('E-mails to the person; of attachments their names.'),
  messages: rows('SMS to the person.'),
  optOuts: rows('Numbers that want no SMS.'),
  adLeads: rows('What vendors call what was entered into forms of advertisements.'),
  importErrors: rows('Rows of imported files that name the person and were not taken in.'),
  events: Type.Array(Type.Object({ id: Id, type: Type.String(), payload: Type.Unknown(), occurredAt: Time }), {
    description: 'Events of the timeline, and others that name the person; forms that were submitted are among them.',
  }),
  operations: rows('What vendors were asked and answered that names the person.'),
  webhooks: rows("Vendors' webhooks that name the person, as they came."),
  results: rows('Results of services that name the person.'),
})
export type PersonalData = Static<typeof PersonalData>
