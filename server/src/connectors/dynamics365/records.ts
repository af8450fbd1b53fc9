import { randomUUID } from 'node:crypto'
import { ConnectorError, type Paging, type Query } from '../../kit/index.ts'
import { faultIn } from './faults.ts'
import { apiPath, placeOf, type RecordSet, tables } from './paths.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row, Rows } from './types.ts'

const largestPage = 500
/** The texts that choices have beside their numbers. */
const annotations = 'odata.include-annotations="OData.Community.Display.V1.FormattedValue"'

/** What a query of records asks for. */
export type Asked = { $select: string; $expand?: string }

export const pages: Paging = {
  first: {},
  items: (body) => (body as Partial<Rows> | undefined)?.value ?? [],
  next: ({ body }) => {
    const link = (body as Partial<Rows> | undefined)?.['@odata.nextLink']
    return typeof link === 'string' ? { url: withinApi(link) } : undefined
  },
}

/** A link's path within the API of this environment, by whichever of its host names Dataverse calls itself. */
function withinApi(link: string): string {
  const url = URL.parse(link)
  return url?.pathname.startsWith(`${apiPath}/`) ? url.pathname.slice(apiPath.length) + url.search : link
}

/** All that a query finds, page after page. */
export const readAll = <T = Row>(
  { http }: DynamicsContext,
  set: string,
  query: Asked & { $filter?: string | undefined; $orderby?: string },
): AsyncIterable<T> => {
  const { $filter, ...rest } = query
  const headers = { prefer: `odata.maxpagesize=${largestPage},${annotations}` }
  return http.pages<T>(`/${set}`, { ...rest, ...($filter === undefined ? {} : { $filter }) }, { headers })
}

/** The first records that a query finds. */
export const readSome = async <T = Row>({ http }: DynamicsContext, set: string, query: Query): Promise<T[]> =>
  (await http.get<Rows<T>>(`/${set}`, query)).value

export const getRecord = <T = Row>({ http }: DynamicsContext, set: RecordSet, id: string, asked: Asked): Promise<T> =>
  http.get<T>(placeOf(set, id, tables[set].name), asked, { headers: { prefer: annotations } })

/**
 * Creates a record under an id that is chosen here, so that a call that is repeated makes no second one: Dataverse says that the id is
 * taken, and the record that the first call made is answered.
 */
export async function createRecord<T = Row>(
  context: DynamicsContext,
  set: RecordSet,
  record: Row,
  asked: Pick<Asked, '$select'>,
  id: string = randomUUID(),
): Promise<{ record: T; isNew: boolean }> {
  const { http } = context
  const { key, name } = tables[set]
  const answer = await http.request<T>('POST', `/${set}`, {
    query: asked,
    body: { ...record, [key]: id },
    headers: { prefer: `return=representation,${annotations}` },
    repeatable: true,
    accept: [412],
  })
  if (answer.status !== 412) return { record: answer.body, isNew: true }
  const present = await http.request<T>('GET', placeOf(set, id), {
    query: asked,
    headers: { prefer: annotations },
    accept: [404],
  })
  if (present.status !== 404) return { record: present.body, isNew: false }
  const { code: vendorCode, message: vendorMessage } = faultIn(answer.body)
  const said = vendorMessage ?? `there is another ${name} like it`
  throw new ConnectorError('CONFLICT', `Dynamics 365 says that this is there already: ${said} (CONFLICT)`, {
    ...{ status: 412, vendorCode, vendorMessage },
  })
}

/** Changes a record that must be there: without `If-Match` Dataverse would make one. A certain version, where it is named. */
export async function updateRecord<T = Row>(
  { http }: DynamicsContext,
  set: RecordSet,
  id: string,
  changes: Row,
  asked: Pick<Asked, '$select'>,
  version = '*',
): Promise<T> {
  return await http.patch<T>(placeOf(set, id, tables[set].name), changes, {
    query: asked,
    headers: { 'if-match': version, prefer: `return=representation,${annotations}` },
    // A repetition would no longer find the version that was read.
    repeatable: version === '*',
  })
}

const mostTries = 3

/** Changes a record by what it holds, and again where something else changed it in between. */
export async function changeRecord<T extends Row>(
  context: DynamicsContext,
  set: RecordSet,
  id: string,
  asked: Asked,
  change: (present: T) => Row,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const present = await getRecord<T>(context, set, id, asked)
    try {
      return await updateRecord<T>(context, set, id, change(present), asked, String(present['@odata.etag'] ?? '*'))
    } catch (error) {
      const isStale = error instanceof ConnectorError && error.code === 'CONFLICT' && error.status === 412
      if (!isStale || attempt >= mostTries) throw error
    }
  }
}
