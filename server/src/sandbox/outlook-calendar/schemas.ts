import { type Static, Type } from 'typebox'

const Nullable = <const Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const text = () => Type.Optional(Type.String())
const flag = () => Type.Optional(Type.Boolean())
const words = <const Words extends string[]>(...all: Words) => Type.Optional(Type.Enum(all))

const Time = Type.Object({ dateTime: Type.String(), timeZone: Nullable(Type.String()) })
const Address = Type.Object({ address: Nullable(Type.String()), name: Nullable(Type.String()) })
const Place = Type.Object({
  displayName: Nullable(Type.String()),
  locationEmailAddress: Nullable(Type.String()),
  locationUri: Nullable(Type.String()),
})

/** What may be sent of an event; what Graph fills itself is refused. */
export const EventBody = Type.Object({
  subject: Nullable(Type.String({ maxLength: 255 })),
  body: Type.Optional(
    Type.Object({ contentType: words('text', 'html', 'Text', 'HTML'), content: Nullable(Type.String()) }),
  ),
  start: Type.Optional(Time),
  end: Type.Optional(Time),
  location: Nullable(Place),
  attendees: Type.Optional(
    Type.Array(Type.Object({ emailAddress: Address, type: words('required', 'optional', 'resource') }), {
      maxItems: 500,
    }),
  ),
  isAllDay: flag(),
  isReminderOn: flag(),
  reminderMinutesBeforeStart: Type.Optional(Type.Integer({ minimum: 0 })),
  showAs: words('free', 'tentative', 'busy', 'oof', 'workingElsewhere', 'unknown'),
  importance: words('low', 'normal', 'high'),
  sensitivity: words('normal', 'personal', 'private', 'confidential'),
  categories: Type.Optional(Type.Array(Type.String())),
  responseRequested: flag(),
  allowNewTimeProposals: flag(),
  hideAttendees: flag(),
  isOnlineMeeting: flag(),
  onlineMeetingProvider: text(),
  transactionId: Nullable(Type.String({ minLength: 1 })),
  singleValueExtendedProperties: Type.Optional(Type.Array(Type.Object({ id: Type.String(), value: Type.String() }))),
  recurrence: Nullable(
    Type.Object({
      pattern: Type.Object({
        // Of the patterns that Graph has, the sandbox knows these.
        type: Type.Union([Type.Literal('daily'), Type.Literal('weekly')]),
        interval: Type.Integer({ minimum: 1 }),
        daysOfWeek: Type.Optional(Type.Array(Type.String())),
        firstDayOfWeek: text(),
      }),
      range: Type.Object({
        type: Type.Union([Type.Literal('endDate'), Type.Literal('numbered'), Type.Literal('noEnd')]),
        startDate: Type.String(),
        endDate: text(),
        numberOfOccurrences: Type.Optional(Type.Integer({ minimum: 1 })),
        recurrenceTimeZone: text(),
      }),
    }),
  ),
})
export type EventBody = Static<typeof EventBody>

const select = { $select: text(), $expand: text() }
const paging = {
  $top: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
  $skip: Type.Optional(Type.Integer({ minimum: 0 })),
}
const range = { startDateTime: Type.String(), endDateTime: Type.String() }

export const Nothing = Type.Object({})
export const ReadQuery = Type.Object(select)
export type ReadQuery = Static<typeof ReadQuery>
export const CalendarsQuery = Type.Object({ $select: text(), ...paging })
export const EventsQuery = Type.Object({ ...select, ...paging, $filter: text(), $orderby: text() })
export type EventsQuery = Static<typeof EventsQuery>
export const ViewQuery = Type.Object({ ...select, ...paging, ...range, $orderby: text() })
export type ViewQuery = Static<typeof ViewQuery>
/** No OData options: neither `$select` nor `$expand` can be asked of a delta of a view. */
export const DeltaQuery = Type.Object({
  startDateTime: text(),
  endDateTime: text(),
  $deltatoken: text(),
  $skiptoken: text(),
})
export type DeltaQuery = Static<typeof DeltaQuery>

export const ScheduleBody = Type.Object({
  schedules: Type.Array(Type.String(), { minItems: 1 }),
  startTime: Time,
  endTime: Time,
  availabilityViewInterval: Type.Optional(Type.Integer({ minimum: 5, maximum: 1_440 })),
})
export type ScheduleBody = Static<typeof ScheduleBody>

export const CancelBody = Type.Object({ comment: Nullable(Type.String()) })

export const SubscriptionBody = Type.Object({
  changeType: Type.String(),
  notificationUrl: Type.String(),
  lifecycleNotificationUrl: Nullable(Type.String()),
  resource: Type.String(),
  expirationDateTime: Type.String(),
  clientState: Nullable(Type.String({ maxLength: 128 })),
  includeResourceData: Nullable(Type.Boolean()),
  latestSupportedTlsVersion: text(),
})
export type SubscriptionBody = Static<typeof SubscriptionBody>
export const SubscriptionChanges = Type.Object({ expirationDateTime: Type.String() })

export const ById = Type.Object({ id: Type.String() })
export const InCalendar = Type.Object({ calendarId: Type.Optional(Type.String()) })
