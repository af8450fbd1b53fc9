import { type Account, type Answer, RefusalError } from '../emulator.ts'
import { closeOpportunity, executeWorkflow, qualifyLead } from './actions.ts'
import { badRequest, refused } from './failures.ts'
import { unquoted } from './filter.ts'
import { type Fields, organizationOf, userId } from './fixed.ts'
import { attributes } from './metadata.ts'
import { type Preferences, preferencesIn, readPage, shapeIn, shown } from './query.ts'
import { createRecord, etagOf, findByKey, needRecord, recordsOf, updateRecord } from './records.ts'
import { type Table, tableOfSet } from './tables.ts'

/** A request of the Web API, alone or within a batch; `path` is what follows the version. */
export type Asked = { method: string; path: string; headers: Record<string, string | undefined>; body: unknown }
export type Given = { account: Account; now: number; largestPage: number; origin: string }

const apiPath = '/api/data/v9.2'
const namespace = 'Microsoft.Dynamics.CRM.'

/** Answers a request as Dataverse does; what it refuses is thrown. */
export function dispatch(given: Given, { method, path, headers, body }: Asked): Answer {
  const { account } = given
  const [place = '', search = ''] = path.split('?', 2)
  const query = new URLSearchParams(search)
  const preferences = preferencesIn(headers.prefer)
  const [first = '', second, third] = place.split('/').slice(1).map(decodeURIComponent)
  const fields = () => bodyOf(body)

  if (method === 'GET' && /^WhoAmI(\(\))?$/.test(first))
    return ok({ BusinessUnitId: userId, UserId: userId, OrganizationId: organizationOf(account) })
  if (method === 'POST' && (first === 'WinOpportunity' || first === 'LoseOpportunity')) {
    closeOpportunity(account, first === 'WinOpportunity' ? 1 : 2, fields())
    return { status: 204, body: undefined }
  }
  const [, described] = /^EntityDefinitions\(LogicalName='([\w]+)'\)$/.exec(first) ?? []
  if (described !== undefined && method === 'GET' && second === 'Attributes') {
    const [, kind] = /^Microsoft\.Dynamics\.CRM\.(\w+)AttributeMetadata$/.exec(third ?? '') ?? []
    return ok(attributes(account, described, kind, query))
  }
  const [, set = '', key] = /^(\w+)(?:\((.*)\))?$/s.exec(first) ?? []
  const table = tableOfSet(account, set)
  if (!table) throw refused(404, '0x8006088a', `Resource not found for the segment '${first}'.`)
  const about = { given, table, query, preferences, headers }
  if (second !== undefined) {
    if (method !== 'POST' || key === undefined || !second.startsWith(namespace)) throw noSuch(second)
    return act(account, table, key, second.slice(namespace.length), fields())
  }
  if (key === undefined) {
    if (method === 'GET') {
      const url = `${given.origin}${apiPath}${path}`
      return ok(readPage(account, table, { query, url, preferences, now: given.now, largest: given.largestPage }))
    }
    if (method === 'POST') return saved(about, createRecord(account, table, fields()), 201)
    throw refused(405, '0x80060888', `The method ${method} is not allowed here.`)
  }
  return one(about, method, key, fields)
}

type About = { given: Given; table: Table; query: URLSearchParams; preferences: Preferences; headers: Asked['headers'] }

/** One record by its id or an alternate key. `PATCH` makes what is not there, unless `If-Match` says that it must be. */
function one(about: About, method: string, key: string, fields: () => Fields): Answer {
  const { given, table, query, preferences, headers } = about
  const { account } = given
  const [, column, literal = ''] = /^(\w+)=(.*)$/s.exec(key) ?? []
  const value = literal.startsWith("'") ? unquoted(literal) : literal
  if (column !== undefined && /[/<>*%&:\\?+]/.test(value))
    throw badRequest('The key holds characters that cannot stand in a URL.')
  const byKey = column === undefined ? undefined : findByKey(account, table, column, value)
  const find = () => {
    if (column === undefined) return needRecord(account, table.name, key)
    if (byKey) return byKey
    throw refused(404, '0x80060891', `A record with the specified key values does not exist in ${table.name} entity`)
  }
  const match = headers['if-match']
  const check = () => {
    if (match !== undefined && match !== '*' && match !== etagOf(find()))
      throw refused(
        412,
        '0x80060882',
        "The version of the existing record doesn't match the RowVersion property provided.",
      )
  }
  if (method === 'GET') return ok(shown(account, table, find(), shapeIn(table, query), preferences.annotations))
  if (method === 'DELETE') {
    check()
    remove(account, table, find().id)
    return { status: 204, body: undefined }
  }
  if (method !== 'PATCH') throw refused(405, '0x80060888', `The method ${method} is not allowed here.`)
  check()
  const isThere =
    column === undefined ? recordsOf(account, table.name).get(key.toLowerCase()) !== undefined : byKey !== undefined
  if (isThere && headers['if-none-match'] === '*')
    throw refused(412, '0x80060882', 'A record with matching key values already exists.')
  if (isThere || match !== undefined) return saved(about, updateRecord(account, table, find().id, fields()), 200)
  const own = column === undefined ? { [table.key]: key } : { [column]: value }
  return saved(about, createRecord(account, table, { ...fields(), ...own }), 201)
}

function remove(account: Account, table: Table, id: string): void {
  const isUsed = recordsOf(account, 'sdkmessageprocessingstep').find(({ data }) => data._eventhandler_value === id)
  if (table.name === 'serviceendpoint' && isUsed)
    throw refused(
      400,
      '0x8004f01f',
      'The ServiceEndpoint cannot be deleted because it is referenced by other components.',
    )
  recordsOf(account, table.name).delete(id)
}

function act(account: Account, table: Table, id: string, action: string, body: Fields): Answer {
  if (table.name === 'lead' && action === 'QualifyLead') return ok(qualifyLead(account, id, body))
  if (table.name === 'workflow' && action === 'ExecuteWorkflow') return ok(executeWorkflow(account, id, body))
  throw noSuch(namespace + action)
}

const noSuch = (segment: string) => refused(404, '0x8006088a', `Resource not found for the segment '${segment}'.`)

function saved(
  { given, table, query, preferences }: About,
  record: Parameters<typeof etagOf>[0],
  status: 200 | 201,
): Answer {
  const headers = {
    'odata-version': '4.0',
    'odata-entityid': `${given.origin}${apiPath}/${table.set}(${record.id})`,
  }
  if (query.has('$expand')) throw badRequest('The sandbox expands nothing in the answer to a write.')
  if (!preferences.representation) return { status: 204, body: undefined, headers }
  const body = shown(given.account, table, record, shapeIn(table, query), preferences.annotations)
  return { status, body, headers: { ...headers, 'preference-applied': 'return=representation' } }
}

const ok = (body: unknown): Answer => ({ status: 200, body, headers: { 'odata-version': '4.0' } })

function bodyOf(body: unknown): Fields {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Fields
  throw refused(400, '0x80048d19', 'Error identified in Payload provided by the user: an object is expected.')
}

/** As `dispatch`, with the answer of what is refused. */
export function attempt(given: Given, asked: Asked): Answer {
  try {
    return dispatch(given, asked)
  } catch (error) {
    if (error instanceof RefusalError) return error.answer
    throw error
  }
}
