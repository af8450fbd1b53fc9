import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldInWords } from './lead-in-words.ts'

test('a custom field is told in words, however a product spells it', () => {
  const names = ['roof_type', 'assessmentType', 'shoe size', 'budget', 'CRM_id', '_']

  assert.deepEqual(names.map(fieldInWords), ['Roof type', 'Assessment type', 'Shoe size', 'Budget', 'CRM id', '_'])
})
