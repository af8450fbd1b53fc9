import type { TObject } from 'typebox'
import type { OAuthClient } from '../src/integrations/oauth-client.ts'
import { oauthWithin } from '../src/integrations/oauth-providers.ts'
import type { Keys } from '../src/kit/connector.ts'
import type { AnyConnector, Auth, OAuth2 } from '../src/kit/index.ts'

type Env = Record<string, string | undefined>
export type WayIn =
  | { type: 'keys' | 'none'; credentials: Record<string, string> }
  | { type: 'oauth2'; auth: OAuth2; client: OAuthClient; refreshToken: string | undefined }
/** What the environment gives for a connector, or which variables it lacks, each list one way in. */
export type Given = { wayIn: WayIn; settings: Record<string, unknown> } | { missing: string[][] }

/** What vendors' variables begin with, where it is not the connector's id. */
const prefixes: Record<string, string> = { gohighlevel: 'GHL', calcom: 'CAL_COM', s3: 'S3', dynamics365: 'DYNAMICS' }

const prefixOf = (id: string): string => prefixes[id] ?? snake(id)
const snake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toUpperCase()

/** The variable of a key or a setting: `secretKey` of stripe is STRIPE_SECRET_KEY. */
export const variableOf = (id: string, field: string): string => `${prefixOf(id)}_${snake(field)}`

/** Reads what a person has: keys before an application, since they need nobody to sign in. */
export function readGiven(connector: AnyConnector, env: Env): Given {
  const missing: string[][] = []
  const { settings, lacking } = readSettings(connector, env)
  for (const auth of connector.auth.toSorted((a, b) => order(a) - order(b))) {
    const { wayIn, wants } = readAuth(connector.id, auth, env)
    if (wants.length === 0 && lacking.length === 0) return { wayIn: within(wayIn, settings), settings }
    missing.push([...wants, ...lacking])
  }
  return { missing }
}

const within = (wayIn: WayIn, settings: Record<string, unknown>): WayIn =>
  wayIn.type === 'oauth2' ? { ...wayIn, auth: oauthWithin(wayIn.auth, settings) } : wayIn

const order = ({ type }: Auth): number => (type === 'oauth2' ? 1 : 0)

function readAuth(id: string, auth: Auth, env: Env): { wayIn: WayIn; wants: string[] } {
  if (auth.type === 'none') return { wayIn: { type: 'none', credentials: {} }, wants: [] }
  if (auth.type === 'keys') return readKeys(id, auth, env)
  const name = (what: string) => `${snake(auth.provider)}_${what}`
  const [clientId, clientSecret, refreshToken] = ['CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN'].map(
    (what) => env[name(what)] || undefined,
  )
  const client = { clientId: clientId ?? '', clientSecret: clientSecret ?? '' }
  return {
    wayIn: { type: 'oauth2', auth, client, refreshToken },
    wants: [clientId ? '' : name('CLIENT_ID'), clientSecret ? '' : name('CLIENT_SECRET')].filter(Boolean),
  }
}

function readKeys(id: string, { fields }: Keys, env: Env): { wayIn: WayIn; wants: string[] } {
  const { values, lacking } = readFields(id, fields, env)
  const credentials = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]))
  return { wayIn: { type: 'keys', credentials }, wants: lacking }
}

function readSettings(connector: AnyConnector, env: Env) {
  const { values, lacking } = readFields(connector.id, connector.settings, env)
  return { settings: values, lacking }
}

function readFields(id: string, { properties, required }: TObject, env: Env) {
  const values: Record<string, unknown> = {}
  const lacking: string[] = []
  for (const [field, schema] of Object.entries(properties)) {
    const text = env[variableOf(id, field)]
    const { type, default: usual } = schema as { type?: string; default?: unknown }
    if (text) values[field] = type === undefined || type === 'string' ? text : JSON.parse(text)
    else if (usual !== undefined) values[field] = usual
    else if ((required as string[] | undefined)?.includes(field)) lacking.push(variableOf(id, field))
  }
  return { values, lacking }
}
