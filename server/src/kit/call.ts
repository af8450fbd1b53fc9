import { createHash } from 'node:crypto'
import type { OperationName, Repeat } from './capabilities.ts'
import { ConnectorError } from './errors.ts'
import type { CallData, Contact, New } from './models.ts'
import { type Look, runningOnce } from './once.ts'
import { failureOf, type OperationInput, type OperationOutput, type OperationResult } from './result.ts'

/** What an integration has of a finished call. Given to a later try, so that nothing is done twice. */
export type CallSteps = {
  contactId?: string
  noteId?: string
  appointmentId?: string
  sent?: true
  /** What the vendor was asked for and has not answered, or whose answer was not kept. */
  begun?: OperationName[]
  /** What was done as a person says, who looked at the vendor. */
  settled?: OperationName[]
}

/** How an integration is used: what it offers, and one operation run, logged by itself. */
export type CallPort = {
  supports(name: OperationName): boolean
  run<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
  ): Promise<OperationResult<OperationOutput<Name>>>
  /** What may be done where it is not known whether the vendor acted. Without it every operation may be repeated. */
  repeat?(name: OperationName): Repeat
  /** Looks whether the vendor has done an operation. */
  look?(name: OperationName, input: unknown): Promise<Look>
}

export type CallReport = {
  steps: CallSteps
  /** Each operation in the order it was run, with its outcome. */
  outcomes: { operation: OperationName; result: OperationResult<unknown> }[]
  /** The steps where all went well; otherwise the first failure, or NOT_SUPPORTED where there was nothing to do. */
  result: OperationResult<CallSteps>
}

/** Longer transcripts are cut in notes; vendors refuse more than about 64,000 characters. */
const longestTranscript = 20_000

/**
 * Takes a finished call as far as an integration can: an automation gets the call as it is; a CRM gets the contact, found or made,
 * and a note; a calendar the appointment that was agreed. A step that fails does not keep the others from being tried, except that a
 * note needs its contact.
 */
export async function processCall(
  port: CallPort,
  call: CallData,
  done: CallSteps = {},
  /** Keeps what is done, after each step, so that a process that dies has not done it in vain. */
  save: (steps: CallSteps) => Promise<void> = async () => {},
): Promise<CallReport> {
  const steps: CallSteps = { ...done }
  const outcomes: CallReport['outcomes'] = []
  const note = async (step: CallSteps) => {
    Object.assign(steps, step)
    await save({ ...steps })
  }
  const once = runningOnce(port, steps, () => save({ ...steps }))
  const isSettled = (operation: OperationName) => steps.settled?.includes(operation) ?? false
  const run: CallPort['run'] = async (operation, input) => {
    const result = await once(operation, input)
    outcomes.push({ operation, result })
    return result
  }

  if (port.supports('automation.send') && !steps.sent) {
    const sent = await run('automation.send', {
      action: 'call_completed',
      payload: { call: callPayload(call), timestamp: call.endedAt.toISOString() },
      idempotencyKey: call.callId,
    })
    if (sent.success) await note({ sent: true })
  }
  const contact = contactOf(call)
  if (contact && !steps.contactId && !isSettled('contacts.create')) {
    const found = await findOrMakeContact({ ...port, run }, contact)
    if (found !== undefined) await note({ contactId: found })
  }
  const addNote = (contactId: string) =>
    run('notes.create', { contactId, subject: `Call: ${call.callOutcome}`, text: callNote(call), at: call.endedAt })
  if (steps.contactId !== undefined && !steps.noteId && port.supports('notes.create') && !isSettled('notes.create')) {
    let made = await addNote(steps.contactId)
    if (contact && steps.contactId === done.contactId && !made.success && made.errorCode === 'NOT_FOUND') {
      // Since the try that found the contact it was deleted there, or became part of another.
      delete steps.contactId
      const found = await findOrMakeContact({ ...port, run }, contact)
      if (found !== undefined) {
        await note({ contactId: found })
        made = await addNote(found)
      }
    }
    if (made.success) await note({ noteId: made.data.externalId })
  }
  if (call.appointmentBooked && !steps.appointmentId && port.supports('calendar.book') && !isSettled('calendar.book')) {
    const booking = bookingOf(call, steps.contactId)
    if (booking) {
      const booked = await run('calendar.book', booking)
      if (booked.success) await note({ appointmentId: booked.data.externalId })
    } else outcomes.push({ operation: 'calendar.book', result: failureOf(noTime) })
  }
  return { steps, outcomes, result: resultOf(steps, outcomes) }
}

const noTime = new ConnectorError(
  'VALIDATION_FAILED',
  'The appointment of this call has no valid date, time and time zone (VALIDATION_FAILED)',
)

function resultOf(steps: CallSteps, outcomes: CallReport['outcomes']): OperationResult<CallSteps> {
  // Where the contact was found after all, somebody else made it in the meantime; a note may need a second contact.
  const isThere = (operation: OperationName) =>
    (operation === 'contacts.create' && steps.contactId !== undefined) ||
    (operation === 'notes.create' && steps.noteId !== undefined)
  const failures = outcomes.flatMap(({ operation, result }) =>
    result.success || isNotThere(operation, result) || isThere(operation) ? [] : [result],
  )
  // What may still succeed is tried again first; then comes what a person has to settle.
  const failed = failures.find(({ retry }) => retry) ?? failures.find(({ ambiguous }) => ambiguous) ?? failures[0]
  if (failed) return failed
  if (Object.keys(steps).length > 0) return { success: true, data: steps }
  return failureOf(new ConnectorError('NOT_SUPPORTED', 'This integration has no use for this call (NOT_SUPPORTED)'))
}

