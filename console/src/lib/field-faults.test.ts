import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from './api.ts'
import { fieldFaults } from './field-faults.ts'

const refused = (...fields: string[]) =>
  new ApiError(
    {
      error: 'Refused.',
      errorCode: 'VALIDATION_FAILED',
      details: fields.map((field) => ({ field, message: 'is wrong' })),
    },
    400,
  )

test('a fault stands at the field that it names', () => {
  assert.deepEqual(fieldFaults(refused('body.url', 'query.limit'), ['url', 'name']), { url: 'This is wrong.' })
})

test('a fault inside a field stands at that field and says where', () => {
  assert.deepEqual(fieldFaults(refused('body.filter.amount.$gt', 'body.events[2]'), ['filter', 'events']), {
    filter: 'amount.$gt is wrong.',
    events: '[2] is wrong.',
  })
})

test('a person is not told that null would do', () => {
  const details = [{ field: 'body.email', message: 'must be an e-mail address or null' }]
  const error = new ApiError({ error: 'Refused.', errorCode: 'VALIDATION_FAILED', details }, 400)

  assert.deepEqual(fieldFaults(error, ['email']), { email: 'This must be an e-mail address.' })
})

test('what is no refusal has no faults', () => {
  assert.deepEqual(fieldFaults(new Error('lost'), ['url']), {})
})
