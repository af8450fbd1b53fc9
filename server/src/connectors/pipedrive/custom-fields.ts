import type { CustomField, OperationInput } from '../../kit/index.ts'
import { startPages } from './changes.ts'
import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { PipedriveField } from './types.ts'

const types: Record<string, CustomField['type']> = {
  varchar: 'text',
  varchar_auto: 'text',
  text: 'text',
  phone: 'text',
  address: 'text',
  int: 'number',
  double: 'number',
  monetary: 'number',
  boolean: 'boolean',
  date: 'date',
  enum: 'option',
  set: 'options',
}

export const customFields = {
  /** Leads have the custom fields of deals. */
  async list({ http }: PipedriveContext, { object }: OperationInput<'customFields.list'>): Promise<CustomField[]> {
    const place = paths.fields(object === 'contact' ? 'person' : 'deal')
    const fields = await Array.fromAsync(http.pages<PipedriveField>(place, {}, { pages: startPages }))
    return fields.map(
      ({ key, name, field_type: type, options, mandatory_flag: mandatory, bulk_edit_allowed: editable }) => ({
        name: key,
        label: name,
        type: types[type] ?? 'other',
        ...(options ? { options: options.map(({ id, label }) => ({ value: String(id), label })) } : {}),
        required: mandatory === true,
        readOnly: editable === false,
      }),
    )
  },
}
