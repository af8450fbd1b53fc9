import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOperationInput } from './operation-input.ts'
import { isOperationName, operations, reconcileLookup, repeatOf } from './operations.ts'

test('turns points in time into dates, wherever they stand', () => {
  const booking = { title: 'Roof', startsAt: '2026-02-20T14:00:00-05:00', endsAt: '2026-02-20T21:00:00Z' }

  const parsed = parseOperationInput('calendar.book', { ...booking, timezone: 'America/New_York' })
  assert.ok(parsed.ok)
  assert.equal(parsed.input.startsAt.toISOString(), '2026-02-20T19:00:00.000Z')
  const changed = parseOperationInput('calendar.update', {
    externalId: '1',
    changes: { endsAt: '2026-02-20T21:00:00Z', description: null },
  })
  assert.deepEqual(changed, {
    ok: true,
    input: { externalId: '1', changes: { endsAt: new Date('2026-02-20T21:00:00Z'), description: null } },
  })
  const found = parseOperationInput('calendar.find', { startsAt: booking.startsAt, endsAt: booking.endsAt })
  assert.ok(found.ok && 'startsAt' in found.input && found.input.startsAt instanceof Date)
})

for (const [name, json, field] of [
  ['contacts.create', { email: 'no address' }, 'input.email'],
  ['contacts.create', { emial: 'a@example.com' }, 'input.emial'],
  ['contacts.create', { __proto__: null, constructor: 1 }, 'input.constructor'],
  ['contacts.create', 'text', 'input'],
  ['contacts.create', [], 'input'],
  ['contacts.get', {}, 'input.externalId'],
  ['contacts.get', null, 'input.externalId'],
  ['contacts.find', {}, 'input'],
  ['contacts.update', { externalId: '1', changes: { email: 7 } }, 'input.changes.email'],
  ['contacts.batchUpsert', { contacts: [{ email: 'a@example.com' }, { phone: 1 }] }, 'input.contacts.1.phone'],
  ['calendar.book', { title: 'x', startsAt: 'tomorrow', endsAt: '2026-02-20T21:00:00Z' }, 'input.startsAt'],
  ['calendar.book', { title: 'x', startsAt: '2026-02-20T21:00:00Z', endsAt: '2026-02-20T21:00:00Z' }, 'input.endsAt'],
  [
    'calendar.availability',
    { from: '2026-02-20T21:00:00Z', to: '2026-02-21T21:00:00Z', timezone: 'Mars/Base' },
    'input.timezone',
  ],
  ['payments.createPaymentIntent', { amountMinor: 12.5, currency: 'EUR' }, 'input.amountMinor'],
  ['messaging.sendEmail', { to: [{ email: 'a@example.com' }], subject: 's' }, 'input'],
  ['messaging.sendEmail', { to: [], subject: 's', text: 't' }, 'input.to'],
  [
    'messaging.sendEmail',
    { to: [{ email: 'a@example.com' }], subject: 's', text: 't', headers: { 'X-A': 'b\r\nBcc: c' } },
    'input.headers.X-A',
  ],
] as const) {
  test(`${name} of ${JSON.stringify(json)} is refused for ${field}`, () => {
    const parsed = parseOperationInput(name, json)

    assert.ok(!parsed.ok)
    assert.ok(
      parsed.details.some((detail) => detail.field === field),
      JSON.stringify(parsed.details),
    )
    assert.ok(parsed.details.every(({ message }) => message !== ''))
  })
}

test('input without fields needs none', () => {
  assert.deepEqual(parseOperationInput('deals.pipelines', undefined), { ok: true, input: {} })
})

test('every operation has words, and reads are safe to repeat', () => {
  for (const [name, { title, what, writes, repeat }] of Object.entries(operations)) {
    assert.ok(isOperationName(name))
    assert.ok(title !== '' && what !== '')
    if (!writes) assert.equal(repeat, 'safe', name)
  }
  assert.ok(!isOperationName('toString'))
  assert.equal(repeatOf({ repeat: { 'messaging.sendEmail': 'key' } }, 'messaging.sendEmail'), 'key')
  assert.equal(repeatOf({}, 'messaging.sendEmail'), 'never')
})

test('names the operation that finds what another may have made', () => {
  const at = { startsAt: new Date(0), endsAt: new Date(60_000) }

  assert.deepEqual(reconcileLookup('contacts.create', { email: 'a@example.com', phone: '+1' }), {
    operation: 'contacts.find',
    input: { email: 'a@example.com' },
  })
  assert.deepEqual(reconcileLookup('contacts.create', { phone: '+1' })?.input, { phone: '+1' })
  assert.equal(reconcileLookup('contacts.create', { name: 'Ada' }), undefined)
  assert.deepEqual(reconcileLookup('calendar.book', { title: 'x', ...at, idempotencyKey: 'k' })?.input, {
    idempotencyKey: 'k',
  })
  assert.deepEqual(
    reconcileLookup('calendar.book', { title: 'x', ...at, attendees: [{ email: 'a@example.com' }] })?.input,
    {
      ...at,
      attendee: 'a@example.com',
    },
  )
  assert.equal(reconcileLookup('messaging.sendSms', { to: '+1', text: 'x' }), undefined)
})
