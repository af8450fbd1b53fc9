import type { OperationInput } from '../../kit/index.ts'
import { refusal } from './faults.ts'
import { paths } from './paths.ts'
import { moduleOf, type ZohoContext } from './settings.ts'
import type { Page, Row } from './types.ts'

/** What can be started for a person is a cadence; workflow rules start by themselves when something is written. */
export const workflows = {
  async trigger({ http, settings }: ZohoContext, input: OperationInput<'workflows.trigger'>): Promise<void> {
    const { workflowId, contactId } = input
    const path = paths.records(moduleOf(settings), 'actions', 'enrol_in_cadences')
    const answer = await http.post<Page<Row>>(path, { cadences_ids: [workflowId], ids: [contactId] })
    const row = answer?.data?.find(({ status }) => status === 'error')
    if (row) throw refusal(row, 'the enrolment')
  },
}
