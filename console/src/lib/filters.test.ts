import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isFiltered, readDeliveryFilter, readEventFilter, readWindow, toQuery, toReplayFilter } from './filters.ts'

const now = Date.parse('2030-01-02T12:00:00Z')

test('a filter survives the way into an address and back', () => {
  const filter = { status: ['retrying', 'dead'], endpointId: 'abc', since: '24h' } as const

  assert.deepEqual(readDeliveryFilter(JSON.parse(JSON.stringify(filter))), filter)
})

test('what an address names but nobody knows is left out', () => {
  assert.deepEqual(readDeliveryFilter({ status: 'lost,dead', since: 'yesterday', after: 'noon' }), { status: ['dead'] })
  assert.deepEqual(readEventFilter({ type: '  ', channel: 7, other: 'x' }), { channel: '7' })
  assert.deepEqual(readWindow({ window: '2y' }), {})
})

test('a range that moves with the clock becomes a time when it is asked', () => {
  assert.deepEqual(toQuery({ since: '1h', status: ['dead', 'retrying'] }, now), {
    after: '2030-01-02T11:00:00.000Z',
    status: 'dead,retrying',
  })
})

test('a filtered list of deliveries can be replayed as it is', () => {
  assert.deepEqual(
    toReplayFilter({ type: 'lead.captured', status: ['retrying', 'dead'], since: '24h', eventId: 'x' }, now),
    {
      after: '2030-01-01T12:00:00.000Z',
      types: ['lead.captured'],
      status: ['dead'],
    },
  )
})

test('an address without filters is not filtered', () => {
  assert.equal(isFiltered(readEventFilter({})), false)
  assert.equal(isFiltered(readEventFilter({ type: 'booking.*' })), true)
})
