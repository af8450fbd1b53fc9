import { type New, type Note, type Task, toHtml } from '../../kit/index.ts'
import { firstIdOf } from './faults.ts'
import { paths } from './paths.ts'
import { ownedBy, type SalesforceContext } from './settings.ts'
import type { CompositeAnswer, Saved } from './types.ts'

/** The longest title of a note. */
const longestTitle = 255

export const notes = {
  /** A note and its place with the person are two records, written together or not at all. */
  async create({ http, settings }: SalesforceContext, input: New<Note>): Promise<Note> {
    const { contactId, subject, text } = input
    const note = {
      Title: (subject ?? text.split('\n', 1)[0] ?? 'Note').slice(0, longestTitle),
      Content: Buffer.from(`<p>${toHtml(text)}</p>`).toString('base64'),
      ...ownedBy(settings),
    }
    const link = { ContentDocumentId: '@{note.id}', LinkedEntityId: contactId, ShareType: 'V' }
    const answer = await http.post<CompositeAnswer>(paths.composite, {
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: paths.sobjects('ContentNote'), referenceId: 'note', body: note },
        { method: 'POST', url: paths.sobjects('ContentDocumentLink'), referenceId: 'link', body: link },
      ],
    })
    return { ...input, externalId: firstIdOf(answer, 'the note'), raw: answer }
  },
}

export const tasks = {
  async create({ http, settings }: SalesforceContext, input: New<Task>): Promise<Task> {
    const { title, contactId, text, dueAt } = input
    const record = {
      Subject: title.slice(0, 255),
      Status: 'Not Started',
      Priority: 'Normal',
      ...(contactId === undefined ? {} : { WhoId: contactId }),
      ...(text === undefined ? {} : { Description: text }),
      ...(dueAt === undefined ? {} : { ActivityDate: dueAt.toISOString().slice(0, 10) }),
      ...ownedBy(settings),
    }
    const saved = await http.post<Saved>(paths.sobjects('Task'), record)
    return { ...input, externalId: saved.id ?? '', raw: saved }
  },
}
