import type { CustomField, OperationInput } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotProperty, Listed } from './types.ts'

const objectNames = { contact: 'contacts', deal: 'deals', lead: 'leads' } as const
const types: Record<string, CustomField['type']> = {
  string: 'text',
  phone_number: 'text',
  number: 'number',
  bool: 'boolean',
  date: 'date',
  datetime: 'datetime',
  enumeration: 'option',
}

export const customFields = {
  async list({ http }: HubSpotContext, { object }: OperationInput<'customFields.list'>): Promise<CustomField[]> {
    const { results } = await http.get<Listed<HubSpotProperty>>(paths.properties(objectNames[object]))
    return results.map(({ name, label, type, fieldType, options, calculated, modificationMetadata }) => ({
      name,
      label,
      type: type === 'enumeration' && fieldType === 'checkbox' ? 'options' : (types[type] ?? 'other'),
      ...(options.length === 0 ? {} : { options: options.map(({ value, label }) => ({ value, label })) }),
      readOnly: calculated === true || modificationMetadata?.readOnlyValue === true,
    }))
  },
}
