import { invalid } from '../api/errors.ts'
import { timeOf } from '../events/events.ts'
import { instantAt } from '../kit/call.ts'
import type { CallData } from '../kit/models.ts'
import type { CallDetails } from './queries.ts'
import type { NewCall } from './schema.ts'

const oldestYear = 2000

/** Names as this API has them, where they came as automations write them. */
export function withCamelNames(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const fields = Object.entries(body).map(([name, value]) => {
    const own = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return [own, own === 'appointmentBooked' ? withCamelNames(value) : value] as const
  })
  return Object.fromEntries(fields)
}

/**
 * The call as it is kept.
 * @throws ApiError VALIDATION_FAILED for times that contradict one another, or an appointment at no time
 */
export function detailsOf(call: NewCall, field = 'body'): CallDetails {
  const started = timeOf(`${field}.startedAt`, call.startedAt)
  const ended = timeOf(`${field}.endedAt`, call.endedAt)
  if (ended < started) throw invalid(`${field}.endedAt`, 'must not be before startedAt')
  if (new Date(started).getUTCFullYear() < oldestYear) throw invalid(`${field}.startedAt`, 'is too long ago')
  const { appointmentBooked: booked } = call
  if (booked && !instantAt(booked.date, booked.time, booked.timezone))
    throw invalid(
      `${field}.appointmentBooked`,
      'must have a date such as 2026-02-20, a time such as 14:00 and an IANA time zone',
    )
  return {
    ...present({
      customerName: call.customerName?.trim() || undefined,
      customerPhone: call.customerPhone?.trim() || undefined,
      customerEmail: call.customerEmail?.trim() || undefined,
      callSummary: call.callSummary,
      callSentiment: call.callSentiment,
      transcript: call.transcript,
      recordingUrl: call.recordingUrl,
      appointmentBooked: booked ? { ...booked, notes: booked.notes ?? undefined } : undefined,
    }),
    callOutcome: call.callOutcome,
    durationSeconds: call.durationSeconds ?? Math.round((ended - started) / 1_000),
  }
}

/** The call as integrations are handed it. */
export const callDataOf = (row: {
  callId: string
  agentId: string
  details: CallDetails
  startedAt: Date
  endedAt: Date | null
}): CallData => ({
  ...row.details,
  callId: row.callId,
  agentId: row.agentId,
  callOutcome: row.details.callOutcome ?? 'completed',
  durationSeconds: row.details.durationSeconds ?? 0,
  startedAt: row.startedAt,
  endedAt: row.endedAt ?? row.startedAt,
})

/** Only what is there. */
export const present = <Fields extends object>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as {
    [name in keyof Fields]?: NonNullable<Fields[name]>
  }
