import { Type } from 'typebox'
import type { BusinessHours } from './business-hours.ts'
import { ConnectorError } from './errors.ts'

const hour = (title: string, standard: number) =>
  Type.Number({
    title,
    description: 'In hours since midnight; 9.5 is half past nine.',
    minimum: 0,
    maximum: 24,
    multipleOf: 0.25,
    default: standard,
  })

/** What a person configures of a calendar that knows no rules of its own for when somebody can be booked. */
export const businessSettings = {
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
}

type BusinessSettings = {
  timezone?: string | undefined
  business_hours_start?: number | undefined
  business_hours_end?: number | undefined
  working_days?: number[] | undefined
}

/**
 * The business hours of an integration; `asker` is whose time zone counts where the settings name none.
 * @throws ConnectorError CONFIG_SCHEMA_INVALID where the hours or the time zone are none
 */
export function readBusinessHours(vendor: string, settings: BusinessSettings, asker = 'UTC'): BusinessHours {
  const {
    business_hours_start: start = 9,
    business_hours_end: end = 17,
    working_days: workingDays = [1, 2, 3, 4, 5],
  } = settings
  const timezone = settings.timezone ?? asker
  const wrong = (what: string) =>
    new ConnectorError('CONFIG_SCHEMA_INVALID', `${vendor}: ${what} (CONFIG_SCHEMA_INVALID)`)
  if (end <= start) throw wrong('"business_hours_end" must be later than "business_hours_start"')
  if (!isTimezone(timezone)) throw wrong(`"${timezone}" is not the IANA name of a time zone`)
  return { timezone, start, end, workingDays }
}

/** Whether text is the IANA name of a time zone. */
export function isTimezone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}
