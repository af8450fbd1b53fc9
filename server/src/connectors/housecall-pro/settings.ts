import { type Context, encrypted, type Static, Type } from '../../kit/index.ts'

const optionalText = (title: string, description: string) =>
  Type.Optional(Type.String({ title, description, minLength: 1, maxLength: 500 }))
const hour = (title: string) =>
  Type.Optional(
    Type.Number({
      title,
      description: "In hours since midnight; 9.5 is half past nine. Default: the company's own booking windows.",
      minimum: 0,
      maximum: 24,
      multipleOf: 0.25,
    }),
  )

export const settings = Type.Object({
  company_id: optionalText('Company', 'Id of the company that the key must be of. Default: whichever it is of.'),
  default_employee_id: optionalText('Employee', 'Who gets new jobs, and whose time is looked at. Default: nobody.'),
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
    Type.Integer({ title: 'Minutes of an appointment', description: 'Default: 30.', minimum: 5, maximum: 1_440 }),
  ),
  arrival_window_minutes: Type.Optional(
    Type.Integer({
      title: 'Minutes of the arrival window',
      description: 'What customers are told about when somebody arrives. Default: none.',
      minimum: 0,
      maximum: 720,
    }),
  ),
  use_company_address: Type.Optional(
    Type.Boolean({
      title: 'Book without an address',
      description: "A job has an address. A customer without one is given the company's own, instead of being refused.",
      default: false,
    }),
  ),
  lead_source: optionalText('Lead source', 'Of new customers, leads and jobs. It must be among those of the company.'),
  currency: Type.Optional(
    Type.String({ title: 'Currency', description: 'Of estimates and leads.', pattern: '^[A-Z]{3}$', default: 'USD' }),
  ),
  webhook_secret: Type.Optional(
    encrypted(
      Type.String({
        title: 'Webhook secret',
        description: 'The signing secret that Housecall Pro shows where webhooks are set up.',
        minLength: 1,
        maxLength: 500,
      }),
    ),
  ),
})

export type HcpContext = Context<Static<typeof settings>>
export const currencyOf = ({ settings }: HcpContext): string => settings.currency ?? 'USD'
