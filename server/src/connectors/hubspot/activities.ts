import { escapeHtml, type New, type Note, type Task, toHtml } from '../../kit/index.ts'
import { objects, withContacts } from './paths.ts'
import type { HubSpotContext, Settings } from './settings.ts'
import type { CrmObject } from './types.ts'

export const ownedBy = ({ owner }: Settings): { hubspot_owner_id?: string } =>
  owner === undefined ? {} : { hubspot_owner_id: owner }

export const notes = {
  async create({ http, settings, now }: HubSpotContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text, at = now() } = input
    const heading = subject === undefined ? '' : `<strong>${escapeHtml(subject)}</strong><br>`
    const properties = {
      hs_timestamp: at.toISOString(),
      hs_note_body: heading + toHtml(text),
      ...ownedBy(settings),
    }
    const body = { properties, associations: withContacts('notes', [contactId]) }
    return { ...input, at, ...recorded(await http.post<CrmObject>(objects('notes'), body)) }
  },
}

export const tasks = {
  async create({ http, settings, now }: HubSpotContext, input: New<Task>): Promise<Task> {
    const { title, contactId, text, dueAt = now() } = input
    const properties = {
      hs_timestamp: dueAt.toISOString(),
      hs_task_subject: title,
      hs_task_status: 'NOT_STARTED',
      hs_task_type: 'TODO',
      ...(text === undefined ? {} : { hs_task_body: toHtml(text) }),
      ...ownedBy(settings),
    }
    const body = { properties, associations: withContacts('tasks', [contactId]) }
    return { ...input, dueAt, ...recorded(await http.post<CrmObject>(objects('tasks'), body)) }
  },
}

const recorded = (record: CrmObject) => ({
  externalId: record.id,
  createdAt: new Date(record.createdAt),
  updatedAt: new Date(record.updatedAt),
  raw: record,
})
