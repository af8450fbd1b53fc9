import { ConnectorError, type Context, type Static, Type } from '../../kit/index.ts'
import type { BusinessHours } from './business-hours.ts'

const hour = (title: string, standard: number) =>
  Type.Number({
    title,
    description: 'In hours since midnight; 9.5 is half past nine.',
    minimum: 0,
    maximum: 24,
    multipleOf: 0.25,
    default: standard,
  })

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
  timezone: Type.Optional(
    Type.String({
      title: 'Time zone',
      description: 'In which business hours are meant, such as America/New_York. Default: that of whoever asks.',
      minLength: 1,
      maxLength: 100,
    }),
  ),
  business_hours_start: Type.Optional(hour('Business hours begin', 9)),
  business_hours_end: Type.Optional(hour('Business hours end', 17)),
  working_days: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
      title: 'Working days',
      description: '1 is Monday, 7 is Sunday.',
      minItems: 1,
      maxItems: 7,
      uniqueItems: true,
      default: [1, 2, 3, 4, 5],
    }),
  ),
  slot_duration_minutes: Type.Optional(
    Type.Integer({ title: 'Minutes of an appointment', minimum: 5, maximum: 1_440, default: 60 }),
  ),
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
export function businessHours({ settings }: { settings: Settings }, asker = 'UTC'): BusinessHours {
  const {
    business_hours_start: start = 9,
    business_hours_end: end = 17,
    working_days: workingDays = [1, 2, 3, 4, 5],
  } = settings
  const timezone = settings.timezone ?? asker
  if (end <= start) throw wrong('"business_hours_end" must be later than "business_hours_start"')
  if (!isTimezone(timezone)) throw wrong(`"${timezone}" is not the IANA name of a time zone`)
  return { timezone, start, end, workingDays }
}

const wrong = (what: string) =>
  new ConnectorError('CONFIG_SCHEMA_INVALID', `Google Calendar: ${what} (CONFIG_SCHEMA_INVALID)`)

function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}
