import { callPayload } from './call.ts'

/**
 * What an automation is sent: the action, then the fields of the payload (as `payload` where it is no object), then when. A call that is
 * handed on becomes `{ action, call: { … }, timestamp }`.
 */
export function automationBody(action: string, payload: unknown, now: Date): Record<string, unknown> {
  const timestamp = now.toISOString()
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return { action, payload, timestamp }
  const body: Record<string, unknown> = { action, ...payload }
  return { ...body, action, timestamp: body.timestamp ?? timestamp }
}

/** A finished call that never was, with every field that a call may have, so that an automation can be built on it. */
export const sampleBody = (now: Date): Record<string, unknown> =>
  automationBody('test', { call: callPayload(sampleCallAt(now)) }, now)

const sampleCallAt = (endedAt: Date): Parameters<typeof callPayload>[0] => ({
  callId: 'call_test',
  agentId: 'agent_test',
  customerName: 'Jane Smith',
  customerPhone: '+14079780655',
  customerEmail: 'jane@example.com',
  callOutcome: 'appointment_booked',
  callSummary: 'This is a test: the customer booked a roof repair.',
  callSentiment: 'positive',
  transcript: 'Agent: How can I help you?\nCustomer: My roof leaks.',
  recordingUrl: 'https://example.com/recordings/call_test.mp3',
  startedAt: new Date(endedAt.getTime() - 300_000),
  endedAt,
  durationSeconds: 300,
  appointmentBooked: {
    title: 'Roof Repair',
    date: endedAt.toISOString().slice(0, 10),
    time: '14:00',
    timezone: 'America/New_York',
    durationMinutes: 120,
  },
})
