import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sourceInWords } from './source-words.ts'

test('a source is told in words, and one that nobody foresaw without its joints', () => {
  const sources = ['contact_form', 'import', 'api', 'spring_sale-2030', 'Trade fair', '-', 'constructor']

  assert.deepEqual(sources.map(sourceInWords), [
    ...['the contact form', 'an import', 'the API', 'spring sale 2030', 'Trade fair', '-', 'constructor'],
  ])
})
