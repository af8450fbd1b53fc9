import type { CustomField, OperationInput } from '../../kit/index.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import { fieldsOf } from './stages.ts'

const types: Record<string, CustomField['type']> = {
  text: 'text',
  textarea: 'text',
  email: 'text',
  phone: 'text',
  website: 'text',
  autonumber: 'text',
  integer: 'number',
  bigint: 'number',
  double: 'number',
  currency: 'number',
  percent: 'number',
  boolean: 'boolean',
  date: 'date',
  datetime: 'datetime',
  picklist: 'option',
  multiselectpicklist: 'options',
}

export const customFields = {
  async list(context: ZohoContext, { object }: OperationInput<'customFields.list'>): Promise<CustomField[]> {
    const module = { contact: moduleOf(context.settings), deal: 'Deals', lead: 'Leads' }[object]
    return (await fieldsOf(context, module)).map((field) => {
      const options = (field.pick_list_values ?? [])
        .filter(({ type }) => type !== 'unused')
        .map(({ actual_value: value, display_value: label }) => ({ value, label }))
      return {
        name: field.api_name,
        label: field.field_label,
        type: types[field.data_type] ?? 'other',
        ...(options.length === 0 ? {} : { options }),
        required: field.system_mandatory === true,
        readOnly: field.read_only === true || field.field_read_only === true,
      }
    })
  },
}
