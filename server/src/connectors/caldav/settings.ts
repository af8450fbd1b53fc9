import {
  type BusinessHours,
  businessSettings,
  type Context,
  readBusinessHours,
  type Static,
  Type,
} from '../../kit/index.ts'

export const settings = Type.Object({
  server_url: Type.String({
    title: 'Address of the server',
    description: 'Such as https://caldav.fastmail.com, or the address of one calendar.',
    pattern: '^https://[^\\s/?#@]+(/[^\\s?#]*)?$',
    maxLength: 500,
  }),
  calendar_id: Type.Optional(
    Type.String({
      title: 'Calendar',
      description: 'Where appointments are booked: "primary" for the first one, or the path of another.',
      pattern: '^(primary|(https://[^\\s/?#@]+)?/[^\\s?#]*)$',
      maxLength: 500,
      default: 'primary',
    }),
  ),
  busy_calendar_ids: Type.Optional(
    Type.Array(Type.String({ pattern: '^(https://[^\\s/?#@]+)?/[^\\s?#]*$', maxLength: 500 }), {
      title: 'Other calendars that take time',
      description: 'Paths of calendars: what is in these is not offered either.',
      maxItems: 50,
    }),
  ),
  organizer_email: Type.Optional(
    Type.String({
      title: 'Address of the host',
      description: 'In whose name people are invited. Default: the user, where that is an address.',
      format: 'email',
      maxLength: 320,
    }),
  ),
  ...businessSettings,
})

type Settings = Static<typeof settings>
export type CalDavContext = Context<Settings>

export const slotMinutes = ({ settings }: { settings: Settings }): number => settings.slot_duration_minutes ?? 60

/** @throws ConnectorError CONFIG_SCHEMA_INVALID where the hours or the time zone are none */
export const businessHours = ({ settings }: { settings: Settings }, asker?: string): BusinessHours =>
  readBusinessHours('CalDAV', settings, asker)

/** The zone in which a time without one is meant: a whole day, or what floats. */
export const floatingZone = ({ settings }: { settings: Settings }): string => settings.timezone ?? 'UTC'

/** In whose name people are invited, if it is known. */
export const organizerOf = ({ settings, credentials: { username = '' } }: CalDavContext): string | undefined =>
  settings.organizer_email ?? (/^[^\s@]+@[^\s@]+$/.test(username) ? username : undefined)
