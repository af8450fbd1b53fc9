import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { mayBecome, statuses, transitions } from './status.ts'

test('the documentation tells the same transitions as the table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/integrations.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|$/gm)]
  const told = rows.flatMap(([, from, to]) => [...to!.matchAll(/`(\w+)`/g)].map(([, one]) => `${from} ${one}`))

  assert.deepEqual(told.sort(), transitions.map(({ from, to }) => `${from} ${to}`).sort())
})

test('a status becomes only what the table says, or stays', () => {
  const known = new Set(transitions.map(({ from, to }) => `${from} ${to}`))

  for (const from of statuses)
    for (const to of statuses) assert.equal(mayBecome(from, to), from === to || known.has(`${from} ${to}`))
  assert.equal(mayBecome('active', 'pending'), false)
})
