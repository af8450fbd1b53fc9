import type { Static, TObject, TSchema } from 'typebox'
import type { Keys, NoAuth, OAuth2, RequestToSign } from './connector.ts'
import type { Query } from './http-types.ts'

/** Sign-in by OAuth 2 with the authorization code grant. The hub runs the dance and refreshes before expiry. */
export const oauth2 = (options: Omit<OAuth2, 'type'>): OAuth2 => ({ type: 'oauth2', ...options })

/**
 * Secrets that a person pastes. `apply` puts them into each request and sees exactly the fields declared.
 * @example keys({ fields: Type.Object({ apiKey: encrypted(Type.String({ title: 'API key' })) }), apply: ({ apiKey }) => bearer(apiKey) })
 */
export const keys = <const Fields extends TObject>(options: {
  fields: Fields
  apply?(credentials: Static<Fields>): { headers?: Record<string, string>; query?: Query }
  /** Signs each request, where the vendor wants that instead. */
  sign?(request: RequestToSign, credentials: Static<Fields>): Record<string, string>
}): Keys => ({
  type: 'keys',
  fields: options.fields,
  // The credentials were validated against `fields` when they were stored.
  apply: (credentials) => options.apply?.(credentials as Static<Fields>) ?? {},
  ...(options.sign && { sign: (request, credentials) => options.sign!(request, credentials as Static<Fields>) }),
})

/** Nothing to sign in with: the URL in the settings is the secret, or there is none. */
export const noAuth = (): NoAuth => ({ type: 'none' })

/** `Authorization: Bearer …`. */
export const bearer = (token: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
})

/** `Authorization: Basic …` (RFC 7617). */
export const basic = (user: string, password: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
})

/** Marks a field whose value is sealed in the vault, never comes back from the API, and is asked for as a password is. */
export function encrypted<Schema extends TSchema>(schema: Schema): Schema {
  // Copied by descriptors, since typebox keeps what it knows of a schema in properties that do not enumerate.
  const copy = Object.create(null, Object.getOwnPropertyDescriptors(schema)) as Schema
  return Object.assign(copy, { encrypted: true, writeOnly: true })
}

/** Whether a field of a schema was made with `encrypted()`. */
export const isEncrypted = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && (schema as { encrypted?: unknown }).encrypted === true

/** Names of the fields of a settings or credentials schema that are sealed. */
export const encryptedFields = (schema: TObject): string[] =>
  Object.entries(schema.properties).flatMap(([name, field]) => (isEncrypted(field) ? [name] : []))
