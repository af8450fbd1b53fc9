const dayMs = 86_400_000

/** A call as a voice agent tells of it, in which an hour of a working day to come was agreed. */
export function sampleCall(now: Date) {
  const agreed = new Date(now.getTime() + 7 * dayMs)
  while (agreed.getUTCDay() % 6 === 0) agreed.setTime(agreed.getTime() + dayMs)
  return {
    callId: `sample-${crypto.randomUUID()}`,
    agentId: 'sample-agent',
    customerName: 'Jane Smith',
    customerPhone: '+14079780655',
    customerEmail: 'jane@example.com',
    callOutcome: 'appointment_booked',
    callSummary:
      'Jane’s roof leaks above the kitchen. Somebody comes to look at it; she wants an offer for solar panels too.',
    callSentiment: 'positive',
    transcript:
      'Agent: Good morning, what can I do for you?\nJane: My roof leaks above the kitchen.\nAgent: I am sorry to hear that. Somebody can come next week.\nJane: Then please bring an offer for solar panels as well.',
    startedAt: new Date(now.getTime() - 240_000).toISOString(),
    endedAt: now.toISOString(),
    durationSeconds: 240,
    appointmentBooked: {
      title: 'A look at the roof',
      date: agreed.toISOString().slice(0, 10),
      time: `${9 + (now.getMinutes() % 3)}:00`.padStart(5, '0'),
      timezone: 'America/New_York',
      durationMinutes: 60,
    },
  }
}
