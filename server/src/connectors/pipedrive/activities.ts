import { escapeHtml, type New, type Note, type Task, toHtml } from '../../kit/index.ts'
import { paths } from './paths.ts'
import { ownedBy, type PipedriveContext } from './settings.ts'
import type { Activity, PipedriveNote, Reply } from './types.ts'

export const notes = {
  async create({ http }: PipedriveContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text, at } = input
    const heading = subject === undefined ? '' : `<b>${escapeHtml(subject)}</b><br>`
    const body = {
      content: heading + toHtml(text),
      person_id: Number(contactId),
      // `YYYY-MM-DD HH:MM:SS`, in UTC.
      ...(at === undefined ? {} : { add_time: at.toISOString().slice(0, 19).replace('T', ' ') }),
    }
    const { data } = await http.post<Reply<PipedriveNote>>(paths.notes, body)
    return { ...input, externalId: String(data.id), raw: data }
  },
}

export const tasks = {
  async create({ http, settings }: PipedriveContext, input: New<Task>): Promise<Task> {
    const { title, contactId, text, dueAt } = input
    const body = {
      subject: title,
      type: 'task',
      ...(dueAt === undefined ? {} : { due_date: dayOf(dueAt), due_time: timeOf(dueAt) }),
      ...(text === undefined ? {} : { note: toHtml(text) }),
      ...participating(contactId),
      ...ownedBy(settings),
    }
    const { data } = await http.post<Reply<Activity>>(paths.activities(), body)
    return { ...input, externalId: String(data.id), raw: data }
  },
}

/** The person of an activity can be set as a participant only. */
export const participating = (contactId: string | undefined) =>
  contactId === undefined ? {} : { participants: [{ person_id: Number(contactId), primary: true }] }

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10)
export const timeOf = (at: Date): string => at.toISOString().slice(11, 19)
