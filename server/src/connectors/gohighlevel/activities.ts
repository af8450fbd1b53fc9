import { ConnectorError, type New, type Note, type Task } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { GhlContext } from './settings.ts'

/** The longest note that GoHighLevel takes; what is cut off is the end of a transcript. */
const longestNote = 5_000

export const notes = {
  async create({ http, settings, now }: GhlContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text } = input
    const body = {
      body: text.length > longestNote ? `${text.slice(0, longestNote - 2)} …` : text,
      ...(subject === undefined ? {} : { title: subject.slice(0, 200) }),
      ...(settings.user_id === undefined ? {} : { userId: settings.user_id }),
    }
    const { note } = await http.post<{ note: { id: string } }>(paths.contact(contactId, 'notes'), body)
    return { ...input, at: input.at ?? now(), externalId: note.id, raw: note }
  },
}

export const tasks = {
  async create({ http, settings, now }: GhlContext, input: New<Task>): Promise<Task> {
    const { title, contactId, text, dueAt = now() } = input
    if (contactId === undefined) throw belongsToContact('task')
    const body = {
      title,
      dueDate: dueAt.toISOString(),
      completed: false,
      ...(text === undefined ? {} : { body: text }),
      ...(settings.user_id === undefined ? {} : { assignedTo: settings.user_id }),
    }
    const { task } = await http.post<{ task: { id: string } }>(paths.contact(contactId, 'tasks'), body)
    return { ...input, dueAt, externalId: task.id, raw: task }
  },
}

/** GoHighLevel has none of these without a contact. */
export const belongsToContact = (what: string): ConnectorError =>
  new ConnectorError(
    'VALIDATION_FAILED',
    `GoHighLevel: a ${what} belongs to a contact; give "contactId" (VALIDATION_FAILED)`,
  )
