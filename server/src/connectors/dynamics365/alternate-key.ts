import type { Contact, New } from '../../kit/index.ts'
import { quoted } from './paths.ts'
import type { Settings } from './settings.ts'
import type { Row } from './types.ts'

/** Characters for which Dataverse finds no record by its alternate key in a path, however they are encoded. */
const unfit = /[/<>*%&:\\?+]/

export type AlternateKey = { column: string; value: string }

/**
 * What a person is recognised by: the custom field that is mapped to the column of the key, or the e-mail address where none is.
 * Undefined where the settings name no such column, or the person has no value for it.
 */
export function keyOf(
  { email, customFields = {} }: New<Contact>,
  { contact_key: column, field_mappings: map = {} }: Settings,
): AlternateKey | undefined {
  if (column === undefined) return undefined
  const name = Object.keys(map).find((ours) => map[ours] === column)
  const value = name === undefined ? email?.toLowerCase() : customFields[name]
  return typeof value === 'string' || typeof value === 'number' ? { column, value: String(value) } : undefined
}

/** `/contacts(emailaddress1='ada%40example.com')`; undefined where the value must be looked for instead. */
export const placeOfKey = ({ column, value }: AlternateKey): string | undefined =>
  unfit.test(value) ? undefined : `/contacts(${column}=${encodeURIComponent(quoted(value))})`

/** The key stands in the path, and Dataverse takes it from there. */
export const withoutKey = (record: Row, { column }: AlternateKey): Row =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== column))
