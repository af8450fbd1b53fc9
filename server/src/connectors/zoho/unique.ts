import type { Contact, New } from '../../kit/index.ts'
import type { Settings } from './settings.ts'

/**
 * What a person is recognised by: `field` is the one that Zoho compares, the unique field of the settings where the person has a value
 * for it, else the address. A phone alone is no such field. Undefined where there is nothing to recognise the person by.
 */
export function keyOf(
  { email, phone, customFields = {} }: New<Contact>,
  { unique_field: field, field_mappings: map = {} }: Settings,
): { field?: string; value: string } | undefined {
  const name = field === undefined ? undefined : Object.keys(map).find((ours) => map[ours] === field)
  const value = name === undefined ? undefined : customFields[name]
  if (field !== undefined && (typeof value === 'string' || typeof value === 'number') && value !== '')
    return { field, value: String(value) }
  if (email !== undefined) return { field: 'Email', value: email.toLowerCase() }
  return phone === undefined ? undefined : { value: phone }
}
