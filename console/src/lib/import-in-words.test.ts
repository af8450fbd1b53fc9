import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginningOf, changedColumns } from './import-in-words.ts'

test('a large file is cut where a line ends, a small one not at all', async () => {
  const line = `${'ada@example.com;Ada;'.padEnd(99, 'x')}\n`
  const large = new File([line.repeat(4_000)], 'large.csv')
  const small = new File(['Mail\nada@example.com'], 'small.csv')

  const text = await (await beginningOf(large)).text()

  assert.ok(text.length < 256 * 1_024 && text.length > 200_000)
  assert.equal((text.length + 1) % line.length, 0)
  assert.equal(await beginningOf(small), small)
})

test('only columns that are wanted otherwise are told to the hub', () => {
  const columns = [
    { name: 'Mail', field: 'email' },
    { name: 'Note', field: 'customFields.Note' },
  ]

  assert.deepEqual(changedColumns(columns, { Mail: 'email', Note: null, Gone: 'phone' }), { Note: null })
})
