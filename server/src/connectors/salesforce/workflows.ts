import { ConnectorError, type OperationInput } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { SalesforceContext } from './settings.ts'
import type { FlowList, FlowRun } from './types.ts'

/** Workflows are autolaunched flows. */
export const workflows = {
  async list({ http }: SalesforceContext): Promise<{ id: string; name: string }[]> {
    const { actions } = await http.get<FlowList>(paths.flows())
    return actions.map(({ name, label }) => ({ id: name, name: label }))
  },

  /** `data` are further input variables of the flow. */
  async trigger({ http, settings }: SalesforceContext, input: OperationInput<'workflows.trigger'>): Promise<void> {
    const { workflowId, contactId, data = {} } = input
    const { flow_contact_variable: variable = 'recordId' } = settings
    const runs = await http.post<FlowRun[]>(paths.flows(workflowId), { inputs: [{ ...data, [variable]: contactId }] })
    const failed = runs.find(({ isSuccess }) => !isSuccess)
    if (!failed) return
    const said = failed.errors?.[0]?.message ?? 'no reason was given'
    throw new ConnectorError('VENDOR_REJECTED', `Salesforce could not run the flow: ${said} (VENDOR_REJECTED)`, {
      vendorMessage: said,
    })
  },
}
