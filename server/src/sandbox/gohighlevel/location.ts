import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Account, World } from '../emulator.ts'
import { refused } from './failures.ts'

/** The location of the account that everybody has. */
export const sandboxLocation = 'sandboxLocation00001'
export const timezone = 'America/New_York'

export const locationIdOf = (account: string): string =>
  account === 'sandbox' ? sandboxLocation : createHash('sha256').update(account).digest('hex').slice(0, 20)

/** The account of a request that names its location. */
export function accountIn(world: World, request: FastifyRequest, locationId: string): Account {
  const account = world.accountOf(request)
  if (locationIdOf(account.name) !== locationId)
    throw refused(403, 'The token does not have access to this location.', { error: 'Forbidden' })
  return account
}

/** Ids are twenty letters and digits, whatever they are of. */
export const newGhlId = (world: World, prefix: string): string =>
  prefix + world.nextId().padStart(20 - prefix.length, '0')

/** The version that the API's part has in its description, or the one that GoHighLevel's own client speaks. */
const versionOf = (version: string) => Type.Object({ version: Type.Enum([version, '2023-02-21']) })
export const contactsVersion = versionOf('2021-07-28')
export const calendarsVersion = versionOf('2021-04-15')
export const needs = (...scopes: string[]) => ({ sandbox: { scopes } })

export const ById = Type.Object({ id: Type.String() })
export const InLocation = Type.Object({ locationId: Type.String() })

/** `2030-05-07T10:00:00-04:00`, as the location's clocks show it. */
export const shownTime = (at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(timezone)
    .toString({ timeZoneName: 'never', fractionalSecondDigits: 0 })

/** Epoch milliseconds. */
export function timeIn(text: string, name: string): number {
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw refused(422, [`${name} must be a valid ISO 8601 date string`])
  return at
}
