import { createHash } from 'node:crypto'
import type { OperationName } from '../kit/capabilities.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { CallData, Contact, New } from '../kit/models.ts'
import { failureOf, type OperationInput, type OperationOutput, type OperationResult } from '../kit/result.ts'
import { bookingOf, type OpenIntegration } from './open.ts'
import type { RunOptions } from './runner.ts'

/** What became of a finished call at one integration. */
export type CallSteps = { contactId?: string; noteId?: string; appointmentId?: string; sent?: true }

type Run = <Name extends OperationName>(
  name: Name,
  input: OperationInput<Name>,
  options?: RunOptions,
) => Promise<OperationResult<OperationOutput<Name>>>

/**
 * Takes a finished call to an integration: finds or makes the contact, adds the note, books the appointment; an automation gets the
 * call as it is. Ends at the first step that fails, and answers its failure.
 */
export async function processCall(
  open: OpenIntegration,
  run: Run,
  call: CallData,
): Promise<OperationResult<CallSteps>> {
  const options: RunOptions = { callId: call.callId }
  const steps: CallSteps = {}
  let did = false

  if (open.supports('automation.send')) {
    const payload = { call: payloadOf(call), timestamp: call.endedAt.toISOString() }
    const sent = await run(
      'automation.send',
      { action: 'call_completed', payload, idempotencyKey: call.callId },
      options,
    )
    if (!sent.success) return sent
    steps.sent = true
    did = true
  }

  const contact = contactOf(call)
  if (contact && (open.supports('contacts.upsert') || open.supports('contacts.create'))) {
    const found = await findOrMake(open, run, contact, options)
    if (!found.success) return found
    steps.contactId = found.data
    did = true
    if (open.supports('notes.create')) {
      const note = await run(
        'notes.create',
        { contactId: found.data, subject: 'Call', text: noteOf(call), at: call.endedAt },
        options,
      )
      if (!note.success) return note
      steps.noteId = note.data.externalId
    }
  }

  if (call.appointmentBooked && open.supports('calendar.book')) {
    const booking = bookingOf({
      ...call.appointmentBooked,
      customerName: call.customerName,
      customerEmail: call.customerEmail,
      contactId: steps.contactId,
      idempotencyKey: createHash('sha256').update(`call ${call.callId}`).digest('hex').slice(0, 40),
    })
    if (!booking) {
      return failureOf(
        new ConnectorError('VALIDATION_FAILED', 'The appointment of this call has no valid date, time and time zone.'),
      )
    }
    const booked = await run('calendar.book', booking, options)
    if (!booked.success) return booked
    steps.appointmentId = booked.data.externalId
    did = true
  }

  if (did) return { success: true, data: steps }
  return failureOf(new ConnectorError('NOT_SUPPORTED', `${open.getName()} has no use for this call (NOT_SUPPORTED)`))
}

async function findOrMake(
  open: OpenIntegration,
  run: Run,
  contact: New<Contact>,
  options: RunOptions,
): Promise<OperationResult<string>> {
  if (open.supports('contacts.upsert') && contact.email !== undefined) {
    const result = await run('contacts.upsert', contact, options)
    return result.success ? { success: true, data: result.data.contact.externalId } : result
  }
  if (open.supports('contacts.find')) {
    const { email, phone } = contact
    const by = email === undefined ? { phone } : { email }
    const found = await run('contacts.find', by, options)
    if (!found.success && found.errorCode !== 'NOT_FOUND') return found
    if (found.success && found.data) return { success: true, data: found.data.externalId }
  }
  const made = await run('contacts.create', contact, options)
  return made.success ? { success: true, data: made.data.externalId } : made
}

function contactOf({ customerName, customerEmail, customerPhone }: CallData): New<Contact> | undefined {
  if (!customerEmail && !customerPhone) return undefined
  return {
    ...(customerEmail ? { email: customerEmail } : {}),
    ...(customerPhone ? { phone: customerPhone } : {}),
    ...(customerName ? { name: customerName } : {}),
  }
}

function noteOf(call: CallData): string {
  const lines = [
    `Outcome: ${call.callOutcome}`,
    call.callSentiment && `Sentiment: ${call.callSentiment}`,
    `Duration: ${Math.floor(call.durationSeconds / 60)} min ${call.durationSeconds % 60} s`,
    call.callSummary && `\n${call.callSummary}`,
    call.recordingUrl && `\nRecording: ${call.recordingUrl}`,
    call.transcript && `\nTranscript:\n${call.transcript}`,
  ]
  return lines.filter(Boolean).join('\n')
}

/** The call in the names that automations of these calls know. */
const payloadOf = (call: CallData) => ({
  call_id: call.callId,
  agent_id: call.agentId,
  customer_name: call.customerName,
  customer_phone: call.customerPhone,
  customer_email: call.customerEmail,
  call_outcome: call.callOutcome,
  call_summary: call.callSummary,
  call_sentiment: call.callSentiment,
  transcript: call.transcript,
  recording_url: call.recordingUrl,
  started_at: call.startedAt.toISOString(),
  ended_at: call.endedAt.toISOString(),
  duration_seconds: call.durationSeconds,
  appointment_booked: call.appointmentBooked,
})
