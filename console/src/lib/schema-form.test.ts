import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf, initialValues, readChanges, readValues } from './schema-form.ts'

const schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', title: 'Name' },
    signing_key: { type: 'string', encrypted: true },
    hours: { type: 'number', default: 9 },
    invites: { type: 'boolean', default: true },
    mode: { anyOf: [{ const: 'property' }, { const: 'dealStage' }] },
    days: { type: 'array', items: { type: 'integer' }, default: [1, 2] },
    mapping: { type: 'object', patternProperties: { '^.*$': { type: 'string' } } },
    at: { type: 'string', format: 'date-time' },
    address: { type: 'object', properties: { city: { anyOf: [{ type: 'string', title: 'City' }, { type: 'null' }] } } },
    anything: {},
  },
}
const fields = fieldsOf(schema)

test('each property becomes a field of its kind, with words for a name that has none', () => {
  assert.deepEqual(
    fields.map(({ title, kind }) => `${title}: ${kind}`),
    [
      'Name: text',
      'Signing key: secret',
      'Hours: number',
      'Invites: checkbox',
      'Mode: choice',
      'Days: list',
      'Mapping: pairs',
      'At: time',
      'Address: group',
      'Anything: json',
    ],
  )
  assert.deepEqual(fields[4]?.choices[1], { value: 'dealStage', label: 'Deal stage' })
  assert.equal(fields[8]?.fields[0]?.title, 'City')
})

test('credentials are all secret, and no secret is ever shown again', () => {
  assert.ok(fieldsOf(schema, { allSecret: true }).every(({ kind }) => kind === 'secret'))
  assert.equal(initialValues(fields, { signing_key: 'whsec_1' }).signing_key, '')
})

test('what a person typed becomes a value of the right types, without what is empty', () => {
  const values = {
    ...initialValues(fields),
    name: ' Ada ',
    hours: '9.5',
    invites: false,
    days: ['1', '7'],
    mapping: [
      { name: 'plan', value: 'plan_name' },
      { name: '', value: 'left over' },
    ],
    at: '2026-02-20T14:00Z',
    address: { city: 'London' },
    anything: '[1]',
  }

  assert.deepEqual(readValues(fields, values), {
    name: 'Ada',
    hours: 9.5,
    invites: false,
    days: [1, 7],
    mapping: { plan: 'plan_name' },
    at: '2026-02-20T14:00:00.000Z',
    address: { city: 'London' },
    anything: [1],
  })
})

test('what does not fit stays as it is, so that the hub can say what is wrong with it', () => {
  assert.deepEqual(readValues(fields, { hours: 'nine', anything: '{', at: 'soon' }), {
    hours: 'nine',
    anything: '{',
    at: 'soon',
  })
})

test('a setting that was emptied is taken away, a secret that was left empty stays', () => {
  const before = { name: 'Ada', hours: 8, signing_key: true }

  const changes = readChanges(fields, { ...initialValues(fields, before), hours: '' }, before)

  assert.equal(changes.hours, null)
  assert.equal('signing_key' in changes, false)
})
