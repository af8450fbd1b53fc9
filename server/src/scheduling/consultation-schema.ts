import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { Email, mostHosts, Slot, TimeZone } from './schema.ts'

const Status = Type.Enum(['requested', 'scheduled', 'offered', 'closed'], {
  description: 'offered: none of the preferred times suited, and others were offered by mail.',
})
export const Consultation = Type.Object({
  id: Id,
  status: Status,
  email: Type.String(),
  firstName: Nullable(Type.String()),
  lastName: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  company: Nullable(Type.String()),
  service: Nullable(Type.String()),
  preferredTimes: Type.Array(Time),
  timezone: Nullable(Type.String()),
  message: Nullable(Type.String()),
  source: Nullable(Type.String()),
  offered: Type.Array(Slot),
  bookingId: Nullable(Id),
  createdAt: Time,
  updatedAt: Time,
})
export type Consultation = Static<typeof Consultation>

const line = (maxLength: number) =>
  Type.Optional(
    Nullable(
      Type.String({
        maxLength,
        pattern: '^[^\\u0000-\\u001f\\u007f]*$',
        'x-expects': `one line of at most ${maxLength} characters`,
      }),
    ),
  )
export const NewConsultation = Type.Object({
  email: Email,
  firstName: line(200),
  lastName: line(200),
  phone: line(50),
  company: line(200),
  timezone: Type.Optional(TimeZone),
  service: Type.Optional(Type.String({ maxLength: 200, description: 'What the consultation is about.' })),
  preferredTimes: Type.Optional(
    Type.Array(Time, { maxItems: 20, description: 'The first of them that is free is booked.' }),
  ),
  message: Type.Optional(Type.String({ maxLength: 10_000 })),
  source: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})
export type NewConsultation = Static<typeof NewConsultation>

export const ConsultationTime = Type.Object({
  startsAt: Time,
  hostIds: Type.Optional(
    Type.Array(Id, { minItems: 1, maxItems: mostHosts, description: 'Who may have it, best first. Default: anybody.' }),
  ),
})
export type ConsultationTime = Static<typeof ConsultationTime>

/** What was stored; who takes the wish in may have more to say of it. */
export const TakenIn = Type.Object(
  { requestId: Id, leadId: Id },
  { additionalProperties: true, description: 'The request and the lead; a job looks for a time.' },
)
export type TakenIn = Static<typeof TakenIn>

export const ConsultationFilter = Type.Object({ ...Paging.properties, status: Type.Optional(Status) })
export type ConsultationFilter = Static<typeof ConsultationFilter>
