import { Type } from 'typebox'

const optional = Type.Optional
const person = () => Type.Object({ email: Type.String({ format: 'email' }), name: optional(Type.String()) })
const people = () => Type.Array(person(), { maxItems: 1_000 })
const texts = () => Type.Record(Type.String(), Type.String())
const toggle = () => optional(Type.Object({ enable: optional(Type.Boolean()) }))
const id = () => Type.String({ format: 'uuid' })

/** The fields that each call takes, and no other. */
export const schemas = {
  mail: Type.Object({
    personalizations: Type.Array(
      Type.Object({
        to: Type.Array(person(), { minItems: 1, maxItems: 1_000 }),
        cc: optional(people()),
        bcc: optional(people()),
        from: optional(person()),
        subject: optional(Type.String({ minLength: 1 })),
        headers: optional(texts()),
        substitutions: optional(texts()),
        dynamic_template_data: optional(Type.Record(Type.String(), Type.Unknown())),
        custom_args: optional(texts()),
        send_at: optional(Type.Integer()),
      }),
      { minItems: 1, maxItems: 1_000 },
    ),
    from: person(),
    reply_to: optional(person()),
    reply_to_list: optional(people()),
    subject: optional(Type.String({ minLength: 1 })),
    content: optional(
      Type.Array(Type.Object({ type: Type.String({ minLength: 1 }), value: Type.String({ minLength: 1 }) }), {
        minItems: 1,
      }),
    ),
    template_id: optional(Type.String()),
    headers: optional(texts()),
    categories: optional(Type.Array(Type.String({ maxLength: 255 }), { maxItems: 10, uniqueItems: true })),
    attachments: optional(
      Type.Array(
        Type.Object({
          content: Type.String({ minLength: 1, pattern: '^[A-Za-z0-9+/]+=*$' }),
          filename: Type.String({ minLength: 1 }),
          type: optional(Type.String({ minLength: 1 })),
          disposition: optional(Type.Union([Type.Literal('inline'), Type.Literal('attachment')])),
          content_id: optional(Type.String()),
        }),
      ),
    ),
    mail_settings: optional(Type.Object({ sandbox_mode: toggle(), bypass_list_management: toggle() })),
    tracking_settings: optional(Type.Object({ click_tracking: toggle(), open_tracking: toggle() })),
  }),
  contacts: Type.Object({
    list_ids: optional(Type.Array(id())),
    contacts: Type.Array(
      Type.Object({
        email: optional(Type.String({ maxLength: 254, format: 'email' })),
        phone_number_id: optional(Type.String({ pattern: '^\\+[1-9]\\d{6,14}$' })),
        external_id: optional(Type.String({ maxLength: 254 })),
        anonymous_id: optional(Type.String({ maxLength: 254 })),
        alternate_emails: optional(Type.Array(Type.String({ maxLength: 254 }), { maxItems: 5 })),
        first_name: optional(Type.String({ maxLength: 50 })),
        last_name: optional(Type.String({ maxLength: 50 })),
        address_line_1: optional(Type.String({ maxLength: 100 })),
        address_line_2: optional(Type.String({ maxLength: 100 })),
        city: optional(Type.String({ maxLength: 60 })),
        state_province_region: optional(Type.String({ maxLength: 50 })),
        postal_code: optional(Type.String()),
        country: optional(Type.String({ maxLength: 50 })),
        custom_fields: optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]))),
      }),
      { minItems: 1, maxItems: 30_000 },
    ),
  }),
  emails: Type.Object({ emails: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: 100 }) }),
  search: Type.Object({ query: Type.String({ minLength: 1 }) }),
  ids: Type.Object({ ids: Type.String({ minLength: 1 }) }),
  field: Type.Object({
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }),
    field_type: Type.Union([Type.Literal('Text'), Type.Literal('Number'), Type.Literal('Date')]),
  }),
}
