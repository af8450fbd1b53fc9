import type { Contact, New } from '../../kit/index.ts'
import type { Settings } from './settings.ts'

/**
 * The external id of a person: the custom field that is mapped to the external id field, or the e-mail address where none is. Undefined
 * where the settings name no such field, or the person has no value for it.
 */
export function externalIdOf(
  { email, customFields = {} }: New<Contact>,
  { external_id_field: field, field_mappings: map = {} }: Settings,
): { field: string; value: string } | undefined {
  if (field === undefined) return undefined
  const name = Object.keys(map).find((ours) => map[ours] === field)
  const value = name === undefined ? email?.toLowerCase() : customFields[name]
  return typeof value === 'string' || typeof value === 'number' ? { field, value: String(value) } : undefined
}

/** The external id stands in the path, and may not stand in the body as well. */
export function withoutExternalId(record: Record<string, unknown>, { external_id_field: field }: Settings) {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== field))
}
