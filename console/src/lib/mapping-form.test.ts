import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mappedFields, mappingOf, pathsOf, sourcesOf, suggestedSources } from './mapping-form.ts'
import { fieldsOf } from './schema-form.ts'

const fields = mappedFields(
  fieldsOf({
    required: ['email'],
    properties: {
      email: { type: 'string', title: 'E-mail' },
      amount: { type: 'integer' },
      address: { type: 'object', title: 'Address', properties: { city: { type: 'string' } } },
      custom: { type: 'object', patternProperties: { '^.*$': {} } },
    },
  }),
)

test('paths, templates, constants and JSON each become their part of the mapping, and come back as they were', () => {
  const sources = {
    email: '$.payload.email',
    amount: '1250',
    'address.city': 'City of {$.payload.city}',
    custom: '{"plan":{"$path":"$.payload.plan","$default":"free"}}',
  }

  const mapping = mappingOf(fields, sources)

  assert.deepEqual(mapping, {
    email: '$.payload.email',
    amount: 1250,
    address: { city: { $template: 'City of {$.payload.city}' } },
    custom: { plan: { $path: '$.payload.plan', $default: 'free' } },
  })
  assert.deepEqual(sourcesOf(fields, mapping), sources)
})

test('fields that are left empty are no part of the mapping', () => {
  assert.deepEqual(mappingOf(fields, { email: ' ', amount: '' }), {})
})

test('what the event calls by the same name is suggested', () => {
  const example = { contact: { Email: 'ada@example.com' }, city: 'London' }

  assert.deepEqual(suggestedSources(fields, example), {
    email: '$.payload.contact.Email',
    'address.city': '$.payload.city',
  })
})

test('the paths of an example are listed, into lists and past odd names', () => {
  assert.deepEqual(pathsOf({ items: [{ name: 'A' }], 'odd name': 1 }), [
    '$.payload.items',
    '$.payload.items[0].name',
    '$.payload["odd name"]',
    '$.id',
    '$.type',
    '$.occurredAt',
  ])
})
