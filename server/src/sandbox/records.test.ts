import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { FailureError } from './emulator.ts'
import { createRecords, type RecordChange, readCursor } from './records.ts'

test('a record keeps when it was made, changed and deleted, and its changes are heard', () => {
  const { records, clock, heard } = setUp()
  const { id } = records.create({ name: 'Ada' })
  clock.advance(1_000)
  records.update(id, { size: 2 })
  clock.advance(1_000)
  const deleted = records.delete(id)
  const restored = records.restore(id)

  assert.deepEqual(deleted, {
    id,
    data: { name: 'Ada', size: 2 },
    createdAt: start,
    updatedAt: start + 2_000,
    deletedAt: start + 2_000,
    version: 3,
  })
  assert.equal(restored.deletedAt, undefined)
  assert.deepEqual(
    heard.map(({ action, record, previous }) => [action, record.version, previous]),
    [
      ['created', 1, undefined],
      ['updated', 2, { name: 'Ada' }],
      ['deleted', 3, undefined],
      ['restored', 4, undefined],
    ],
  )
})

test('what is deleted is hidden from all who do not ask for it', () => {
  const { records } = setUp()
  const [gone, here] = [records.create({ name: 'gone' }), records.create({ name: 'here' })]
  records.delete(gone.id)
  const names = (found: { data: { name: string } }[]) => found.map(({ data }) => data.name)

  assert.equal(records.get(gone.id), undefined)
  assert.equal(records.get(gone.id, { deleted: true })?.data.name, 'gone')
  assert.equal(
    records.find(({ data }) => data.name === 'gone'),
    undefined,
  )
  assert.deepEqual(names(records.list()), ['here'])
  assert.deepEqual(names(records.list({ deleted: 'only' })), ['gone'])
  assert.deepEqual(names(records.list({ deleted: 'also' })), ['gone', 'here'])
  assert.throws(() => records.update(gone.id, { name: 'x' }), FailureError)
  records.purge(here.id)
  assert.throws(() => records.need(here.id), FailureError)
})

test('lists what changed since, and sorts by it', () => {
  const { records, clock } = setUp()
  const [first] = [records.create({ name: 'first' }), records.create({ name: 'second' })]
  clock.advance(1_000)
  records.create({ name: 'third' })
  records.update(first!.id, { size: 1 })
  const names = (options: Parameters<typeof records.list>[0]) => records.list(options).map(({ data }) => data.name)

  assert.deepEqual(names({ since: start + 1_000 }), ['first', 'third'])
  assert.deepEqual(names({ sortBy: 'updatedAt' }), ['second', 'first', 'third'])
  assert.deepEqual(names({ sortBy: 'updatedAt', descending: true }), ['third', 'first', 'second'])
})

test('pages of records that all have the same time neither repeat nor leave one out, in both directions', () => {
  const { records } = setUp()
  for (let count = 0; count < 12; count += 1) records.create({ name: String(count) })

  for (const descending of [false, true]) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = records.page({ limit: 5, cursor, descending })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.next
    } while (cursor)
    assert.deepEqual(
      seen,
      records.list({ descending }).map(({ id }) => id),
    )
  }
})

test('a cursor that no page gave is told from one that a page gave', () => {
  const { records } = setUp()
  records.create({ name: 'a' })
  records.create({ name: 'b' })
  const { next = '' } = records.page({ limit: 1 })

  assert.notEqual(readCursor(next), undefined)
  for (const wrong of ['', 'nonsense', 'W10', Buffer.from('{}').toString('base64url')]) {
    assert.equal(readCursor(wrong), undefined)
  }
})

const start = Date.UTC(2026, 0, 1)

function setUp() {
  const clock = manualClock(start)
  const heard: RecordChange[] = []
  let [id, version] = [8, 0]
  const records = createRecords<{ name: string; size?: number }>({
    type: 'things',
    table: {},
    now: clock.now,
    newId: () => String(++id),
    nextVersion: () => ++version,
    changed: (change) => void heard.push(change),
  })
  return { records, clock, heard }
}
