import { createHash } from 'node:crypto'
import { notFoundAtVendor } from '../../kit/index.ts'

/** The version of the Web API, in every path. */
export const apiVersion = 'v9.2'
/** Where the Web API stands on the environment's host. */
export const apiPath = `/api/data/${apiVersion}`

/** Sets of records that this connector speaks of, each with the name of its table and its key. */
export const tables = {
  contacts: { name: 'contact', key: 'contactid' },
  leads: { name: 'lead', key: 'leadid' },
  opportunities: { name: 'opportunity', key: 'opportunityid' },
  annotations: { name: 'annotation', key: 'annotationid' },
  tasks: { name: 'task', key: 'activityid' },
  phonecalls: { name: 'phonecall', key: 'activityid' },
  appointments: { name: 'appointment', key: 'activityid' },
  serviceendpoints: { name: 'serviceendpoint', key: 'serviceendpointid' },
  sdkmessageprocessingsteps: { name: 'sdkmessageprocessingstep', key: 'sdkmessageprocessingstepid' },
} as const
export type RecordSet = keyof typeof tables

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * `/contacts(0198…)`. Dataverse takes other keys than GUIDs in this place for names of columns.
 * @throws ConnectorError NOT_FOUND for what cannot be an id
 */
export function placeOf(set: string, id: string, what = 'record'): string {
  if (!guid.test(id)) throw notFoundAtVendor('Dynamics 365', what)
  return `/${set}(${id.toLowerCase()})`
}

/** Text in a query, whose quotes are doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** The place of a table's description. */
export const attributesOf = (table: string, cast?: string): string =>
  `/EntityDefinitions(LogicalName=${quoted(table)})/Attributes${cast === undefined ? '' : `/Microsoft.Dynamics.CRM.${cast}AttributeMetadata`}`

/** The GUID that a text always has, by which what is made twice is made once. */
export function guidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex')
  // Version 8 of RFC 9562: bits by a rule of our own.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
}
