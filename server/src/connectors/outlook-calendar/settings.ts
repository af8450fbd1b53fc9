import {
  type BusinessHours,
  businessSettings,
  type Context,
  readBusinessHours,
  type Static,
  Type,
} from '../../kit/index.ts'

export const settings = Type.Object({
  calendar_id: Type.Optional(
    Type.String({
      title: 'Calendar',
      description: 'Where appointments are booked: "primary", or the id of another calendar of this account.',
      minLength: 1,
      maxLength: 1_024,
      default: 'primary',
    }),
  ),
  busy_calendar_ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1_024 }), {
      title: 'Other calendars that take time',
      description:
        'Ids of calendars, or addresses of people and rooms of the organisation: what is in them is not offered.',
      maxItems: 50,
    }),
  ),
  ...businessSettings,
})

type Settings = Static<typeof settings>
export type OutlookContext = Context<Settings>

export const calendarOf = ({ settings }: { settings: Settings }): string => settings.calendar_id ?? 'primary'

export const slotMinutes = ({ settings }: { settings: Settings }): number => settings.slot_duration_minutes ?? 60

/** @throws ConnectorError CONFIG_SCHEMA_INVALID where the hours or the time zone are none */
export const businessHours = ({ settings }: { settings: Settings }, asker?: string): BusinessHours =>
  readBusinessHours('Outlook Calendar', settings, asker)

/** Every calendar, person or room in which a time can be taken. */
export const busyCalendars = (context: OutlookContext): string[] => [
  ...new Set([calendarOf(context), ...(context.settings.busy_calendar_ids ?? [])]),
]

/** A calendar's path. */
export const placeOf = (calendarId: string): string =>
  calendarId === 'primary' ? '/me/calendar' : `/me/calendars/${encodeURIComponent(calendarId)}`

export const eventOf = (id: string): string => `/me/events/${encodeURIComponent(id)}`
