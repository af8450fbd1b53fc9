import type { Account } from '../emulator.ts'
import { watchedTables } from './tables.ts'

export type Fields = { [name: string]: unknown }

const id = (kind: number, number: number): string => `0000000${kind}-0000-4000-8000-${String(number).padStart(12, '0')}`

export const userId = id(1, 1)
export const workflowIds = { followUp: id(3, 1), broken: id(3, 2) }
const messages = ['Create', 'Update', 'Delete']

/** Records that every environment has, and nobody changes here. */
const fixed: { [table: string]: { id: string; data: Fields }[] } = {
  systemuser: [{ id: userId, data: { fullname: 'Sandbox Owner', internalemailaddress: 'owner@example.com' } }],
  transactioncurrency: ['USD', 'EUR', 'JPY'].map((code, at) => ({
    id: id(2, at + 1),
    data: { isocurrencycode: code, currencyname: code, statecode: 0, statuscode: 1 },
  })),
  workflow: [
    { id: workflowIds.followUp, data: { name: 'Follow up', ...onDemand(true) } },
    { id: workflowIds.broken, data: { name: 'Broken workflow', ...onDemand(true) } },
    { id: id(3, 3), data: { name: 'When a contact is created', ...onDemand(false) } },
  ],
  sdkmessage: messages.map((name, at) => ({ id: id(4, at + 1), data: { name } })),
  sdkmessagefilter: watchedTables.flatMap((table, tableAt) =>
    messages.map((_, at) => ({
      id: id(5, tableAt * messages.length + at + 1),
      data: { primaryobjecttypecode: table, _sdkmessageid_value: id(4, at + 1) },
    })),
  ),
}

function onDemand(ondemand: boolean): Fields {
  return { category: 0, type: 1, ondemand, primaryentity: 'contact', statecode: 1, statuscode: 2 }
}

export const fixedRecords = (table: string): { id: string; data: Fields }[] =>
  Object.hasOwn(fixed, table) ? fixed[table]! : []

/** The environment's base currency. */
export const baseCurrency = id(2, 1)

export const organizationOf = ({ name }: Account): string =>
  id(
    9,
    name === 'sandbox' ? 1 : 2 + ([...name].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) % 90_000, 7) % 90_000),
  )
