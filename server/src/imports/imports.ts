import { setImmediate as breathe } from 'node:timers/promises'
import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Leads } from '../leads/leads.ts'
import type { NewLead } from '../leads/schema.ts'
import { exponentialDelay } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { errorColumns, leadOf, mappingOf, withoutErrors, wordsOf } from './columns.ts'
import { csvLine, isFilled, readCsv } from './csv.ts'
import {
  type Chunk,
  deleteChunks,
  findImport,
  firstChunk,
  type ImportError,
  type ImportRow,
  inSavepoint,
  insertChunks,
  insertErrors,
  insertImport,
  listErrors,
  listImports,
  lockImport,
  updateImport,
} from './queries.ts'
import type { Import, ImportQuery } from './schema.ts'

const kind = 'leads.import'
/** Rows in one transaction: enough that a file of 100,000 takes a few hundred, few enough that each is short. */
const chunkSize = 250
const maxFailures = 5
const errorPage = 1_000

type Counts = { created: number; updated: number; unchanged: number; errors: ImportError[] }

export type Imports = ReturnType<typeof createImports>

/**
 * Takes in files of leads. The whole file is read and stored in chunks before the answer, so that one that cannot be read changes nothing; each
 * chunk is then a job whose leads, errors, progress and successor are one transaction. Taken in twice, a file changes nothing the second time.
 */
export function createImports(deps: { database: Database; engine: Engine; leads: Leads; clock: Clock; log: Log }) {
  const { database, engine, leads, clock, log } = deps

  const enqueue = (tx: Db, workspaceId: string, importId: string) =>
    engine.enqueue(tx, [{ workspaceId, kind, lane: importId, payload: { importId } }])

  engine.define(kind, {
    delivers: false,
    retry: (attempt) => (attempt < maxFailures ? exponentialDelay(attempt, 1_000, 60_000) : undefined),
    async run({ workspaceId, payload, attempt }, control) {
      const { importId } = payload as { importId: string }
      try {
        await control.complete((tx) => takeStep(tx, workspaceId, importId))
      } catch (error) {
        if (attempt + 1 < maxFailures || control.signal.aborted) throw error
        log.error({ err: error, importId }, 'CRM: an import failed')
        await control.complete(async (tx) => {
          const message =
            'The hub could not go on with it; its log tells more. Import the file again: what is done already stays as it is.'
          await updateImport(tx, workspaceId, importId, {
            status: 'failed',
            error: message,
            finishedAt: new Date(clock.now()),
          })
          await deleteChunks(tx, workspaceId, importId)
        })
      }
    },
  })

  async function takeStep(tx: Db, workspaceId: string, importId: string): Promise<void> {
    const row = await lockImport(tx, workspaceId, importId)
    // Cancelled meanwhile, or deleted with its workspace.
    if (row?.status !== 'running') return
    const chunk = await firstChunk(tx, workspaceId, importId)
    const { created, updated, unchanged, errors } = chunk
      ? await takeChunk(tx, workspaceId, row, chunk)
      : { created: 0, updated: 0, unchanged: 0, errors: [] }
    if (chunk) await deleteChunks(tx, workspaceId, importId, chunk.position)
    if (errors.length > 0) await insertErrors(tx, workspaceId, importId, errors)
    const done = row.done + (chunk?.rows.filter(isFilled).length ?? 0)
    const isDone = (await firstChunk(tx, workspaceId, importId)) === undefined
    await updateImport(tx, workspaceId, importId, {
      done,
      created: row.created + created,
      updated: row.updated + updated,
      unchanged: row.unchanged + unchanged,
      failed: row.failed + errors.length,
      ...(isDone ? { status: 'completed', finishedAt: new Date(clock.now()) } : {}),
    })
    if (!isDone) await enqueue(tx, workspaceId, importId)
  }

  async function takeChunk(tx: Db, workspaceId: string, row: ImportRow, chunk: Chunk): Promise<Counts> {
    const errors: ImportError[] = []
    const good: { at: number; lead: NewLead }[] = []
    for (const [at, cells] of chunk.rows.entries()) {
      if (!isFilled(cells)) continue
      const read = leadOf(row.columns, row.mapping, cells)
      if ('lead' in read) good.push({ at, lead: withOptions(read.lead, row) })
      else errors.push({ row: chunk.firstRow + at, message: read.message, cells })
    }
    const leadsIn = (some: typeof good) => some.map(({ lead }) => lead)
    const counts = { created: 0, updated: 0, unchanged: 0 }
    const count = (taken: { created: boolean; changed: string[] }) => {
      counts[taken.created ? 'created' : taken.changed.length > 0 ? 'updated' : 'unchanged'] += 1
    }
    /** One that cannot be stored is looked for by halves, so that only that one is left out and few statements are needed. */
    const takeRows = async (some: typeof good): Promise<void> => {
      try {
        for (const taken of await inSavepoint(tx, () => upsert(tx, workspaceId, row, leadsIn(some)))) count(taken)
      } catch (error) {
        if (!isAboutData(error)) throw error
        const [one, ...others] = some
        if (one && others.length === 0) {
          errors.push({ row: chunk.firstRow + one.at, message: messageOf(error), cells: chunk.rows[one.at]! })
          return
        }
        // All at once again: two files with the same people in another order would wait for each other.
        if (some === good) await leads.holdIntakes(tx, workspaceId, leadsIn(good))
        await takeRows(some.slice(0, some.length / 2))
        await takeRows(some.slice(some.length / 2))
      }
    }
    await takeRows(good)
    return { ...counts, errors }
  }

  const upsert = async (tx: Db, workspaceId: string, { options, name, createdBy }: ImportRow, rows: NewLead[]) =>
    rows.length === 0
      ? []
      : leads.upsertMany(tx, workspaceId, rows, {
          actor: createdBy,
          publish: options.publish,
          title: `Imported from ${name}`,
          onlyWhenChanged: true,
        })

  return {
    /** @throws ApiError VALIDATION_FAILED for a file or a mapping that cannot be read */
    async begin(workspaceId: string, file: Buffer, query: ImportQuery, actor: string): Promise<Import> {
      const { columns, rows, firstRow } = await readCsv(file, query.delimiter)
      const mapping = mappingOf(columns, query.mapping)
      const id = newId(clock)
      const row: ImportRow = {
        workspaceId,
        id,
        name: query.name ?? 'a file',
        status: rows.length === 0 ? 'completed' : 'running',
        columns,
        mapping,
        options: { source: query.source ?? 'import', tag: query.tag ?? null, publish: query.publish ?? false },
        total: rows.filter(isFilled).length,
        done: 0,
        created: 0,
        updated: 0,
        unchanged: 0,
        failed: 0,
        error: null,
        createdBy: actor,
        createdAt: new Date(clock.now()),
        finishedAt: rows.length === 0 ? new Date(clock.now()) : null,
      }
      await database.inWorkspace(workspaceId, async (tx) => {
        await insertImport(tx, row)
        for (let at = 0; at < rows.length; at += chunkSize * 20) {
          await insertChunks(tx, workspaceId, id, chunksOf(rows, firstRow, at))
          await breathe()
        }
        if (rows.length > 0) await enqueue(tx, workspaceId, id)
      })
      return importAnswer(row)
    },

    async list(workspaceId: string, { limit = defaultLimit, cursor }: Paging) {
      const [belowId] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) => listImports(tx, workspaceId, belowId, limit + 1))
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(importAnswer), nextCursor }
    },

    async get(workspaceId: string, id: string): Promise<Import> {
      return importAnswer(await find(workspaceId, id))
    },

    /** Stops an import where it is; what was taken in stays. */
    cancel: (workspaceId: string, id: string): Promise<Import> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockImport(tx, workspaceId, id)
        if (!row) throw notFound('import')
        if (row.status !== 'running') throw new ApiError('CONFLICT', `This import is ${row.status} already.`)
        const changes = { status: 'cancelled' as const, finishedAt: new Date(clock.now()) }
        await updateImport(tx, workspaceId, id, changes)
        await deleteChunks(tx, workspaceId, id)
        return importAnswer({ ...row, ...changes })
      }),

    /** The rows that were not taken in, as a file to be corrected and imported again. */
    async errors(workspaceId: string, id: string): Promise<AsyncIterable<string>> {
      const columns = withoutErrors((await find(workspaceId, id)).columns)
      return (async function* () {
        yield csvLine([...columns, ...errorColumns])
        for (let after = 0; ; ) {
          const rows = await database.inWorkspace(workspaceId, (tx) =>
            listErrors(tx, workspaceId, id, after, errorPage),
          )
          if (rows.length > 0)
            yield rows
              .map(({ cells, row, message }) => csvLine([...columns.map((_, at) => cells[at]), row, message]))
              .join('')
          if (rows.length < errorPage) return
          after = rows.at(-1)!.row
        }
      })()
    },
  }

  async function find(workspaceId: string, id: string): Promise<ImportRow> {
    const row = await database.inWorkspace(workspaceId, (tx) => findImport(tx, workspaceId, id))
    if (!row) throw notFound('import')
    return row
  }
}

