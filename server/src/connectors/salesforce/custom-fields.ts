import type { CustomField, OperationInput } from '../../kit/index.ts'
import { paths } from './paths.ts'
import { objectOf, type SalesforceContext } from './settings.ts'
import type { Described } from './types.ts'

const types: Record<string, CustomField['type']> = {
  string: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  id: 'text',
  reference: 'text',
  int: 'number',
  long: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  picklist: 'option',
  combobox: 'option',
  multipicklist: 'options',
}

export const customFields = {
  async list(
    { http, settings }: SalesforceContext,
    { object }: OperationInput<'customFields.list'>,
  ): Promise<CustomField[]> {
    const name = { contact: objectOf(settings), deal: 'Opportunity', lead: 'Lead' }[object]
    const { fields } = await http.get<Described>(paths.sobjects(name, 'describe'))
    return fields.map(({ picklistValues, ...field }) => {
      const options = picklistValues.filter(({ active }) => active).map(({ value, label }) => ({ value, label }))
      return {
        name: field.name,
        label: field.label,
        type: types[field.type] ?? 'other',
        ...(options.length === 0 ? {} : { options }),
        required: field.createable && !field.nillable && !field.defaultedOnCreate,
        readOnly: !field.createable && !field.updateable,
      }
    })
  },
}
