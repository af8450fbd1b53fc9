import { createHash } from 'node:crypto'
import { type Change, ConnectorError, numberedPages } from '../../kit/index.ts'
import { both, either, query, quoted } from './coql.ts'
import { type Module, paths } from './paths.ts'
import { getRecords, timeText } from './records.ts'
import type { ZohoContext } from './settings.ts'
import type { Deleted, ZohoRecord } from './types.ts'

/** What one credit pays for. */
const largestPage = 200
/** A change is seen when it is committed, which may be after the time that it bears. */
const overlapMs = 60_000
/** Most records that a cursor remembers as told. */
const mostRemembered = 100

const deletedPages = numberedPages({ items: 'data', limitParam: 'per_page', limit: 200, more: 'info.more_records' })

type Place = { at: number; id?: string }
/** `told` and `gone` name what was told of the last minute, which is read again; `goneAt` is the time of the last deletion. */
type Cursor = Place & { told: string[]; goneAt: number; gone: string[] }
type Kind<Ours> = { module: Module; fields: readonly string[]; read(record: ZohoRecord): Ours }

/**
 * Changes since a cursor, by their time and id, so that nothing is shifted between pages; deletions follow when the changes are through.
 * Zoho's times are whole seconds, so what was told is known by its content as well.
 */
export async function changesOf<Ours extends { externalId: string }>(
  context: ZohoContext,
  kind: Kind<Ours>,
  { cursor, limit = largestPage }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const from = cursor === undefined ? firstCursor(context) : readCursor(cursor)
  const changes: Change<Ours>[] = []
  let place: Place = from
  let { told } = from
  for (;;) {
    const size = Math.min(largestPage, limit - changes.length)
    const heads = await pageAfter(context, kind.module, place, size)
    const records = await inOrder(context, kind, heads)
    const seen = new Set(told)
    for (const record of records)
      if (!seen.has(markOf(record))) changes.push({ type: 'upserted', record: kind.read(record) })
    told = remember([...told, ...records.map(markOf)])
    const last = heads.at(-1)
    if (last) place = { at: timeOf(last), id: last.id }
    if (heads.length < size) break
    if (changes.length >= limit) return { changes, cursor: writeCursor({ ...from, ...place, told }), more: true }
  }
  const { deletions, goneAt, gone } = await deletionsSince(context, kind.module, from)
  for (const { id, deleted_time: time } of deletions)
    changes.push({ type: 'deleted', externalId: id, at: new Date(time) })
  const at = Math.max(from.at, place.at - overlapMs)
  return { changes, cursor: writeCursor({ at, told, goneAt, gone }), more: false }
}

function pageAfter(context: ZohoContext, module: Module, { at, id }: Place, limit: number): Promise<ZohoRecord[]> {
  const time = quoted(timeText(new Date(at)))
  const where =
    id === undefined
      ? `Modified_Time >= ${time}`
      : either(`Modified_Time > ${time}`, both(`Modified_Time = ${time}`, `id > ${quoted(id)}`))
  return query(context, { fields: ['Modified_Time'], module, where, order: 'Modified_Time asc, id asc', limit })
}

/** The whole records; those that are gone by now are told as deletions. */
async function inOrder<Ours>(
  context: ZohoContext,
  { module, fields }: Kind<Ours>,
  heads: readonly ZohoRecord[],
): Promise<ZohoRecord[]> {
  const ids = heads.map(({ id }) => id)
  const found = new Map(
    (await getRecords<ZohoRecord>(context, module, ids, fields)).map((record) => [record.id, record]),
  )
  return ids.flatMap((id) => found.get(id) ?? [])
}

/** Zoho lists deletions by their time to the second, in no order that it promises. */
async function deletionsSince({ http }: ZohoContext, module: Module, cursor: Cursor) {
  const since = timeText(new Date(cursor.goneAt - overlapMs))
  const options = { headers: { 'if-modified-since': since }, accept: [304], pages: deletedPages }
  const deletions: Deleted[] = []
  let { goneAt } = cursor
  const seen = new Set(cursor.gone)
  const marks = [...cursor.gone]
  for await (const one of http.pages<Deleted>(paths.records(module, 'deleted'), { type: 'all' }, options)) {
    const at = Date.parse(one.deleted_time)
    const mark = `${one.id}@${at}`
    if (at < cursor.goneAt - overlapMs || seen.has(mark)) continue
    seen.add(mark)
    deletions.push(one)
    marks.push(mark)
    goneAt = Math.max(goneAt, at)
  }
  deletions.sort((left, right) => Date.parse(left.deleted_time) - Date.parse(right.deleted_time))
  return { deletions, goneAt, gone: remember(marks) }
}

const timeOf = ({ Modified_Time: time }: ZohoRecord): number => Date.parse(String(time))

function markOf(record: ZohoRecord): string {
  const content = createHash('sha256').update(JSON.stringify(record)).digest('base64url').slice(0, 8)
  return `${record.id}@${timeOf(record)}@${content}`
}

/** The marks of the last minute before the latest, the newest at most. */
function remember(marks: readonly string[]): string[] {
  const at = (mark: string) => Number(mark.split('@')[1])
  const latest = Math.max(0, ...marks.map(at))
  const recent = [...new Set(marks)].filter((mark) => at(mark) >= latest - overlapMs)
  return recent.sort((left, right) => at(left) - at(right)).slice(-mostRemembered)
}

const firstCursor = ({ now }: ZohoContext): Cursor => ({ at: 0, told: [], goneAt: now().getTime(), gone: [] })

const writeCursor = ({ at, id, told, goneAt, gone }: Cursor): string =>
  Buffer.from(JSON.stringify({ at, id, told, goneAt, gone })).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const { at, id, told, goneAt, gone } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor
    if (isTime(at) && isTime(goneAt) && areTexts(told) && areTexts(gone))
      return { at, told, goneAt, gone, ...(typeof id === 'string' ? { id } : {}) }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}

const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 8.64e15
const areTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
