import { type CalendarEvent, type Contact, type Deal, date, field, mapping, minor, readOnly } from '../../kit/index.ts'
import type { GhlContact, GhlEvent, GhlOpportunity } from './types.ts'

export const contact = mapping<Contact, GhlContact>({
  externalId: 'id',
  email: 'email',
  phone: 'phone',
  firstName: 'firstName',
  lastName: 'lastName',
  // GoHighLevel takes a whole name apart by itself; read, it is put together from the parts.
  name: 'name',
  company: 'companyName',
  tags: 'tags',
  createdAt: date('dateAdded'),
  updatedAt: date('dateUpdated'),
})

export const deal = mapping<Deal, GhlOpportunity>({
  externalId: 'id',
  title: 'name',
  pipelineId: 'pipelineId',
  stageId: 'pipelineStageId',
  // The location's currency stands in the settings, not in the record.
  amountMinor: minor('monetaryValue', 'currency'),
  // What was abandoned is lost, too.
  status: field('status', {
    read: (status: string): Deal['status'] =>
      status === 'abandoned' ? 'lost' : status === 'open' || status === 'won' || status === 'lost' ? status : undefined,
    write: (status: NonNullable<Deal['status']>): string => status,
  }),
  contactId: readOnly('contactId'),
  createdAt: date('createdAt'),
  updatedAt: date('updatedAt'),
})

const cancelled = new Set(['cancelled', 'noshow', 'invalid'])

/** Whether an appointment takes no time any more. */
export const isOff = ({ appointmentStatus }: GhlEvent): boolean => cancelled.has(appointmentStatus ?? '')

export const event = mapping<CalendarEvent, GhlEvent>({
  externalId: 'id',
  title: 'title',
  calendarId: 'calendarId',
  contactId: 'contactId',
  startsAt: date('startTime'),
  endsAt: date('endTime'),
  location: 'address',
  description: field('description', { read: withoutReference, write: (text: string) => text }),
  status: field('appointmentStatus', {
    read: (status: string): CalendarEvent['status'] =>
      cancelled.has(status) ? 'cancelled' : status === 'new' ? 'tentative' : 'confirmed',
    write: (status: NonNullable<CalendarEvent['status']>): string => (status === 'tentative' ? 'new' : status),
  }),
  createdAt: date('dateAdded'),
  updatedAt: date('dateUpdated'),
})

/** By which a repetition finds its first booking; people do not see it in ours. */
const referenceLine = /\n*Reference: tenon[0-9a-f]{32}$/

function withoutReference(text: string): string | undefined {
  const rest = text.replace(referenceLine, '')
  return rest === '' ? undefined : rest
}
