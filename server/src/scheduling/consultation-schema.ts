import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { Slot } from './schema.ts'

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

export const ConsultationFilter = Type.Object({ ...Paging.properties, status: Type.Optional(Status) })
export type ConsultationFilter = Static<typeof ConsultationFilter>
