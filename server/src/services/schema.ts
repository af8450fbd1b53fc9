import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'

/** What a program can ask for by workspace, by the names of the functions. */
export const services = [
  'createCalendarEvent',
  'updateCalendarEvent',
  'deleteCalendarEvent',
  'uploadFile',
  'deleteFile',
  'testEmailConnection',
  'testSMSConnection',
  'testCalendarConnection',
  'testStorageConnection',
  'testWebhook',
] as const
export type Service = (typeof services)[number]

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const Attendee = Type.Union(
  [
    Type.String({ format: 'email', maxLength: 320 }),
    Type.Object({ email: Type.String({ format: 'email', maxLength: 320 }), name: Type.Optional(text(200)) }),
  ],
  { 'x-expects': 'an e-mail address, or an object with email and name' },
)

const eventFields = {
  title: text(1_000),
  startTime: Type.String({ format: 'date-time', description: 'ISO 8601 with its offset: 2026-02-20T14:00:00Z.' }),
  endTime: Type.String({ format: 'date-time' }),
  timezone: Type.Optional(Type.String({ maxLength: 100, description: 'IANA name, by which the vendor shows it.' })),
  description: Type.Optional(text(20_000)),
  location: Type.Optional(text(1_000)),
  attendees: Type.Optional(
    Type.Array(Attendee, { maxItems: 200, description: 'The vendor invites them, where the integration says so.' }),
  ),
  reminders: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 40_320 }), { maxItems: 5, description: 'In minutes before.' }),
  ),
}
export const NewCalendarEvent = Type.Object({
  ...eventFields,
  calendarId: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: "Default: the integration's." })),
  integrationId: Type.Optional(
    Type.String({
      ...Id,
      description: 'Default: the integration that is the default for `calendar`, or one that can.',
    }),
  ),
  idempotencyKey: Type.Optional(text(255)),
})
export type NewCalendarEvent = Static<typeof NewCalendarEvent>

export const CalendarEventChanges = Type.Partial(Type.Object(eventFields))
export type CalendarEventChanges = Static<typeof CalendarEventChanges>

export const CalendarEvent = Type.Object(
  {
    id: Type.String({ ...Id, description: 'By which it is changed and deleted here.' }),
    externalId: Type.String({ description: 'By which the vendor knows it.' }),
    integrationId: Id,
    calendarId: Nullable(Type.String()),
    title: Type.String(),
    startTime: Time,
    endTime: Time,
  },
  { title: 'CalendarEvent' },
)
export type CalendarEvent = Static<typeof CalendarEvent>

export const Deletion = Type.Object({ reason: Type.Optional(Type.String({ maxLength: 1_000 })) })

export const ServiceResult = Type.Object(
  {
    id: Id,
    service: Type.String({ description: `One of ${services.join(', ')}.` }),
    status: Type.Enum(['success', 'failed', 'unknown'], {
      description: '`unknown` while it is under way, and where nobody can say whether the vendor did it.',
    }),
    integrationId: Nullable(Id),
    externalId: Nullable(Type.String()),
    data: Type.Unknown({ description: 'What it answered.' }),
    error: Nullable(Type.String()),
    errorCode: Nullable(Type.String()),
    gracefulFail: Nullable(Type.Boolean()),
    createdAt: Time,
    finishedAt: Nullable(Time),
  },
  { title: 'ServiceResult' },
)
export type ServiceResult = Static<typeof ServiceResult>

export const ResultFilter = Type.Object({
  ...Paging.properties,
  service: Type.Optional(Type.Enum(services)),
  status: Type.Optional(Type.Enum(['success', 'failed', 'unknown'])),
})
export type ResultFilter = Static<typeof ResultFilter>
