import type { TObject } from 'typebox'
import { Compile } from 'typebox/schema'
import { Value } from 'typebox/value'
import { ApiError, type Detail } from '../api/errors.ts'
import { closed, detailsOf, type Fault } from '../api/validation.ts'
import type { AnyConnector, Auth } from '../kit/connector.ts'
import { plain } from '../templates/plain.ts'
import { areTokens, faultsOfTokens } from './given-credentials.ts'

type Check = (value: unknown, field: string) => Detail[]
const checks = new WeakMap<object, Check>()

/** Answers what is wrong with a value that is to match a schema of a connector, each fault under `field`. */
export function faultsOf(schema: object, value: unknown, field: string): Detail[] {
  let check = checks.get(schema)
  if (!check) {
    const strict = closed(plain(schema))
    const validator = Compile(strict)
    check = (value, field) =>
      validator.Check(value) ? [] : detailsOf(strict, field, validator.Errors(value)[1] as Fault[])
    checks.set(schema, check)
  }
  return check(value, field)
}

/** The settings with the schema's defaults in place of what is missing. */
export const withDefaults = (schema: TObject, config: Record<string, unknown>): Record<string, unknown> =>
  Value.Default(schema, structuredClone(config)) as Record<string, unknown>

/** @throws ApiError CONFIG_SCHEMA_INVALID naming each field */
export function refuseFaults(details: Detail[]): void {
  if (details.length === 0) return
  const shown = details.slice(0, 3).map(({ field, message }) => `${field} ${message}`)
  const more = details.length > 3 ? `; and ${details.length - 3} more` : ''
  throw new ApiError('CONFIG_SCHEMA_INVALID', `${shown.join('; ')}${more}.`, { details })
}

/** The way to sign in that was asked for, or the one that the given credentials fit, or the first. */
export function chooseAuth(
  connector: AnyConnector,
  type: Auth['type'] | undefined,
  credentials: Record<string, string> | undefined,
): Auth {
  const offered = connector.auth.filter((auth) => type === undefined || auth.type === type)
  if (offered.length === 0) {
    const types = [...new Set(connector.auth.map((auth) => auth.type))].join(' or ')
    refuseFaults([{ field: 'body.authType', message: `must be ${types}, which is what ${connector.name} takes` }])
  }
  if (credentials === undefined) return offered[0]!
  const keys = offered.filter((auth) => auth.type === 'keys')
  const fitting = keys.find(({ fields }) => faultsOf(fields, credentials, '').length === 0)
  const signedIn = areTokens(credentials) ? offered.find((auth) => auth.type === 'oauth2') : undefined
  return fitting ?? signedIn ?? keys[0] ?? offered[0]!
}

/** What is wrong with credentials that a person gave. */
export function faultsOfCredentials(auth: Auth, credentials: Record<string, string> | undefined): Detail[] {
  const field = 'body.credentials'
  if (auth.type === 'keys') return faultsOf(auth.fields, credentials ?? {}, field)
  if (credentials === undefined) return []
  if (auth.type === 'oauth2') return faultsOfTokens(credentials, field)
  return [{ field, message: 'are not needed here; leave them out' }]
}
