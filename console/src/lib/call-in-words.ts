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
    .sort(([one], [other]) => placeOf(one) - placeOf(other))
    .map(([step, value]) => ({ text: stepNames[step] ?? step, id: typeof value === 'string' ? value : null }))

/** In the order in which they are done; the hub keeps them in none. */
const placeOf = (step: string): number => [...Object.keys(stepNames), step].indexOf(step)

type Agreed = { title?: unknown; date?: unknown; time?: unknown; timezone?: unknown }

/** The appointment that was agreed on the phone: `Roof repair, Fri, Feb 20, 2026 at 14:00 (America/New_York)`. */
export function agreedInWords({ title, date, time, timezone }: Agreed): string {
  const when = [dayInWords(date), time && `at ${String(time)}`, timezone && `(${String(timezone)})`]
    .filter(Boolean)
    .join(' ')
  return [title, when].filter(Boolean).join(', ')
}

// A day by the clock of the place that was agreed, whatever the reader's is.
function dayInWords(date: unknown): unknown {
  const day = typeof date === 'string' && /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(date) : Number.NaN
  if (Number.isNaN(day)) return date
  const parts: Intl.DateTimeFormatOptions = { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric' }
  return new Intl.DateTimeFormat('en', { ...parts, timeZone: 'UTC' }).format(day)
}
