import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyConnector } from '../../kit/connector.ts'
import type { ConformanceOptions } from '../conformance.ts'

const recorded = ['externalId', 'createdAt', 'updatedAt', 'raw']

/** What is read of a vendor's record and written back reads the same. */
export function holdsToItsMappings({ name }: AnyConnector, { mappings = {} }: ConformanceOptions): void {
  for (const [what, { mapping, record }] of Object.entries(mappings)) {
    test(`${name}: the mapping of ${what} survives there and back`, () => {
      const ours = mapping.read(record as never)
      const own = Object.fromEntries(Object.entries(ours as object).filter(([field]) => !recorded.includes(field)))
      assert.ok(Object.keys(own).length > 0, 'nothing of the record was read')
      assert.equal(typeof (ours as { externalId: unknown }).externalId, 'string')

      const again = mapping.read(merged(record, mapping.write(own as never)) as never)

      assert.deepEqual(without(again as object), without(ours as object))
    })
  }
}

const without = ({ raw: _, ...rest }: { raw?: unknown }) => rest

/** The record with what was written in its place. */
function merged(record: unknown, written: unknown): unknown {
  if (!isObject(record) || !isObject(written)) return written
  const fields = Object.entries(written).map(([name, value]) => [name, merged(record[name], value)])
  return { ...record, ...Object.fromEntries(fields) }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
