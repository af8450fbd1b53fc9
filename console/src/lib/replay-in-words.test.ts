import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replayInWords } from './replay-in-words.ts'

const nameOf = (id: string) => (id === 'shop' ? 'Shop' : undefined)

test('a replay says what it repeats', () => {
  assert.equal(replayInWords({}, nameOf), 'Failed deliveries to every endpoint')
  assert.equal(
    replayInWords({ endpointId: 'shop', status: ['dead', 'cancelled'], types: ['lead.captured'] }, nameOf),
    'Failed and cancelled deliveries of lead.captured to Shop',
  )
})

test('missed events are told apart from deliveries', () => {
  assert.equal(
    replayInWords({ endpointId: 'gone', missed: true }, nameOf),
    'Failed deliveries and events that were missed to an endpoint that was deleted',
  )
})
