import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agreedInWords, outcomeInWords, readCallFilter, stepsInWords } from './call-in-words.ts'

test('what became of a call is told in words', () => {
  const agreed = { title: 'Roof repair', date: '2026-02-20', time: '14:00', timezone: 'America/New_York' }

  assert.equal(outcomeInWords('appointment_booked'), 'Appointment booked')
  assert.equal(outcomeInWords(null), '–')
  assert.equal(agreedInWords(agreed), 'Roof repair, Fri, Feb 20, 2026 at 14:00 (America/New_York)')
  assert.equal(agreedInWords({ title: 'Roof repair', date: 'soon' }), 'Roof repair, soon')
  assert.deepEqual(stepsInWords({ sent: true, contactId: 'c1' }), [
    { text: 'The contact is there', id: 'c1' },
    { text: 'The call was sent', id: null },
  ])
})

test('a filter that is not understood is left out', () => {
  assert.deepEqual(readCallFilter({ status: 'gone', agentId: ' a1 ' }), { agentId: 'a1' })
})