function withOptions(lead: NewLead, { options }: ImportRow): NewLead {
  return {
    ...lead,
    source: lead.source ?? options.source,
    ...(options.tag === null ? {} : { tags: [...(lead.tags ?? []), options.tag] }),
  }
}

/** Some chunks from a row on. Rows are counted as spreadsheets do: blank ones count, and that of the columns' names. */
function chunksOf(rows: string[][], firstRow: number, from: number): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = from; at < Math.min(rows.length, from + chunkSize * 20); at += chunkSize)
    chunks.push({ position: at / chunkSize, firstRow: firstRow + at, rows: rows.slice(at, at + chunkSize) })
  return chunks
}

/** Whether what was to be written is at fault, rather than the database or the program. */
const isAboutData = (error: unknown): boolean =>
  error instanceof ApiError || /^(22|23)/.test(String((error as { code?: unknown }).code))

const messageOf = (error: unknown): string =>
  error instanceof ApiError ? (error.details ? wordsOf(error.details) : error.message) : 'cannot be stored'

const importAnswer = (row: ImportRow): Import => ({
  id: row.id,
  name: row.name,
  status: row.status,
  mapping: row.mapping,
  total: row.total,
  done: row.done,
  created: row.created,
  updated: row.updated,
  unchanged: row.unchanged,
  failed: row.failed,
  error: row.error,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})
