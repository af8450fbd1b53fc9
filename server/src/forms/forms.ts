import type { Database, Db } from '../db/database.ts'
import type { Events } from '../events/events.ts'
import type { OperationResult } from '../kit/result.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Submission, Submitted, SubmittedFile } from './schema.ts'

type StoredFile = { id: string; key: string; name: string }
type Person = Pick<Submission, 'email' | 'phone' | 'firstName' | 'lastName' | 'name' | 'company'>

export type Forms = ReturnType<typeof createForms>

/** Takes in what people enter into forms: an event, a lead where they say who they are, and files where there is a storage. */
export function createForms(deps: {
  database: Database
  events: Pick<Events, 'publishIn'>
  /** Makes or completes the lead, in the submission's own transaction. */
  captureLead(tx: Db, workspaceId: string, person: Person & { source: string }): Promise<{ id: string }>
  clock: Clock
}) {
  const { database, events, captureLead, clock } = deps

  return {
    /** The submission's lead and event are there together, or not at all. @throws ApiError for what is not valid */
    async submit(
      workspaceId: string,
      formId: string,
      submission: Submission,
      files: SubmittedFile[] = [],
    ): Promise<Submitted> {
      const submissionId = newId(clock)
      const { formName, pageUrl, fields = {}, ...person } = submission
      return database.inWorkspace(workspaceId, async (tx) => {
        const isKnown = person.email !== undefined || person.phone !== undefined
        const lead = isKnown ? await captureLead(tx, workspaceId, { ...person, source: 'contact_form' }) : undefined
        const payload = {
          ...{ formId, submissionId, ...person, fields },
          ...(formName === undefined ? {} : { formName }),
          ...(pageUrl === undefined ? {} : { pageUrl }),
          ...(lead === undefined ? {} : { leadId: lead.id }),
          ...(files.length === 0 ? {} : { files }),
          submittedAt: new Date(clock.now()).toISOString(),
        }
        const [event] = await events.publishIn(tx, workspaceId, [{ type: 'form.submitted', payload }])
        return { submissionId, eventId: event!.id, leadId: lead?.id ?? null, files }
      })
    },
  }
}

/** What became of a file of a form. */
export const submittedFile = (field: string, name: string, result: OperationResult<StoredFile>): SubmittedFile =>
  result.success
    ? { field, name, stored: true, fileId: result.data.id, key: result.data.key, error: null, errorCode: null }
    : { field, name, stored: false, fileId: null, key: null, error: result.error, errorCode: result.errorCode }
