import type { TSchema } from 'typebox'
import { invalidFields } from '../api/errors.ts'
import { closed } from '../api/validation.ts'
import { checkOfBuiltIn } from '../events/payload-check.ts'
import type { JsonSchema } from '../events/types/payload.ts'
import type { IntegrationManager } from '../flows/manager.ts'
import {
  AssessmentCompletion,
  ConsultationRequest,
  EmailEngagement,
  type FlowAnswer,
  LeadCapture,
} from '../flows/schema.ts'
import { throwAsAnswered } from './transaction.ts'

/** A flow, for one workspace or for the only one that there is. */
type Flow<Input, Answer> = {
  (workspaceId: string, input: Input): Promise<Answer>
  (input: Input): Promise<Answer>
}

/** The flows in which everything begins: each writes lead, timeline and events in one transaction, and no vendor can make it fail. */
export type EmbeddedManager = {
  handleLeadCapture: Flow<LeadCapture, FlowAnswer>
  handleAssessmentCompletion: Flow<AssessmentCompletion, FlowAnswer>
  handleConsultationScheduling: Flow<ConsultationRequest, FlowAnswer & { requestId: string }>
  handleEmailEngagement: Flow<EmailEngagement, FlowAnswer>
}

/** The manager as a program within the process calls it: inputs are checked as those of requests are. */
export function embedManager(manager: IntegrationManager, onlyWorkspace: () => Promise<string>): EmbeddedManager {
  function flow<Input, Answer>(
    schema: TSchema,
    run: (workspaceId: string, input: Input) => Promise<Answer>,
  ): Flow<Input, Answer> {
    const check = checkOfBuiltIn(closed(schema) as unknown as JsonSchema)
    return async (first: string | Input, second?: Input) => {
      const [workspaceId, input] = typeof first === 'string' ? [first, second!] : [await onlyWorkspace(), first]
      try {
        const faults = check(input, 'input')
        if (faults) throw invalidFields(faults)
        return await run(workspaceId, input)
      } catch (error) {
        return throwAsAnswered(error)
      }
    }
  }
  return {
    handleLeadCapture: flow(LeadCapture, manager.handleLeadCapture),
    handleAssessmentCompletion: flow(AssessmentCompletion, manager.handleAssessmentCompletion),
    handleConsultationScheduling: flow(ConsultationRequest, manager.handleConsultationScheduling),
    handleEmailEngagement: flow(EmailEngagement, manager.handleEmailEngagement),
  }
}
