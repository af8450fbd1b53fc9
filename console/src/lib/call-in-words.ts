import type { Call, CallDetail } from 'tenon-sdk'
import type { Search } from './filters.ts'

export type CallFilter = { agentId?: string; status?: Call['status'] }
export type CallDelivery = CallDetail['deliveries'][number]

export const callStatuses: { value: Call['status']; label: string }[] = [
  { value: 'started', label: 'Going on' },
  { value: 'ended', label: 'Being analysed' },
  { value: 'completed', label: 'Completed' },
]

/** Reads the filter of the list of calls. */
export function readCallFilter(search: Search): CallFilter {
  const status = callStatuses.find(({ value }) => value === search.status)?.value
  const agentId = typeof search.agentId === 'string' && search.agentId.trim() ? search.agentId.trim() : undefined
  return { ...(agentId && { agentId }), ...(status && { status }) }
}

/** Who called, by whatever is known of them. */
export const callerOf = ({ customerName, customerPhone, customerEmail }: Call): string =>
  customerName || customerPhone || customerEmail || 'Somebody unknown'

/** `appointment_booked` → "Appointment booked". */
export function outcomeInWords(outcome: string | null): string {
  const words = outcome?.replaceAll(/[_-]+/g, ' ').trim()
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : '–'
}

const stepNames: Record<string, string> = {
  contactId: 'The contact is there',
  noteId: 'A note of the call is there',
  appointmentId: 'The appointment is booked',
  sent: 'The call was sent',
  settled: 'The rest is there, as somebody said who looked',
}

/** What an integration has of a call, each with the id that it has there. */
export const stepsInWords = (steps: CallDelivery['steps']): { text: string; id: string | null }[] =>
  Object.entries(steps)
    // What nobody knows of is told by the error.
    .filter(([step, value]) => value && step !== 'begun')
    .map(([step, value]) => ({ text: stepNames[step] ?? step, id: typeof value === 'string' ? value : null }))

type Agreed = { title?: unknown; date?: unknown; time?: unknown; timezone?: unknown }

/** The appointment that was agreed on the phone: `Roof repair, 2026-02-20 at 14:00 (America/New_York)`. */
export function agreedInWords({ title, date, time, timezone }: Agreed): string {
  const when = [date, time && `at ${String(time)}`, timezone && `(${String(timezone)})`].filter(Boolean).join(' ')
  return [title, when].filter(Boolean).join(', ')
}
