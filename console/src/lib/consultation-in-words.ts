import type { Consultation } from 'tenon-sdk'
import type { Search } from './filters.ts'

export type ConsultationFilter = { status?: Consultation['status'] }

export const consultationStatuses: { value: Consultation['status']; label: string }[] = [
  { value: 'requested', label: 'Waits for a time' },
  { value: 'offered', label: 'Times were offered' },
  { value: 'scheduled', label: 'Booked' },
  { value: 'closed', label: 'Closed' },
]

/** What a state means, and who has to do something. */
export const consultationInSentence: Record<Consultation['status'], string> = {
  requested: 'No time was found yet. If it stays so, nobody can be booked: add a host, or choose a time by hand.',
  offered: 'None of the wished times was free. Others were offered by mail, and the first that is clicked is booked.',
  scheduled: 'It has its appointment.',
  closed: 'Nobody follows it any more.',
}

/** Reads the filter of the list of consultation requests. */
export function readConsultationFilter(search: Search): ConsultationFilter {
  const status = consultationStatuses.find(({ value }) => value === search.status)?.value
  return status ? { status } : {}
}

/** Who asks. */
export const askerOf = ({ firstName, lastName, email }: Consultation): string =>
  [firstName, lastName].filter(Boolean).join(' ') || email

/** `Fri, Feb 20, 2:00 PM`, by the reader's clock. */
export const formatMoment = (iso: string): string =>
  new Intl.DateTimeFormat('en', {
    weekday: 'short',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  }).format(Date.parse(iso))
