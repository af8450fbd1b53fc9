import type { InboundEvent, VoiceCall } from '../../kit/index.ts'

/** A call as Retell shows it; what is still unknown is absent. Times are epoch milliseconds. */
export type RetellCall = {
  call_id: string
  agent_id?: string
  call_status?: string
  direction?: string
  from_number?: string
  to_number?: string
  start_timestamp?: number
  end_timestamp?: number
  duration_ms?: number
  transcript?: string
  recording_url?: string
  disconnection_reason?: string
  call_analysis?: {
    call_summary?: string
    user_sentiment?: string
    call_successful?: boolean
    custom_analysis_data?: Record<string, unknown>
  }
  retell_llm_dynamic_variables?: Record<string, unknown>
  collected_dynamic_variables?: Record<string, unknown>
  metadata?: Record<string, unknown>
}

/** What each webhook says of a call. */
const states: Record<string, VoiceCall['status']> = {
  call_started: 'started',
  call_ended: 'ended',
  call_analyzed: 'completed',
}

/** News of a call: `call.started`, `call.ended`, `call.analyzed`; all others keep their name. */
export function readNews(event: string, call: RetellCall): InboundEvent {
  const at = event === 'call_started' ? call.start_timestamp : call.end_timestamp
  return {
    type: /^call_(started|ended|analyzed)$/.test(event) ? event.replace('_', '.') : `retell.${event}`,
    eventId: `${call.call_id}/${event}`,
    externalId: call.call_id,
    ...(typeof at === 'number' ? { occurredAt: new Date(at) } : {}),
    data: { ...callOf(call), status: states[event] ?? statusOf(call), raw: undefined },
  }
}

const statusOf = ({ call_status: status }: RetellCall): VoiceCall['status'] =>
  status === 'ended' || status === 'error' ? 'ended' : 'started'

export function callOf(call: RetellCall): VoiceCall {
  const { call_analysis: analysis = {}, direction } = call
  const said = {
    ...call.metadata,
    ...call.retell_llm_dynamic_variables,
    ...call.collected_dynamic_variables,
    ...analysis.custom_analysis_data,
  }
  const booked = appointmentOf(said)
  const known = {
    direction: direction === 'inbound' || direction === 'outbound' ? direction : undefined,
    from: textOf(call.from_number),
    to: textOf(call.to_number),
    customerName: textOf(said.customer_name) ?? textOf(said.name),
    customerEmail: emailOf(said.customer_email) ?? emailOf(said.email),
    customerPhone: textOf(said.customer_phone) ?? textOf(direction === 'outbound' ? call.to_number : call.from_number),
    callOutcome: outcomeOf(call, said, booked !== undefined),
    callSummary: textOf(analysis.call_summary),
    callSentiment: textOf(analysis.user_sentiment)?.toLowerCase(),
    transcript: textOf(call.transcript),
    recordingUrl: textOf(call.recording_url),
    startedAt: dateOf(call.start_timestamp),
    endedAt: dateOf(call.end_timestamp),
    durationSeconds: durationOf(call),
    appointmentBooked: booked,
  }
  const present = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
  return { externalId: call.call_id, agentId: call.agent_id ?? '', status: statusOf(call), ...present, raw: call }
}

function outcomeOf(
  { call_analysis: analysis, disconnection_reason: reason }: RetellCall,
  said: Record<string, unknown>,
  isBooked: boolean,
) {
  const told = textOf(said.call_outcome)
  if (told !== undefined) return told
  if (isBooked) return 'appointment_booked'
  if (analysis?.call_successful !== undefined) return analysis.call_successful ? 'successful' : 'unsuccessful'
  return textOf(reason)
}

function durationOf({ duration_ms: ms, start_timestamp: from, end_timestamp: to }: RetellCall): number | undefined {
  if (typeof ms === 'number') return Math.round(ms / 1_000)
  return typeof from === 'number' && typeof to === 'number' ? Math.round((to - from) / 1_000) : undefined
}

/** An appointment that the analysis of the call found, where it is told whole. */
function appointmentOf(said: Record<string, unknown>): VoiceCall['appointmentBooked'] {
  const [date, time, timezone] = [textOf(said.appointment_date), textOf(said.appointment_time), textOf(said.timezone)]
  if (date === undefined || time === undefined || timezone === undefined) return undefined
  const minutes = Number(said.duration_minutes)
  return {
    ...{ title: textOf(said.appointment_title) ?? 'Appointment', date, time, timezone },
    durationMinutes: Number.isInteger(minutes) && minutes > 0 ? minutes : 60,
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined
const emailOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? value : undefined
const dateOf = (value: unknown): Date | undefined => (typeof value === 'number' ? new Date(value) : undefined)
