import { type Change, ConnectorError } from '../../kit/index.ts'
import type { SalesforceContext } from './settings.ts'
import { queryPage, quoted } from './soql.ts'
import type { SObject } from './types.ts'

const largestPage = 500
/** A change is seen when it is committed, which may be after the time that it bears. */
const overlapMs = 60_000
/** Most records that a cursor remembers as told. */
const mostRemembered = 150

type Place = { at: number; id?: string }
/** `told` names what was told of the last minute (`id@time`), which is read again; `gone` stands behind the last deletion. */
type Cursor = Place & { told: string[]; gone: Place }
type Kind<Ours> = { object: string; fields: string; read(record: SObject): Ours }

/**
 * Changes since a cursor by `SystemModstamp`, which automated changes move, too; pages go by time and id, so nothing is shifted. Deletions
 * follow when the changes are through; Salesforce shows them for fifteen days.
 */
export async function changesOf<Ours extends { externalId: string }>(
  context: SalesforceContext,
  { object, fields, read }: Kind<Ours>,
  { cursor, limit = largestPage }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<{ changes: Change<Ours>[]; cursor: string; more: boolean }> {
  const from = cursor === undefined ? firstCursor(context) : readCursor(cursor)
  const changes: Change<Ours>[] = []
  let place: Place = from
  let told = from.told
  for (;;) {
    const size = Math.min(largestPage, limit - changes.length)
    const records = await pageAfter(context, object, fields, place, size)
    const seen = new Set(told)
    for (const record of records)
      if (!seen.has(markOf(record))) changes.push({ type: 'upserted', record: read(record) })
    told = remember([...told, ...records.map(markOf)])
    place = placeBehind(records) ?? place
    if (records.length < size) break
    if (changes.length >= limit)
      return { changes, cursor: writeCursor({ ...place, told, gone: from.gone }), more: true }
  }
  let gone = from.gone
  for (;;) {
    const records = await pageAfter(context, object, 'Id, SystemModstamp', gone, largestPage, true)
    for (const { Id, SystemModstamp } of records)
      changes.push({ type: 'deleted', externalId: Id, at: new Date(String(SystemModstamp)) })
    gone = placeBehind(records) ?? gone
    if (records.length < largestPage) break
  }
  const at = Math.max(from.at, place.at - overlapMs)
  return { changes, cursor: writeCursor({ at, told, gone }), more: false }
}

const pageAfter = (
  context: SalesforceContext,
  object: string,
  fields: string,
  { at, id }: Place,
  size: number,
  deleted = false,
): Promise<SObject[]> => {
  const time = new Date(at).toISOString()
  const behind =
    id === undefined
      ? `SystemModstamp >= ${time}`
      : `(SystemModstamp > ${time} OR (SystemModstamp = ${time} AND Id > ${quoted(id)}))`
  const where = deleted ? `IsDeleted = true AND ${behind}` : behind
  const soql = `SELECT ${fields} FROM ${object} WHERE ${where} ORDER BY SystemModstamp ASC, Id ASC LIMIT ${size}`
  return queryPage<SObject>(context, soql, { deleted })
}

function placeBehind(records: readonly SObject[]): Place | undefined {
  const last = records.at(-1)
  return last && { at: timeOf(last), id: last.Id }
}

const timeOf = ({ SystemModstamp }: SObject): number => Date.parse(String(SystemModstamp))
const markOf = (record: SObject): string => `${record.Id}@${timeOf(record)}`

/** The marks of the last minute before the latest, the newest at most. */
function remember(marks: readonly string[]): string[] {
  const at = (mark: string) => Number(mark.split('@')[1])
  const latest = Math.max(0, ...marks.map(at))
  const recent = [...new Set(marks)].filter((mark) => at(mark) >= latest - overlapMs)
  return recent.sort((left, right) => at(left) - at(right)).slice(-mostRemembered)
}

const firstCursor = ({ now }: SalesforceContext): Cursor => ({ at: 0, told: [], gone: { at: now().getTime() } })

const writeCursor = (cursor: Cursor): string => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function readCursor(text: string): Cursor {
  try {
    const { at, id, told, gone } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Cursor
    if (isTime(at) && Array.isArray(told) && isTime(gone.at))
      return {
        at,
        told,
        gone: { at: gone.at, ...(typeof gone.id === 'string' ? { id: gone.id } : {}) },
        ...(typeof id === 'string' ? { id } : {}),
      }
  } catch {
    // Told below.
  }
  throw new ConnectorError('VALIDATION_FAILED', 'This is no cursor of an earlier answer (VALIDATION_FAILED)')
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= 8.64e15
