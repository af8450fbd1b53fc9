import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { connectors } from '../../connectors/index.ts'
import { offeredOperations } from '../../kit/result.ts'
import { connectorsPage } from './connectors.ts'

test('the page about the connectors tells of every one with every operation, and is current', async () => {
  const page = await connectorsPage()

  for (const { load } of connectors) {
    const connector = await load()
    const section = page.split(`\n## ${connector.name}\n`)[1]?.split('\n## ')[0] ?? ''
    for (const operation of offeredOperations(connector)) assert.ok(section.includes(`\`${operation}\``), operation)
  }
  const kept = await readFile(join(import.meta.dirname, '../../../../docs/connectors.md'), 'utf8')
  assert.ok(kept === page, 'docs/connectors.md is not current: run `npm run generate` and commit what it changes')
})
