import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aliases, aliasesOf, builtInTypes, canonicalType, isTypeName } from './catalogue.ts'
import { problemsOfSchema } from './json-schema.ts'
import { checkOfBuiltIn, checkOfTenant } from './payload-check.ts'

const promised = [
  ...[
    'lead.captured',
    'lead.status_updated',
    'assessment.completed',
    'consultation.requested',
    'consultation.scheduled',
  ],
  ...[
    'email.engagement',
    'booking.created',
    'booking.updated',
    'booking.cancelled',
    'contact.created',
    'contact.updated',
  ],
  ...['lead.updated', 'lead.deleted', 'lead.merged', 'lead.separated', 'lead.erased', 'message.replied'],
  ...['form.submitted', 'inventory.low', 'message.received', 'conversation.created', 'call.completed'],
  ...['integration.status_changed', 'endpoint.disabled', 'delivery.exhausted', 'webhook.test'],
]

test('the catalogue has every promised type', () => {
  assert.deepEqual([...builtInTypes.keys()].sort(), [...promised].sort())
})

test('the guide tells of every type', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../../docs/events-and-webhooks.md'), 'utf8')

  assert.deepEqual(
    promised.filter((name) => !guide.includes(`\`${name}\``)),
    [],
  )
})

for (const type of builtInTypes.values()) {
  test(`${type.name} has a description, a sound schema and an example that it accepts`, () => {
    assert.ok(isTypeName(type.name))
    assert.match(type.description, /^[A-Z].*\.$/)
    assert.deepEqual(problemsOfSchema(type.schema!, 'schema'), [])
    assert.equal(checkOfBuiltIn(type.schema!)(type.example, 'payload'), undefined)
    assert.equal(checkOfTenant(type.schema!)(type.example, 'payload'), undefined)
  })

  test(`${type.name} accepts fields that it does not know, and refuses what is not an object`, () => {
    const check = checkOfBuiltIn(type.schema!)

    assert.equal(check({ ...(type.example as object), somethingElse: { deep: [1] } }, 'payload'), undefined)
    for (const wrong of [null, 'text', 7, [], true]) assert.ok(check(wrong, 'payload'))
  })
}

test('a known field of the wrong type or format is refused by name', () => {
  const check = checkOfBuiltIn(builtInTypes.get('lead.captured')!.schema!)

  assert.deepEqual(check({ email: 'not an address', score: '40' }, 'body.payload'), [
    { field: 'body.payload.email', message: 'must be an e-mail address or null' },
    { field: 'body.payload.score', message: 'must be a number or null' },
  ])
})

test('a field that is not required may be null', () => {
  const check = checkOfBuiltIn(builtInTypes.get('lead.captured')!.schema!)

  assert.equal(check({ email: null, tags: null, customFields: null }, 'payload'), undefined)
})

test('an event that makes no sense without a field is refused without it', () => {
  const check = checkOfBuiltIn(builtInTypes.get('booking.cancelled')!.schema!)

  assert.deepEqual(
    check({ reason: 'ill' }, 'body.payload')?.map(({ field }) => field),
    ['body.payload.bookingId'],
  )
})

test('each alias stands for a type of the catalogue', () => {
  for (const [alias, name] of Object.entries(aliases)) {
    assert.ok(builtInTypes.has(name), name)
    assert.equal(canonicalType(alias), name)
    assert.deepEqual(aliasesOf(name), [alias])
  }
  assert.equal(Object.keys(aliases).length, 6)
  assert.equal(canonicalType('constructor'), 'constructor')
})
