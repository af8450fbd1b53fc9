import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallPort, type CallSteps, callNote, findOrMakeContact, instantAt, processCall } from './call.ts'
import type { OperationName } from './capabilities.ts'
import { ConnectorError } from './errors.ts'
import type { CallData } from './models.ts'
import type { Look } from './once.ts'
import { operations } from './operations.ts'
import { failureOf } from './result.ts'

const call: CallData = {
  callId: 'call_abc123',
  agentId: 'agent_1',
  customerName: 'Jane Smith',
  customerPhone: '+14079780655',
  customerEmail: 'jane@example.com',
  callOutcome: 'appointment_booked',
  callSummary: 'Wants the roof repaired.',
  callSentiment: 'positive',
  transcript: 'Hello',
  recordingUrl: 'https://calls.example/1',
  startedAt: new Date('2026-02-15T14:30:00Z'),
  endedAt: new Date('2026-02-15T14:35:00Z'),
  durationSeconds: 300,
  appointmentBooked: {
    title: 'Roof',
    date: '2026-02-20',
    time: '14:00',
    timezone: 'America/New_York',
    durationMinutes: 120,
  },
}

/** An integration that answers as told, from a list one after another, and remembers what it was asked. */
function integration(answers: { [Name in OperationName]?: unknown }) {
  const asked: [OperationName, unknown][] = []
  const port: CallPort = {
    supports: (name) => Object.hasOwn(answers, name),
    run: async (name, input) => {
      asked.push([name, input])
      const told = answers[name]
      const answer = Array.isArray(told) ? told.shift() : told
      return (answer instanceof Error ? failureOf(answer) : { success: true, data: answer }) as never
    },
  }
  return { port, asked, names: () => asked.map(([name]) => name) }
}
const broken = new ConnectorError('CONNECTION_FAILED', 'Acme could not be reached (CONNECTION_FAILED)')

test('a CRM with a calendar gets the contact, the note and the appointment', async () => {
  const crm = integration({
    'contacts.find': null,
    'contacts.create': { externalId: 'c1' },
    'notes.create': { externalId: 'n1' },
    'calendar.book': { externalId: 'a1' },
  })

  const { result } = await processCall(crm.port, call)

  assert.deepEqual(result, { success: true, data: { contactId: 'c1', noteId: 'n1', appointmentId: 'a1' } })
  // Looked for by phone and by e-mail before one is made.
  assert.deepEqual(crm.names(), ['contacts.find', 'contacts.find', 'contacts.create', 'notes.create', 'calendar.book'])
  const [, note] = crm.asked[3]!
  assert.equal((note as { subject: string }).subject, 'Call: appointment_booked')
  const [, booking] = crm.asked[4]! as [
    string,
    { startsAt: Date; endsAt: Date; contactId: string; idempotencyKey: string },
  ]
  assert.equal(booking.startsAt.toISOString(), '2026-02-20T19:00:00.000Z')
  assert.equal(booking.endsAt.toISOString(), '2026-02-20T21:00:00.000Z')
  assert.equal(booking.contactId, 'c1')
  assert.match(booking.idempotencyKey, /^[a-v0-9]{5,}$/)
})

test('what fails is told, and does not keep the rest from being done', async () => {
  const crm = integration({
    'contacts.upsert': { contact: { externalId: 'c1' }, created: true },
    'notes.create': broken,
    'calendar.book': { externalId: 'a1' },
  })

  const { result, steps } = await processCall(crm.port, call)

  assert.deepEqual(steps, { contactId: 'c1', appointmentId: 'a1' })
  assert.equal(!result.success && result.errorCode, 'CONNECTION_FAILED')
  const again = integration({
    'contacts.upsert': broken,
    'notes.create': { externalId: 'n1' },
    'calendar.book': broken,
  })
  assert.deepEqual((await processCall(again.port, call, steps)).result, {
    success: true,
    data: { contactId: 'c1', appointmentId: 'a1', noteId: 'n1' },
  })
  assert.deepEqual(again.names(), ['notes.create'])
})

test('where looking fails no contact is made, since there may be one', async () => {
  const crm = integration({ 'contacts.find': broken, 'contacts.create': { externalId: 'c1' }, 'notes.create': {} })

  const { result } = await processCall(crm.port, call)

  assert.equal(result.success, false)
  assert.deepEqual(crm.names(), ['contacts.find'])
})

test('who has no address is looked for, and made by an upsert where there is one', async () => {
  const caller = { phone: '+14079780655' }
  const known = integration({
    'contacts.find': { externalId: 'c1' },
    'contacts.upsert': broken,
    'contacts.create': broken,
  })
  const fresh = integration({
    'contacts.find': null,
    'contacts.upsert': { contact: { externalId: 'c2' }, created: true },
    'contacts.create': broken,
  })

  assert.equal(await findOrMakeContact(known.port, caller), 'c1')
  assert.equal(await findOrMakeContact(fresh.port, caller), 'c2')
  assert.deepEqual([known.names(), fresh.names()], [['contacts.find'], ['contacts.find', 'contacts.upsert']])
})

