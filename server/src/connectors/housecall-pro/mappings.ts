import { type CalendarEvent, type Contact, date, field, mapping } from '../../kit/index.ts'
import type { HcpAddress, HcpCustomer, HcpJob } from './types.ts'

/** Housecall Pro serves the United States and Canada, and keeps their numbers as ten digits. */
export const readPhone = (text: string): string => {
  const digits = text.replace(/\D/g, '')
  return /^1?\d{10}$/.test(digits) && !/^\s*\+(?!1)/.test(text) ? `+1${digits.slice(-10)}` : text
}
export const writePhone = (text: string): string => {
  const national = /^\+?1(\d{10})$/.exec(text.replace(/[^\d+]/g, ''))?.[1]
  return national ?? text
}

export const contact = mapping<Contact, HcpCustomer>({
  externalId: 'id',
  email: 'email',
  phone: field('mobile_number', { read: readPhone, write: writePhone }),
  firstName: 'first_name',
  lastName: 'last_name',
  company: 'company',
  tags: 'tags',
  createdAt: date('created_at'),
  updatedAt: date('updated_at'),
})

/** Whether a job takes no time (any more). */
export const isOff = ({ work_status: status, deleted_at: deleted, schedule }: HcpJob): boolean =>
  Boolean(deleted) || /canceled$/.test(status ?? '') || !schedule?.scheduled_start || !schedule.scheduled_end

/** A job as an appointment. What is not scheduled keeps its times empty. */
export function readJob(job: HcpJob): CalendarEvent {
  const { customer, schedule, assigned_employees: employees } = job
  const name = [customer?.first_name, customer?.last_name].filter(Boolean).join(' ')
  const location = addressLine(job.address)
  const description = (job.notes ?? [])
    .map(({ content }) => withoutReference(content ?? ''))
    .filter(Boolean)
    .join('\n\n')
  return {
    externalId: job.id,
    title: job.description || `Job ${job.invoice_number ?? job.id}`,
    startsAt: new Date(schedule?.scheduled_start ?? Number.NaN),
    endsAt: new Date(schedule?.scheduled_end ?? Number.NaN),
    status: isOff(job) ? 'cancelled' : 'confirmed',
    ...(description === '' ? {} : { description }),
    ...(location === '' ? {} : { location }),
    ...(employees?.[0] ? { calendarId: employees[0].id } : {}),
    ...(customer ? { contactId: customer.id } : {}),
    ...(customer?.email ? { attendees: [{ email: customer.email, ...(name ? { name } : {}) }] } : {}),
    ...(job.created_at ? { createdAt: new Date(job.created_at) } : {}),
    ...(job.updated_at ? { updatedAt: new Date(job.updated_at) } : {}),
    raw: job,
  }
}

/** By which a repetition finds its first booking; people do not see it in ours. */
const referenceLine = /\n*Reference: tenon[0-9a-f]{32}$/
const withoutReference = (text: string): string => text.replace(referenceLine, '')

const addressLine = (address: HcpAddress | null | undefined): string => {
  const { street, city, state, zip } = address ?? {}
  return [street, city, [state, zip].filter(Boolean).join(' ')].filter(Boolean).join(', ')
}
