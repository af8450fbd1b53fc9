import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Leads } from '../leads/leads.ts'
import { holdLeads } from '../leads/queries.ts'
import type { Lead } from '../leads/schema.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { csvLine } from './csv.ts'
import {
  deleteOldExports,
  type ExportRow,
  findExport,
  findPart,
  insertExport,
  insertPart,
  listExports,
  lockExport,
  updateExport,
} from './queries.ts'
import type { Export, NewExport } from './schema.ts'

const kind = 'leads.export'
const partSize = 1_000
const maxFailures = 5
const keptMs = 7 * 86_400_000

const columns: [string, (lead: Lead) => string | number | null | undefined][] = [
  ['id', ({ id }) => id],
  ['email', ({ email }) => email],
  ['phone', ({ phone }) => phone],
  ['firstName', ({ firstName }) => firstName],
  ['lastName', ({ lastName }) => lastName],
  ['name', ({ name }) => name],
  ['company', ({ company }) => company],
  ['jobTitle', ({ jobTitle }) => jobTitle],
  ['street', ({ address }) => address.street],
  ['city', ({ address }) => address.city],
  ['state', ({ address }) => address.state],
  ['postalCode', ({ address }) => address.postalCode],
  ['country', ({ address }) => address.country],
  ['timezone', ({ timezone }) => timezone],
  ['source', ({ source }) => source],
  ['status', ({ status }) => status],
  ['ownerId', ({ ownerId }) => ownerId],
  ['amountMinor', ({ amountMinor }) => amountMinor],
  ['currency', ({ currency }) => currency],
  ['score', ({ score }) => score],
  ['persona', ({ persona }) => persona],
  ['tags', ({ tags }) => tags.join('; ')],
  ['customFields', ({ customFields }) => JSON.stringify(customFields)],
  ['createdAt', ({ createdAt }) => createdAt],
  ['updatedAt', ({ updatedAt }) => updatedAt],
  ['lastActivityAt', ({ lastActivityAt }) => lastActivityAt],
]

export type Exports = ReturnType<typeof createExports>

/** Writes leads to files, part by part, oldest first; each part is a job that says where the next goes on. */
export function createExports(deps: { database: Database; engine: Engine; leads: Leads; clock: Clock; log: Log }) {
  const { database, engine, leads, clock, log } = deps

  const enqueue = (tx: Db, workspaceId: string, exportId: string) =>
    engine.enqueue(tx, [{ workspaceId, kind, lane: exportId, payload: { exportId } }])

  engine.define(kind, {
    delivers: false,
    retry: (attempt) => (attempt < maxFailures ? exponentialDelay(attempt, 1_000, 60_000) : undefined),
    async run({ workspaceId, payload, attempt }, control) {
      const { exportId } = payload as { exportId: string }
      try {
        const row = await findExport(database.hub, workspaceId, exportId)
        // Deleted with its workspace, or too old.
        if (row?.status !== 'running') return
        const { items, nextCursor } = await leads.search(workspaceId, {
          ...row.filter,
          sort: 'created',
          order: 'asc',
          limit: partSize,
          ...(row.cursor === null ? {} : { cursor: row.cursor }),
        })
        await control.complete(async (tx) => {
          const present = await lockExport(tx, workspaceId, exportId)
          if (present?.status !== 'running' || present.parts !== row.parts) return
          // Who was erased since they were read is not written; who is erased from now on waits, and finds them in the file.
          const ids = items.map(({ id }) => id)
          const there = ids.length === 0 ? new Set() : await holdLeads(tx, workspaceId, ids)
          const written = items.filter(({ id }) => there.has(id))
          const text = written.map((lead) => csvLine(columns.map(([, read]) => read(lead)))).join('')
          if (text !== '') await insertPart(tx, workspaceId, exportId, row.parts, text)
          await updateExport(tx, workspaceId, exportId, {
            parts: row.parts + (text === '' ? 0 : 1),
            done: row.done + written.length,
            cursor: nextCursor,
            ...(nextCursor === null ? { status: 'completed', finishedAt: new Date(clock.now()) } : {}),
          })
          if (nextCursor !== null) await enqueue(tx, workspaceId, exportId)
        })
      } catch (error) {
        if (attempt + 1 < maxFailures || control.signal.aborted) throw error
        log.error({ err: error, exportId }, 'CRM: an export failed')
        await control.complete(async (tx) => {
          const message =
            error instanceof ApiError ? error.message : 'The hub could not go on with it; its log tells more.'
          await updateExport(tx, workspaceId, exportId, {
            status: 'failed',
            error: message,
            finishedAt: new Date(clock.now()),
          })
        })
      }
    },
  })
  engine.define('leads.housekeeping', {
    delivers: false,
    run: async () => {
      await deleteOldExports(database.hub, new Date(clock.now() - keptMs))
    },
  })
  engine.every('53 * * * *', 'leads.housekeeping')

  async function find(workspaceId: string, id: string): Promise<ExportRow> {
    const row = await database.inWorkspace(workspaceId, (tx) => findExport(tx, workspaceId, id))
    if (!row) throw notFound('export')
    return row
  }

  return {
    async begin(workspaceId: string, filter: NewExport, actor: string): Promise<Export> {
      // What cannot be searched for is said now rather than by a job.
      await leads.search(workspaceId, { ...filter, limit: 1 })
      const row: ExportRow = {
        workspaceId,
        id: newId(clock),
        status: 'running',
        filter,
        cursor: null,
        parts: 0,
        done: 0,
        error: null,
        createdBy: actor,
        createdAt: new Date(clock.now()),
        finishedAt: null,
      }
      await database.inWorkspace(workspaceId, async (tx) => {
        await insertExport(tx, row)
        await enqueue(tx, workspaceId, row.id)
      })
      return exportAnswer(row)
    },

    async list(workspaceId: string, { limit = defaultLimit, cursor }: Paging) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) => listExports(tx, workspaceId, belowId, limit + 1))
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(exportAnswer), nextCursor }
    },

    async get(workspaceId: string, id: string): Promise<Export> {
      return exportAnswer(await find(workspaceId, id))
    },

    /** @throws ApiError CONFLICT while it is being written */
    async file(workspaceId: string, id: string): Promise<AsyncIterable<string>> {
      const row = await find(workspaceId, id)
      if (row.status !== 'completed')
        throw new ApiError('CONFLICT', `This export is ${row.status}; there is no file of it.`)
      return (async function* () {
        yield csvLine(columns.map(([name]) => name))
        for (let part = 0; part < row.parts; part += 1) {
          const text = await database.inWorkspace(workspaceId, (tx) => findPart(tx, workspaceId, id, part))
          // The export went on the way: half a file must not look like one.
          if (text === undefined) throw notFound('export')
          yield text
        }
      })()
    },
  }
}

const exportAnswer = (row: ExportRow): Export => ({
  id: row.id,
  status: row.status,
  filter: row.filter,
  done: row.done,
  error: row.error,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})