test('a contact that somebody else makes at the same moment is taken', async () => {
  const crm = integration({
    'contacts.find': [null, null, { externalId: 'c1' }],
    'contacts.create': new ConnectorError('CONFLICT', 'There is one already'),
    'notes.create': { externalId: 'n1' },
  })

  const { result } = await processCall(crm.port, call)

  assert.deepEqual(result, { success: true, data: { contactId: 'c1', noteId: 'n1' } })
  const looks = ['contacts.find', 'contacts.find', 'contacts.create', 'contacts.find']
  assert.deepEqual(crm.names(), [...looks, 'notes.create'])
})

test('an automation gets the call as it is, and who has no use for calls says so', async () => {
  const automation = integration({ 'automation.send': { status: 'ok' } })
  assert.deepEqual((await processCall(automation.port, call)).result, { success: true, data: { sent: true } })
  const [, sent] = automation.asked[0]! as [string, { action: string; payload: { call: { call_id: string } } }]
  assert.deepEqual([sent.action, sent.payload.call.call_id], ['call_completed', 'call_abc123'])

  const none = await processCall(integration({}).port, call)
  assert.equal(!none.result.success && none.result.errorCode, 'NOT_SUPPORTED')
})

test('an appointment without a time that can be is a failure of its own', async () => {
  const appointmentBooked = { ...call.appointmentBooked!, date: '2026-02-30' }
  const { result } = await processCall(integration({ 'calendar.book': {} }).port, { ...call, appointmentBooked })

  assert.equal(!result.success && result.errorCode, 'VALIDATION_FAILED')
})

test('a note is bounded, however long people talk', () => {
  const note = callNote({ ...call, transcript: 'word '.repeat(50_000) })

  assert.ok(note.length < 21_000)
  assert.match(
    note,
    /^Wants the roof repaired\.\n\nOutcome: appointment_booked\nSentiment: positive\nDuration: 5 min 0 s\nAppointment: Roof, 2026-02-20 14:00/,
  )
})

test('a wall clock is read as the zone has it, summer time and all', () => {
  assert.equal(instantAt('2026-07-01', '09:00', 'Europe/Berlin')?.toISOString(), '2026-07-01T07:00:00.000Z')
  // The clocks go from 2 to 3.
  assert.equal(instantAt('2026-03-29', '02:30', 'Europe/Berlin')?.toISOString(), '2026-03-29T01:30:00.000Z')
  for (const [date, time, zone] of [
    ['2026-13-01', '09:00', 'UTC'],
    ['2026-01-01', '25:00', 'UTC'],
    ['2026-01-01', '09:00', 'Mars'],
  ] as const) {
    assert.equal(instantAt(date, time, zone), undefined)
  }
})

test('an appointment whose answer was lost is looked for, and booked again only where it is not there', async () => {
  const begun = { contactId: 'c1', noteId: 'n1', begun: ['calendar.book' as const] }
  const after = async (look: Look) => {
    const { port, names } = integration({ 'calendar.book': { externalId: 'a2' } })
    const saved: CallSteps[] = []
    const { steps, result } = await processCall(
      { ...port, repeat: (name) => operations[name].repeat, look: async () => look },
      call,
      begun,
      async (steps) => void saved.push(steps),
    )
    return { steps, result, saved, asked: names() }
  }

  const there = await after({ known: true, done: true, record: { externalId: 'a1' } })
  const missing = await after({ known: true, done: false })
  const unseen = await after({ known: false })

  assert.deepEqual([there.steps, there.asked], [{ contactId: 'c1', noteId: 'n1', appointmentId: 'a1' }, []])
  assert.deepEqual([missing.steps.appointmentId, missing.asked], ['a2', ['calendar.book']])
  // Written down before the vendor is asked.
  assert.deepEqual(missing.saved, [begun, missing.steps])
  assert.deepEqual([unseen.steps, unseen.asked], [begun, []])
  assert.equal(!unseen.result.success && unseen.result.errorCode, 'OUTCOME_UNKNOWN')
})

test('a refusal leaves nothing to look for, and a lost answer does', async () => {
  const after = async (error: ConnectorError) => {
    const { port } = integration({ 'contacts.create': error })
    return (await processCall({ ...port, repeat: (name) => operations[name].repeat }, call)).steps
  }

  assert.deepEqual(await after(new ConnectorError('VENDOR_REJECTED', 'No')), {})
  assert.deepEqual(await after(new ConnectorError('CONNECTION_FAILED', 'Cut', { ambiguous: true })), {
    begun: ['contacts.create'],
  })
})

test('a contact that was deleted since an earlier try is found or made anew, and gets the note', async () => {
  const gone = new ConnectorError('NOT_FOUND', 'Acme has no such contact (NOT_FOUND)')
  const crm = integration({
    'contacts.find': [null, null],
    'contacts.create': { externalId: 'c2' },
    'notes.create': [gone, { externalId: 'n1' }],
  })
  const { appointmentBooked: _, ...plain } = call

  const { result } = await processCall(crm.port, plain, { contactId: 'c1' })
  const { result: still, steps } = await processCall(
    integration({ 'contacts.find': [null, null], 'contacts.create': broken, 'notes.create': gone }).port,
    plain,
    { contactId: 'c1' },
  )

  assert.deepEqual(result, { success: true, data: { contactId: 'c2', noteId: 'n1' } })
  assert.equal((crm.asked.at(-1)![1] as { contactId: string }).contactId, 'c2')
  assert.deepEqual([still.success, steps], [false, {}])
})
