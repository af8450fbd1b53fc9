import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyForm, faultsOf, fieldsOf } from './endpoint-form.ts'

const form = { ...emptyForm, name: 'Shop', url: 'https://shop.example/hooks', events: ['lead.captured'] }

test('what was left empty is sent as nothing, seconds as milliseconds', () => {
  const fields = fieldsOf(form)

  assert.deepEqual(
    [fields.channels, fields.filter, fields.rateLimit, fields.concurrency, fields.retrySchedule],
    [null, null, null, null, null],
  )
  assert.deepEqual([fields.retryDelay, fields.timeout], [5_000, 15_000])
})

test('a schedule is sent only where it was chosen', () => {
  assert.deepEqual(
    fieldsOf({ ...form, retryKind: 'schedule', retrySchedule: '5s, 1 min' }).retrySchedule,
    [5_000, 60_000],
  )
  assert.equal(fieldsOf({ ...form, retrySchedule: '5s' }).retrySchedule, null)
})

test('headers without a name are left out', () => {
  const headers = [
    { name: 'X-Team', value: 'ops' },
    { name: ' ', value: 'lost' },
  ]

  assert.deepEqual(fieldsOf({ ...form, headers }).headers, { 'X-Team': 'ops' })
})

test('each fault stands at its field', () => {
  const faults = faultsOf({
    ...emptyForm,
    url: 'shop.example',
    filter: '{',
    retryKind: 'schedule',
    retrySchedule: 'soon',
  })

  assert.deepEqual(Object.keys(faults).sort(), ['events', 'filter', 'name', 'retrySchedule', 'url'])
})

test('a complete form has no faults', () => {
  assert.deepEqual(faultsOf(form), {})
})
