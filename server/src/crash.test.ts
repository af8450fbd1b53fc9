import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCrash } from '../crash/run.ts'

test('nothing that was accepted is lost when hubs and their database are killed under load', async (context) => {
  // The short form of `npm run crash`; another seed kills at other moments.
  const report = await runCrash({ kills: 8, seed: 20, say: (line) => context.diagnostic(line) })

  assert.deepEqual(report.faults, [])
  assert.equal(report.lost, 0)
  assert.ok(report.accepted > 100, `only ${report.accepted} events were accepted`)
})
