import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInTypes } from './catalogue.ts'
import { suggest } from './suggest.ts'

for (const [given, meant] of [
  ['lead.capture', 'lead.captured'],
  ['LeadCaptured', 'lead.captured'],
  ['booking_created', 'booking.created'],
  ['booking.canceled', 'booking.cancelled'],
  ['mesage.recieved', 'message.received'],
] as const) {
  test(`takes ${given} for ${meant}`, () => {
    assert.equal(suggest(given, builtInTypes.keys()), meant)
  })
}

test('does not guess where nothing is close', () => {
  assert.equal(suggest('order.shipped', builtInTypes.keys()), undefined)
  assert.equal(suggest('', builtInTypes.keys()), undefined)
})
