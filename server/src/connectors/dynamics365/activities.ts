import { type New, type Note, type Task, toHtml } from '../../kit/index.ts'
import { placeOf } from './paths.ts'
import { createRecord, updateRecord } from './records.ts'
import { type DynamicsContext, ownedBy } from './settings.ts'
import type { Row } from './types.ts'

/** The longest titles of activities and of notes. */
const longestTitle = 200
const longestNoteTitle = 500
const made = { statecode: 1, statuscode: 2 }

export const notes = {
  /** Of the timeline, which shows HTML; or a phone call that is over, where the settings say so. */
  async create(context: DynamicsContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text, at } = input
    const { settings } = context
    const contact = placeOf('contacts', contactId, 'contact')
    const title = subject ?? text.split('\n', 1)[0] ?? 'Note'
    if (settings.notes_as !== 'phonecall') {
      const note = {
        subject: title.slice(0, longestNoteTitle),
        notetext: `<div>${toHtml(text)}</div>`,
        'objectid_contact@odata.bind': contact,
        ...ownedBy(settings),
      }
      const { record } = await createRecord(context, 'annotations', note, { $select: 'annotationid,createdon' })
      return recorded(input, record, 'annotationid')
    }
    const call = {
      subject: title.slice(0, longestTitle),
      description: text,
      ...(at === undefined ? {} : { scheduledend: at.toISOString() }),
      'regardingobjectid_contact_phonecall@odata.bind': contact,
      phonecall_activity_parties: [{ participationtypemask: 2, 'partyid_contact@odata.bind': contact }],
      ...ownedBy(settings),
    }
    const asked = { $select: 'activityid,createdon' }
    const { record } = await createRecord(context, 'phonecalls', call, asked)
    // Dataverse takes no state with what is new.
    await updateRecord(context, 'phonecalls', String(record.activityid), made, asked)
    return recorded(input, record, 'activityid')
  },
}

export const tasks = {
  async create(context: DynamicsContext, input: New<Task>): Promise<Task> {
    const { title, contactId, text, dueAt } = input
    const task = {
      subject: title.slice(0, longestTitle),
      ...(text === undefined ? {} : { description: text }),
      ...(dueAt === undefined ? {} : { scheduledend: dueAt.toISOString() }),
      ...(contactId === undefined
        ? {}
        : { 'regardingobjectid_contact_task@odata.bind': placeOf('contacts', contactId, 'contact') }),
      ...ownedBy(context.settings),
    }
    const { record } = await createRecord(context, 'tasks', task, { $select: 'activityid,createdon' })
    return recorded(input, record, 'activityid')
  },
}

const recorded = <T extends object>(input: T, record: Row, key: string) => ({
  ...input,
  externalId: String(record[key]),
  createdAt: new Date(String(record.createdon)),
  raw: record,
})
