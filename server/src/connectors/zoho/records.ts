import { ConnectorError, cursorPages, notFoundAtVendor, type Query } from '../../kit/index.ts'
import { refusal } from './faults.ts'
import { type Module, paths } from './paths.ts'
import { triggers, type ZohoContext } from './settings.ts'
import type { Fault, Page, Row } from './types.ts'

/** Records that one request may write, or name by their ids. */
export const batchSize = 100

export const pages = cursorPages({
  items: 'data',
  next: 'info.next_page_token',
  more: 'info.more_records',
  param: 'page_token',
  limitParam: 'per_page',
  limit: 200,
})

/** A record with these fields. @throws ConnectorError NOT_FOUND, as Zoho's empty answer means */
export async function getRecord<T>(
  { http }: ZohoContext,
  module: Module,
  id: string,
  fields: readonly string[],
  query: Query = {},
): Promise<T> {
  const answer = await http.get<Page<T>>(paths.records(module, id), { fields: fields.join(','), ...query })
  const [record] = answer?.data ?? []
  if (record === undefined) throw notFoundAtVendor('Zoho CRM', 'record')
  return record
}

/** The records that these ids name, in any order, without those that are gone. */
export async function getRecords<T>(
  { http }: ZohoContext,
  module: Module,
  ids: readonly string[],
  fields: readonly string[],
): Promise<T[]> {
  const found: T[] = []
  for (const some of chunks(ids)) {
    const answer = await http.get<Page<T>>(paths.records(module), { ids: some.join(','), fields: fields.join(',') })
    found.push(...(answer?.data ?? []))
  }
  return found
}

/** Every record of a module, or every one that changed since; an answer without content is the end. */
export const listRecords = <T>(
  { http }: ZohoContext,
  module: Module,
  fields: readonly string[],
  updatedSince: Date | undefined,
): AsyncIterable<T> =>
  http.pages<T>(
    paths.records(module),
    { fields: fields.join(',') },
    updatedSince === undefined ? {} : { headers: { 'if-modified-since': timeText(updatedSince) }, accept: [304] },
  )

type Written = { method: 'POST' | 'PUT'; path: string; data: object[]; more?: object; repeatable?: boolean }

/** Writes rows and answers what became of each. Zoho answers 400 where every row was refused, too. */
export async function writeRows(context: ZohoContext, what: string, given: Written): Promise<Row[]> {
  const { method, path, data, more = {}, repeatable = method === 'PUT' } = given
  const { body } = await context.http.request<{ data?: Row[] } & Fault>(method, path, {
    // Actions have no triggers of their own to name.
    body: { data, ...(path.includes('/actions/') ? {} : triggers(context.settings)), ...more },
    accept: [400],
    repeatable,
  })
  if (Array.isArray(body?.data)) return body.data
  throw refusal(body ?? {}, what)
}

/** Writes one row and answers its id. @throws ConnectorError where it was refused */
export async function writeRow(
  context: ZohoContext,
  what: string,
  { record, ...given }: Omit<Written, 'data'> & { record: object },
): Promise<{ id: string; row: Row }> {
  const [row] = await writeRows(context, what, { ...given, data: [record] })
  return { id: idOf(row, what), row: row! }
}

export async function deleteRecord({ http }: ZohoContext, module: Module, id: string, what: string): Promise<void> {
  const answer = await http.delete<Page<Row>>(paths.records(module, id))
  const [row] = answer?.data ?? []
  if (row?.status === 'error') throw refusal(row, what)
}

/** The id of what was written. @throws ConnectorError where it was refused */
export function idOf(row: Row | undefined, what: string): string {
  if (row?.status === 'error') throw refusal(row, what)
  const id = row?.details?.id
  if (id === undefined)
    throw new ConnectorError('PROCESSING_ERROR', `Zoho CRM said nothing of ${what} (PROCESSING_ERROR)`)
  return String(id)
}

/** Zoho tells times in whole seconds and refuses a fraction. */
export const timeText = (time: Date): string => `${time.toISOString().slice(0, 19)}+00:00`

export const chunks = <T>(items: readonly T[], size = batchSize): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
