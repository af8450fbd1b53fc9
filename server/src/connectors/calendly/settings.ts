import { type Context, type Static, settingMissing, Type } from '../../kit/index.ts'

/** Where a meeting takes place: those that need a text with them, and those that Calendly arranges. */
const withPlace = ['physical', 'outbound_call', 'ask_invitee', 'custom'] as const
const arranged = [
  'inbound_call',
  'zoom_conference',
  'google_conference',
  'gotomeeting_conference',
  'microsoft_teams_conference',
  'webex_conference',
] as const

export const settings = Type.Object({
  event_type_uri: Type.Optional(
    Type.String({
      title: 'Event type',
      description:
        'What is booked: `https://api.calendly.com/event_types/…`, or its last part. The calendars that are listed are these.',
      minLength: 1,
      maxLength: 300,
      pattern: '^(https://api\\.calendly\\.com)?/?(event_types/)?[A-Za-z0-9-]+$',
    }),
  ),
  location_kind: Type.Optional(
    Type.Enum([...withPlace, ...arranged], {
      title: 'Sort of place',
      description: 'One that the event type has. Left out where it has none, or chooses by itself.',
    }),
  ),
  webhook_scope: Type.Optional(
    Type.Enum(['user', 'organization'], {
      title: 'Whose bookings are heard of',
      description: 'Those of this user, or of the whole organization, for which its admin or owner must sign in.',
      default: 'user',
    }),
  ),
})

type Settings = Static<typeof settings>
export type CalendlyContext = Context<Settings>

export const api = 'https://api.calendly.com'

/** The last part of a URI, which paths want. */
export const idIn = (uri: string): string => uri.slice(uri.lastIndexOf('/') + 1)

/** @throws ConnectorError CONFIG_SCHEMA_INVALID where nothing says what is to be booked */
export function eventTypeOf({ settings: { event_type_uri: uri } }: CalendlyContext, calendarId?: string): string {
  const named = calendarId ?? uri
  if (named === undefined) throw settingMissing('event_type_uri', 'it says what is booked at Calendly')
  return `${api}/event_types/${idIn(named)}`
}

/** Where the meeting takes place, as the event type wants it said. */
export function locationOf({ settings: { location_kind: kind } }: CalendlyContext, place: string | undefined): object {
  if (kind === undefined) return {}
  const takesText = (withPlace as readonly string[]).includes(kind)
  return { location: takesText ? { kind, location: place ?? '' } : { kind } }
}
