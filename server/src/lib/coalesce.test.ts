import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCoalescer } from './coalesce.ts'

/** A reading that answers its number once it is let go. */
function readings() {
  const begun: PromiseWithResolvers<number>[] = []
  return { begun, read: () => begun[begun.push(Promise.withResolvers<number>()) - 1]!.promise }
}

test('whoever comes while a reading runs shares the next one, which begins after it came', async () => {
  const shared = createCoalescer()
  const { begun, read } = readings()
  const first = shared('a', read)
  const late = [shared('a', read), shared('a', read), shared('a', read)]
  assert.equal(begun.length, 1)

  begun[0]!.resolve(1)
  assert.equal(await first, 1)
  await Promise.resolve()
  assert.equal(begun.length, 2)
  const later = shared('a', read)
  begun[1]!.resolve(2)
  assert.deepEqual(await Promise.all(late), [2, 2, 2])
  await Promise.resolve()
  begun[2]!.resolve(3)

  assert.equal(await later, 3)
})

test('a reading that fails fails for those who shared it, and the next is tried', async () => {
  const shared = createCoalescer()
  const { begun, read } = readings()
  const first = shared('a', read)
  const next = shared('a', read)
  begun[0]!.reject(new Error('no'))
  await assert.rejects(first, /no/)
  await Promise.resolve()
  begun[1]!.resolve(2)

  assert.equal(await next, 2)
})

test('what is wanted by another name, or later, is read by itself', async () => {
  const shared = createCoalescer()
  let count = 0
  const read = async () => ++count

  assert.deepEqual(await Promise.all([shared('a', read), shared('b', read)]), [1, 2])
  assert.equal(await shared('a', read), 3)
})
