import { type Context, encrypted, type Static, settingMissing, Type } from '../../kit/index.ts'

const optionalText = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 500 }))
const hour = (title: string) =>
  Type.Optional(
    Type.Number({
      title,
      description: 'In hours since midnight; 9.5 is half past nine. Default: whenever the calendar is open.',
      minimum: 0,
      maximum: 24,
      multipleOf: 0.25,
    }),
  )

export const settings = Type.Object({
  location_id: optionalText('Location', 'Id of the sub-account. Sign-in by OAuth tells it; a token needs it here.'),
  calendar_id: optionalText('Calendar', 'Where appointments are booked. Default: the first active calendar.'),
  pipeline_id: optionalText('Pipeline', 'Where new opportunities begin. Default: the first pipeline.'),
  default_stage_id: optionalText('Stage', 'The stage of new opportunities in that pipeline.'),
  user_id: optionalText('User', 'Id of the user who gets new appointments, tasks and opportunities.'),
  currency: Type.Optional(
    Type.String({
      title: 'Currency',
      description: 'Of the amounts of opportunities, such as `USD`.',
      pattern: '^[A-Z]{3}$',
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
  business_hours_start: hour('Business hours begin'),
  business_hours_end: hour('Business hours end'),
  slot_duration_minutes: Type.Optional(
    Type.Integer({
      title: 'Minutes of an appointment',
      description: 'Default: those of the calendar.',
      minimum: 5,
      maximum: 1_440,
    }),
  ),
  ignore_free_slots: Type.Optional(
    Type.Boolean({
      title: 'Book outside of free slots',
      description: 'Appointments are booked even where the calendar offers no slot.',
      default: false,
    }),
  ),
  notify: Type.Optional(
    Type.Boolean({
      title: 'GoHighLevel tells the contact',
      description: 'Its automations run when an appointment is booked or changed.',
      default: true,
    }),
  ),
  field_mappings: Type.Optional(
    Type.Record(Type.String(), Type.String(), {
      title: 'Field mapping',
      description: 'Name of a custom field → key of the field there, such as `customField.call_result`, or its id.',
      default: {},
    }),
  ),
  webhook_secret: Type.Optional(
    encrypted(
      Type.String({
        title: 'Webhook secret',
        description:
          'With which your own automations sign what they send (HMAC-SHA256 of the body, hex, in x-webhook-signature). Webhooks of the marketplace need none.',
        minLength: 1,
        maxLength: 500,
      }),
    ),
  ),
})

type Settings = Static<typeof settings>
export type GhlContext = Context<Settings>

/** The sub-account that everything is in: of the settings, or the one that was chosen at sign-in. */
export function locationOf({ settings, credentials }: GhlContext): string {
  const found = settings.location_id ?? credentials.locationId
  if (found === undefined || found === '') throw settingMissing('location_id', 'a private token does not tell it')
  return found
}
