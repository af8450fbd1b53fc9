import { type Static, Type } from 'typebox'

const text = () => Type.Optional(Type.String())
const flag = () => Type.Optional(Type.Boolean())
/** Google takes null for "not there", which is how PATCH empties a field. */
const Nullable = <const Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

const Time = Type.Object({
  dateTime: Nullable(Type.String()),
  date: Nullable(Type.String()),
  timeZone: Nullable(Type.String()),
})
const Properties = Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]))

/** What may be sent of an event. What Google fills itself may come back in a PUT and is ignored, as with Google. */
export const EventBody = Type.Object({
  id: text(),
  summary: Nullable(Type.String()),
  description: Nullable(Type.String()),
  location: Nullable(Type.String()),
  start: Type.Optional(Time),
  end: Type.Optional(Time),
  status: Nullable(Type.String()),
  transparency: Nullable(Type.String()),
  visibility: Nullable(Type.String()),
  colorId: Nullable(Type.String()),
  attendees: Nullable(
    Type.Array(
      Type.Object({
        email: text(),
        displayName: text(),
        responseStatus: text(),
        comment: text(),
        optional: flag(),
        resource: flag(),
        organizer: flag(),
        self: flag(),
        additionalGuests: Type.Optional(Type.Integer()),
      }),
    ),
  ),
  reminders: Nullable(
    Type.Object({
      useDefault: flag(),
      overrides: Type.Optional(
        Type.Array(Type.Object({ method: Type.String(), minutes: Type.Integer({ minimum: 0, maximum: 40_320 }) })),
      ),
    }),
  ),
  extendedProperties: Nullable(Type.Object({ private: Type.Optional(Properties), shared: Type.Optional(Properties) })),
  guestsCanInviteOthers: flag(),
  guestsCanModify: flag(),
  guestsCanSeeOtherGuests: flag(),
  source: Nullable(Type.Object({ title: text(), url: text() })),
  etag: text(),
  kind: text(),
  created: text(),
  updated: text(),
  htmlLink: text(),
  iCalUID: text(),
  sequence: Type.Optional(Type.Integer()),
  eventType: text(),
  creator: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  organizer: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type EventBody = Static<typeof EventBody>

/** Query parameters of every Google API. */
const standard = { alt: Type.Optional(Type.Literal('json')), prettyPrint: flag(), quotaUser: text(), key: text() }

const Updates = Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('externalOnly'), Type.Literal('none')]))
const attendeeLimit = Type.Optional(Type.Integer({ minimum: 1 }))
const version = Type.Optional(Type.Integer({ minimum: 0, maximum: 1 }))

export const Plain = Type.Object(standard)
export const WriteQuery = Type.Object({
  ...standard,
  sendUpdates: Updates,
  sendNotifications: flag(),
  conferenceDataVersion: version,
  eventLabelVersion: version,
  supportsAttachments: flag(),
  maxAttendees: attendeeLimit,
  alwaysIncludeEmail: flag(),
})
export const DeleteQuery = Type.Object({ ...standard, sendUpdates: Updates, sendNotifications: flag() })
export const MoveQuery = Type.Object({
  ...standard,
  destination: Type.String(),
  sendUpdates: Updates,
  sendNotifications: flag(),
})
export const ReadQuery = Type.Object({
  ...standard,
  timeZone: text(),
  maxAttendees: attendeeLimit,
  alwaysIncludeEmail: flag(),
})

const listing = { ...standard, maxResults: Type.Optional(Type.Integer({ minimum: 1 })), pageToken: text() }
export const EventsQuery = Type.Object({
  ...listing,
  syncToken: text(),
  timeMin: text(),
  timeMax: text(),
  updatedMin: text(),
  timeZone: text(),
  singleEvents: flag(),
  showDeleted: flag(),
  showHiddenInvitations: flag(),
  orderBy: Type.Optional(Type.Union([Type.Literal('startTime'), Type.Literal('updated')])),
  q: text(),
  iCalUID: text(),
  privateExtendedProperty: Type.Optional(Type.Array(Type.String())),
  sharedExtendedProperty: Type.Optional(Type.Array(Type.String())),
  maxAttendees: attendeeLimit,
  alwaysIncludeEmail: flag(),
})
export type EventsQuery = Static<typeof EventsQuery>
export const CalendarsQuery = Type.Object({
  ...listing,
  minAccessRole: Type.Optional(Type.String()),
  showDeleted: flag(),
  showHidden: flag(),
})

export const FreeBusyBody = Type.Object({
  timeMin: text(),
  timeMax: text(),
  timeZone: text(),
  groupExpansionMax: Type.Optional(Type.Integer()),
  calendarExpansionMax: Type.Optional(Type.Integer()),
  items: Type.Optional(Type.Array(Type.Object({ id: Type.String() }))),
})
export type FreeBusyBody = Static<typeof FreeBusyBody>

/** 64-bit numbers are text in Google's JSON; clients send them either way. */
export const ChannelBody = Type.Object({
  id: text(),
  type: text(),
  address: text(),
  token: text(),
  expiration: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  payload: flag(),
  kind: text(),
  resourceId: text(),
  resourceUri: text(),
  params: Type.Optional(Type.Record(Type.String(), Type.String())),
})
export type ChannelBody = Static<typeof ChannelBody>

export const InCalendar = Type.Object({ calendarId: Type.String() })
export const InEvent = Type.Object({ calendarId: Type.String(), eventId: Type.String() })
