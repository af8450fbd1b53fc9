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
      description: 'Where appointments are booked: "primary", or the id from the settings of another calendar.',
      minLength: 1,
      maxLength: 1_024,
      default: 'primary',
    }),
  ),
  busy_calendar_ids: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1_024 }), {
      title: 'Other calendars that take time',
      description: 'What is in these is not offered either.',
      maxItems: 50,
    }),
  ),
  ...businessSettings,
  send_invitations: Type.Optional(
    Type.Boolean({
      title: 'Google writes to the attendees',
      description: 'Invitations, changes, cancellations.',
      default: true,
    }),
  ),
})

type Settings = Static<typeof settings>
export type GoogleContext = Context<Settings>

export const calendarOf = ({ settings }: { settings: Settings }): string => settings.calendar_id ?? 'primary'

export const slotMinutes = ({ settings }: { settings: Settings }): number => settings.slot_duration_minutes ?? 60

/** Google tells the attendees of what changes, or nobody. */
export const sendUpdates = ({ settings }: { settings: Settings }): { sendUpdates: 'all' | 'none' } => ({
  sendUpdates: settings.send_invitations === false ? 'none' : 'all',
})

/** @throws ConnectorError CONFIG_SCHEMA_INVALID where the hours or the time zone are none */
export const businessHours = ({ settings }: { settings: Settings }, asker?: string): BusinessHours =>
  readBusinessHours('Google Calendar', settings, asker)
