import type { Database, Db } from '../db/database.ts'
import { listActivitiesAfter, listStatusChangesAfter } from './activity-queries.ts'
import { activityAnswer, leadAnswer, statusChangeAnswer } from './answers.ts'
import { mentionPages } from './mentions.ts'
import { listMergedAfter } from './merge-queries.ts'
import { personOf } from './person.ts'
import { type LeadRow, listExternalIds } from './queries.ts'
import type { PersonalData } from './schema.ts'
import { tracePages } from './traces.ts'

const pageSize = 500
/** A merge keeps both leads as they were, with the names of all their activities. */
const mergesPage = 20

type Pages = AsyncIterable<unknown[]>

/**
 * Everything that is kept about a person, as the text of one JSON answer: the lead, its timeline and history, what was merged into it, what other
 * parts of the hub keep, and what mentions the person. It is read page by page as it is taken off, so that it may be of any length; what fails
 * on the way ends the text before its last bracket.
 */
export async function personalData(
  database: Database,
  workspaceId: string,
  find: (tx: Db) => Promise<LeadRow>,
): Promise<AsyncIterable<string>> {
  const inWorkspace = <T>(run: (tx: Db) => Promise<T>) => database.inWorkspace(workspaceId, run)
  const { lead, person } = await inWorkspace(async (tx) => {
    const row = await find(tx)
    const externalIds = await listExternalIds(tx, workspaceId, [row.id])
    return { lead: leadAnswer(row, externalIds.get(row.id)), person: await personOf(tx, workspaceId, row) }
  })
  const pages = <Row extends { id: string }>(
    list: (tx: Db, workspaceId: string, leadId: string, after: Row | undefined, limit: number) => Promise<Row[]>,
    answer: (row: Row) => unknown,
    limit = pageSize,
  ) => pagesOf((after) => inWorkspace((tx) => list(tx, workspaceId, lead.id, after, limit)), answer, limit)
  const traces = (name: Parameters<typeof tracePages>[2]) => tracePages(inWorkspace, workspaceId, name, person)
  const mentions = (name: Parameters<typeof mentionPages>[2]) => mentionPages(inWorkspace, workspaceId, name, person)

  const parts: Record<Exclude<keyof PersonalData, 'lead'>, Pages> = {
    activities: pages(listActivitiesAfter, (row) => activityAnswer(row)),
    statusChanges: pages(listStatusChangesAfter, statusChangeAnswer),
    merged: pages(listMergedAfter, ({ merged }) => merged, mergesPage),
    bookings: traces('bookings'),
    consultationRequests: traces('consultationRequests'),
    calls: traces('calls'),
    mails: traces('mails'),
    messages: traces('messages'),
    optOuts: traces('optOuts'),
    adLeads: traces('adLeads'),
    importErrors: traces('importErrors'),
    events: withPayloads(mentions('events')),
    operations: mentions('operations'),
    webhooks: mentions('webhooks'),
    results: mentions('results'),
  }
  return documentOf({ lead }, parts)
}

async function* pagesOf<Row>(
  read: (after: Row | undefined) => Promise<Row[]>,
  answer: (row: Row) => unknown,
  limit: number,
): AsyncGenerator<unknown[]> {
  for (let after: Row | undefined; ; ) {
    const rows = await read(after)
    yield rows.map(answer)
    if (rows.length < limit) return
    after = rows.at(-1)
  }
}

async function* withPayloads(pages: AsyncIterable<Record<string, unknown>[]>): AsyncGenerator<unknown[]> {
  for await (const page of pages)
    yield page.map((row) => ({ ...row, payload: JSON.parse(String(row.payload)) as unknown }))
}

/** The answer `{ success, data }`, whose lists are written as they are read. */
async function* documentOf(head: object, lists: Record<string, Pages>): AsyncGenerator<string> {
  yield `{"success":true,"data":${JSON.stringify(head).slice(0, -1)}`
  for (const [name, pages] of Object.entries(lists)) {
    yield `,${JSON.stringify(name)}:[`
    let separator = ''
    for await (const page of pages) {
      if (page.length === 0) continue
      yield separator + page.map((item) => JSON.stringify(item ?? null)).join(',')
      separator = ','
    }
    yield ']'
  }
  yield '}}'
}
