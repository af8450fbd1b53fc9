import { type Static, Type } from 'typebox'

const line = (description: string, maxLength = 400) =>
  Type.String({ maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$', description })
const maybe = (description: string, maxLength?: number) => Type.Optional(line(description, maxLength))
const minutes = Type.Optional(
  Type.Union(
    [Type.Integer({ minimum: 5, maximum: 1_440 }), Type.String({ pattern: '^\\d{1,4}(\\.0+)?( ?min(ute)?s?)?$' })],
    {
      description: 'How long the appointment is. Default: as long as slots are.',
    },
  ),
)
const agent = { agent_id: maybe('The agent that asks; chooses whose time is booked.', 200) }
const place = {
  ...agent,
  call_id: maybe('The call in which this is asked; the same request of one call is done once.', 200),
  timezone: maybe("An IANA time zone in which times are meant. Default: that of whoever's time is booked.", 64),
}
const person = {
  customer_name: maybe('The name of the customer.'),
  customer_phone: maybe('A phone number, however it is written.', 60),
  customer_email: maybe('An e-mail address.', 320),
}
const which = {
  booking_id: maybe('The id of the appointment, where it is known.', 40),
  customer_phone: person.customer_phone,
  customer_email: person.customer_email,
}

export const toolInputs = {
  'check-availability': Type.Object({
    ...place,
    appointment_date: maybe('A day, such as 2026-02-20, tomorrow or next Monday. Default: the next free times.', 60),
    duration_minutes: minutes,
  }),
  'book-appointment': Type.Object({
    ...place,
    ...person,
    appointment_date: line('A day, such as 2026-02-20, tomorrow or Monday.', 60),
    appointment_time: line('A time of day, such as 14:00 or 2:30 pm.', 60),
    duration_minutes: minutes,
    title: maybe('What the appointment is.', 200),
    notes: Type.Optional(Type.String({ maxLength: 5_000, description: 'What the appointment is about.' })),
  }),
  'reschedule-appointment': Type.Object({
    ...place,
    ...which,
    appointment_date: line('The new day.', 60),
    appointment_time: line('The new time of day.', 60),
  }),
  'cancel-appointment': Type.Object({ ...place, ...which, reason: maybe('Why it is cancelled.', 1_000) }),
  'find-contact': Type.Object({ ...place, ...person }),
} as const

export type ToolName = keyof typeof toolInputs
export type ToolInput<Name extends ToolName> = Static<(typeof toolInputs)[Name]>
export const toolNames = Object.keys(toolInputs) as ToolName[]

export const toolTitles: Record<ToolName, string> = {
  'check-availability': 'Say when an appointment can be booked',
  'book-appointment': 'Book an appointment',
  'reschedule-appointment': 'Move an appointment to another time',
  'cancel-appointment': 'Cancel an appointment',
  'find-contact': 'Find a customer by phone or e-mail',
}

const Choice = Type.Object({
  starts_at: Type.String(),
  ends_at: Type.String(),
  spoken: Type.String(),
  booking_id: Type.Optional(Type.String({ description: 'The appointment, where one of several is to be chosen.' })),
})

/** What a tool answers: a sentence to speak, and what a model may go on with. */
export const ToolAnswer = Type.Object({
  ok: Type.Boolean({ description: 'Whether what was asked for is done.' }),
  message: Type.String({ description: 'A sentence to speak.' }),
  reason: Type.Optional(Type.String()),
  certain: Type.Optional(
    Type.Boolean({ description: 'False where a connected calendar did not answer in time, and could still object.' }),
  ),
  booking_id: Type.Optional(Type.String()),
  starts_at: Type.Optional(Type.String()),
  ends_at: Type.Optional(Type.String()),
  timezone: Type.Optional(Type.String()),
  slots: Type.Optional(Type.Array(Choice)),
  alternatives: Type.Optional(Type.Array(Choice)),
  contact: Type.Optional(
    Type.Object({
      id: Type.String(),
      name: Type.Union([Type.String(), Type.Null()]),
      email: Type.Union([Type.String(), Type.Null()]),
      phone: Type.Union([Type.String(), Type.Null()]),
      status: Type.String(),
    }),
  ),
})
export type ToolAnswer = Static<typeof ToolAnswer>
