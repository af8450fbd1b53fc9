import type { New, Note, Task } from '../../kit/index.ts'
import { paths } from './paths.ts'
import { writeRow } from './records.ts'
import { moduleOf, ownedBy, type Settings, type ZohoContext } from './settings.ts'

export const notes = {
  async create(context: ZohoContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text } = input
    const record = {
      Note_Title: (subject ?? text.split('\n', 1)[0] ?? '').slice(0, 120),
      Note_Content: text,
      Parent_Id: { module: { api_name: moduleOf(context.settings) }, id: contactId },
    }
    const path = paths.records('Notes')
    const { id, row } = await writeRow(context, 'the note', { method: 'POST', path, record })
    return { ...input, externalId: id, raw: row }
  },
}

export const tasks = {
  async create(context: ZohoContext, input: New<Task>): Promise<Task> {
    const { settings } = context
    const { title, contactId, text, dueAt } = input
    const record = {
      Subject: title.slice(0, 255),
      ...(contactId === undefined ? {} : about(contactId, settings)),
      ...(text === undefined ? {} : { Description: text }),
      ...(dueAt === undefined ? {} : { Due_Date: dueAt.toISOString().slice(0, 10) }),
      ...ownedBy(settings),
    }
    const path = paths.records('Tasks')
    const { id, row } = await writeRow(context, 'the task', { method: 'POST', path, record })
    return { ...input, externalId: id, raw: row }
  },
}

/** How tasks and meetings name a person: contacts are whom they are with, leads what they are about. */
export const about = (id: string, settings: Settings): object =>
  moduleOf(settings) === 'Contacts' ? { Who_Id: { id } } : { What_Id: { id }, $se_module: 'Leads' }
