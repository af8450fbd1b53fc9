import type { OperationInput } from '../../kit/index.ts'
import { mappedFields, writeFields } from './custom-fields.ts'
import { paths } from './paths.ts'
import { type GhlContext, locationOf } from './settings.ts'

export const workflows = {
  async list(context: GhlContext): Promise<{ id: string; name: string }[]> {
    const query = { locationId: locationOf(context) }
    const found = await context.http.get<{ workflows: { id: string; name: string }[] }>(paths.workflows, query)
    return found.workflows.map(({ id, name }) => ({ id, name }))
  },

  /** `data` are custom fields of the contact, by the names of the field mapping, set before; `eventStartTime` is the workflow's own. */
  async trigger(context: GhlContext, input: OperationInput<'workflows.trigger'>): Promise<void> {
    const { workflowId, contactId, data: { eventStartTime, ...data } = {} } = input
    const fields = Object.keys(data).length === 0 ? [] : writeFields(data, await mappedFields(context))
    if (fields.length > 0) await context.http.put(paths.contact(contactId), { customFields: fields })
    const body = typeof eventStartTime === 'string' ? { eventStartTime } : {}
    await context.http.post(paths.contact(contactId, 'workflow', workflowId), body)
  },
}
