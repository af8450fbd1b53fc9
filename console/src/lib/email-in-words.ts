import type { EmailSummary } from 'tenon-sdk'
import type { Search } from './filters.ts'

export type SendStatus = EmailSummary['status']
export type SendFilter = { status?: SendStatus; to?: string }

/** The states of an e-mail, with the word that people see. */
export const sendStatuses: { value: SendStatus; label: string }[] = [
  { value: 'queued', label: 'Waiting' },
  { value: 'sending', label: 'Being sent' },
  { value: 'sent', label: 'Sent' },
  { value: 'kept', label: 'In the outbox' },
  { value: 'failed', label: 'Failed' },
  { value: 'unknown', label: 'Unknown' },
]

/** What a state means, and what a person can do. */
export const sendStatusInSentence: Record<SendStatus, string> = {
  queued: 'It waits for its turn, or for its next try.',
  sending: 'It is being handed over.',
  sent: 'The mail service has taken it.',
  kept: 'Nothing is connected to send with. Connect a mail service, then send it.',
  failed: 'The mail service refused it.',
  unknown: 'The connection broke before anybody said whether it was taken. Sending it again may write twice.',
}

/** Reads the filter of the list of e-mails. */
export function readSendFilter(search: Search): SendFilter {
  const status = sendStatuses.find(({ value }) => value === search.status)?.value
  const to = typeof search.to === 'string' && search.to.trim() ? search.to.trim() : undefined
  return { ...(status && { status }), ...(to && { to }) }
}
