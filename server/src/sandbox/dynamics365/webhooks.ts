import { randomUUID } from 'node:crypto'
import type { Account, Stored, World } from '../emulator.ts'
import type { RecordChange } from '../records.ts'
import { type Fields, fixedRecords, organizationOf, userId } from './fixed.ts'
import { recordsOf } from './records.ts'
import { watchedTables } from './tables.ts'

const messages = { created: 'Create', updated: 'Update', deleted: 'Delete', restored: 'Create' } as const

/** Posts what happens to every service endpoint that has a step for it. */
export function watch(world: World): void {
  for (const table of watchedTables)
    world.onChange(table, (account, change) => {
      const { action, record } = change as RecordChange<Fields>
      const message = messages[action]
      for (const { data: step } of recordsOf(account, 'sdkmessageprocessingstep').list()) {
        if (!isAbout(step, table, message)) continue
        const endpoint = recordsOf(account, 'serviceendpoint').get(String(step._eventhandler_value))
        if (endpoint) post(world, account, endpoint.data, { table, message, record })
      }
    })
}

function isAbout(step: Fields, table: string, message: string): boolean {
  const filter = fixedRecords('sdkmessagefilter').find(({ id }) => id === step._sdkmessagefilterid_value)
  const sdkMessage = fixedRecords('sdkmessage').find(({ id }) => id === step._sdkmessageid_value)
  return filter?.data.primaryobjecttypecode === table && sdkMessage?.data.name === message
}

function post(
  world: World,
  account: Account,
  endpoint: Fields,
  { table, message, record }: { table: string; message: string; record: Stored<Fields> },
): void {
  const [correlation, operation] = [randomUUID(), randomUUID()]
  const attributes = Object.entries(record.data).map(([key, value]) => ({ key, value }))
  const type = message === 'Delete' ? 'EntityReference' : 'Entity'
  const target = {
    __type: `${type}:http://schemas.microsoft.com/xrm/2011/Contracts`,
    Id: record.id,
    LogicalName: table,
  }
  const body = JSON.stringify({
    BusinessUnitId: userId,
    CorrelationId: correlation,
    Depth: 1,
    InitiatingUserId: userId,
    InputParameters: [{ key: 'Target', value: message === 'Delete' ? target : { ...target, Attributes: attributes } }],
    MessageName: message,
    Mode: 1,
    OperationCreatedOn: `/Date(${world.now()}+0000)/`,
    OperationId: operation,
    OrganizationId: organizationOf(account),
    PrimaryEntityId: record.id,
    PrimaryEntityName: table,
    Stage: 40,
    UserId: userId,
  })
  world.send({
    account: account.name,
    url: String(endpoint.url),
    build: () => ({
      body,
      headers: {
        'content-type': 'application/json',
        'x-request-id': randomUUID(),
        'x-ms-dynamics-organization': 'sandbox.crm.dynamics.com',
        'x-ms-dynamics-entity-name': table,
        'x-ms-dynamics-request-name': message,
        'x-ms-correlation-request-id': correlation,
        ...headersIn(String(endpoint.authvalue ?? '')),
      },
    }),
  })
}

/** `<settings><setting name="X" value="Y" /></settings>` */
const headersIn = (settings: string): Record<string, string> =>
  Object.fromEntries(
    [...settings.matchAll(/<setting name="([^"]+)" value="([^"]*)"\s*\/>/g)].map(([, name = '', value = '']) => [
      name.toLowerCase(),
      value,
    ]),
  )
