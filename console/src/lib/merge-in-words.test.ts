import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Lead } from 'tenon-sdk'
import { fieldsToMerge, isContested } from './merge-in-words.ts'

const lead = (fields: Partial<Lead>) => ({ address: {}, source: 'api', status: 'new', ...fields }) as Lead

test('only fields that both leads fill, and not alike, are a choice', () => {
  const nothing = { name: null, firstName: null, lastName: null, phone: null, company: null, jobTitle: null }
  const more = { timezone: null, amountMinor: null, score: null, persona: null, ownerId: null, currency: null }
  const kept = lead({ ...nothing, ...more, email: 'ada@example.com', score: 7 })
  const other = lead({ ...nothing, ...more, email: 'ada@example.org', phone: '+442079460958', score: 7 })

  const fields = fieldsToMerge(kept, other, undefined, String)

  assert.deepEqual(
    fields.map(({ field }) => field),
    ['email', 'phone', 'status', 'score', 'source'],
  )
  assert.deepEqual(
    fields.filter(isContested).map(({ field, kept, other }) => [field, kept, other]),
    [['email', 'ada@example.com', 'ada@example.org']],
  )
})