/** A search that finds nothing is no failure, also where the vendor calls it one. */
const isNotThere = (operation: OperationName, result: OperationResult<unknown>): boolean =>
  operation === 'contacts.find' && !result.success && result.errorCode === 'NOT_FOUND'

/**
 * Finds a contact or makes it. The id; undefined where it could not be had, or the integration has no contacts. Others may be making the same
 * one at this moment, so it is made by an upsert where there is one, and looked for again where the vendor says that it is there.
 */
export async function findOrMakeContact(
  { supports, run }: CallPort,
  contact: New<Contact>,
): Promise<string | undefined> {
  const canUpsert = supports('contacts.upsert')
  const upsert = async () => {
    const result = await run('contacts.upsert', contact)
    return result.success ? result.data.contact.externalId : undefined
  }
  if (canUpsert && contact.email !== undefined) return await upsert()
  if (!supports('contacts.create')) return undefined
  const look = async () => (supports('contacts.find') ? await findContact(run, contact) : null)
  const found = await look()
  if (found !== null) return found
  if (canUpsert) return await upsert()
  const made = await run('contacts.create', contact)
  if (made.success) return made.data.externalId
  return made.errorCode === 'CONFLICT' ? ((await look()) ?? undefined) : undefined
}

/** By phone and then by address. Null where nobody is there, undefined where that is not known: making one then could make a second. */
async function findContact(run: CallPort['run'], { email, phone }: New<Contact>): Promise<string | null | undefined> {
  for (const by of [phone === undefined ? undefined : { phone }, email === undefined ? undefined : { email }]) {
    if (!by) continue
    const found = await run('contacts.find', by)
    if (found.success && found.data) return found.data.externalId
    if (!found.success && !isNotThere('contacts.find', found)) return undefined
  }
  return null
}

function contactOf(call: CallData): New<Contact> | undefined {
  const reach = reachOf(call)
  if (!reach) return undefined
  return { ...reach, ...(call.customerName ? { name: call.customerName } : {}) }
}

/** By what somebody who called can be found again. Who withholds a number is `anonymous` or `unknown` as everybody else who does. */
export function reachOf({
  customerEmail: email,
  customerPhone: phone,
}: Pick<CallData, 'customerEmail' | 'customerPhone'>): { email?: string; phone?: string } | undefined {
  const hasNumber = phone !== undefined && phone.replace(/\D/g, '').length >= 5
  if (!email && !hasNumber) return undefined
  return { ...(email ? { email } : {}), ...(hasNumber ? { phone } : {}) }
}

/** The call as a note for people: summary first, transcript last and bounded. */
export function callNote(call: CallData): string {
  const { callSummary, callSentiment, recordingUrl, transcript, durationSeconds, appointmentBooked: booked } = call
  const minutes = Math.floor(durationSeconds / 60)
  const parts = [
    callSummary,
    [
      `Outcome: ${call.callOutcome}`,
      callSentiment && `Sentiment: ${callSentiment}`,
      `Duration: ${minutes > 0 ? `${minutes} min ` : ''}${Math.round(durationSeconds % 60)} s`,
      booked && `Appointment: ${booked.title}, ${booked.date} ${booked.time} (${booked.timezone})`,
      recordingUrl && `Recording: ${recordingUrl}`,
    ]
      .filter(Boolean)
      .join('\n'),
    transcript &&
      `Transcript:\n${transcript.length > longestTranscript ? `${cut(transcript, longestTranscript)} …` : transcript}`,
  ]
  return parts.filter(Boolean).join('\n\n')
}

/** The beginning of a text; a character that the cut would go through is left out, since half of one cannot be stored. */
export function cut(text: string, longest: number): string {
  const part = text.slice(0, longest)
  return part.isWellFormed() ? part : part.slice(0, -1)
}

/** The appointment in instants; undefined where date, time or zone are none. */
function bookingOf(call: CallData, contactId: string | undefined): OperationInput<'calendar.book'> | undefined {
  const { appointmentBooked: agreed, customerEmail: email, customerName } = call
  const startsAt = agreed && instantAt(agreed.date, agreed.time, agreed.timezone)
  if (!agreed || !startsAt || !(agreed.durationMinutes > 0)) return undefined
  return {
    title: agreed.title,
    startsAt,
    endsAt: new Date(startsAt.getTime() + agreed.durationMinutes * 60_000),
    timezone: agreed.timezone,
    ...(agreed.notes ? { description: agreed.notes } : {}),
    ...(email ? { attendees: [{ email, ...(customerName ? { name: customerName } : {}) }] } : {}),
    ...(contactId ? { contactId } : {}),
    // Lower-case hex is what every vendor takes as a key, Google's event ids included.
    idempotencyKey: createHash('sha256').update(`call ${call.callId}`).digest('hex').slice(0, 40),
  }
}

/**
 * The instant of `2026-02-20` at `14:00` in a time zone; undefined where they are none. A time that the clocks skip is taken an hour
 * later, one that they repeat the first time.
 */
export function instantAt(date: string, time: string, timezone: string): Date | undefined {
  try {
    return new Date(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone).epochMilliseconds)
  } catch {
    return undefined
  }
}

/** The call in the names that automations of these calls know. */
export const callPayload = (call: CallData) => ({
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
