import type { OperationInput } from '../../kit/index.ts'
import { personRecord } from './mappings.ts'
import { placeOf } from './paths.ts'
import { readAll, updateRecord } from './records.ts'
import type { DynamicsContext } from './settings.ts'

/** Workflows of Dataverse that people can start for a contact. Flows of Power Automate are none of them. */
const onDemand = "category eq 0 and type eq 1 and statecode eq 1 and ondemand eq true and primaryentity eq 'contact'"

export const workflows = {
  async list(context: DynamicsContext): Promise<{ id: string; name: string }[]> {
    const query = { $select: 'workflowid,name', $filter: onDemand, $orderby: 'name asc' }
    const found = await Array.fromAsync(readAll(context, 'workflows', query))
    return found.map(({ workflowid, name }) => ({ id: String(workflowid), name: String(name) }))
  },

  /** `data` are custom fields of the contact, by the names of the field mapping, which are set before. */
  async trigger(context: DynamicsContext, input: OperationInput<'workflows.trigger'>): Promise<void> {
    const { workflowId, contactId, data = {} } = input
    const place = placeOf('workflows', workflowId, 'workflow')
    placeOf('contacts', contactId, 'contact')
    const changes = personRecord({ customFields: data }, context.settings)
    if (Object.keys(changes).length > 0)
      await updateRecord(context, 'contacts', contactId, changes, { $select: 'contactid' })
    await context.http.post(`${place}/Microsoft.Dynamics.CRM.ExecuteWorkflow`, { EntityId: contactId })
  },
}
