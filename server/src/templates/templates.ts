import { notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import type { AnyConnector, Auth } from '../kit/connector.ts'
import { defaultRateLimit } from '../kit/pace.ts'
import type { Clock } from '../lib/clock.ts'
import type { Catalogue } from './catalogue.ts'
import { describeOperations } from './describe-operations.ts'
import { type Plain, plain } from './plain.ts'
import { decide, findTemplateRow, listTemplateRows, type TemplateRow } from './queries.ts'
import type { Template, TemplateChanges, TemplateDetail, TemplateFilter } from './schema.ts'

export type Templates = ReturnType<typeof createTemplates>

/** As the gate of the kit has it. */
const defaultConcurrency = 8

/** Connectors as a catalogue: what their code says, and what the platform admin decided about them. */
export function createTemplates({
  database,
  catalogue,
  clock,
}: {
  database: Database
  catalogue: Catalogue
  clock: Clock
}) {
  async function answer(connector: AnyConnector, row: TemplateRow | undefined): Promise<Template> {
    return {
      id: connector.id,
      name: row?.displayName ?? connector.name,
      category: connector.category,
      description: row?.description ?? connector.description,
      icon: row?.icon ?? (await catalogue.logoOf(connector.id)) ?? null,
      apiVersion: connector.apiVersion,
      isActive: row?.isActive ?? true,
      authTypes: [...new Set(connector.auth.map(({ type }) => type))],
      capabilities: capabilitiesOf(connector),
    }
  }

  async function detail(connector: AnyConnector): Promise<TemplateDetail> {
    const row = await findTemplateRow(database.hub, connector.id)
    const { requests, perMs } = connector.http.rateLimit ?? defaultRateLimit
    return {
      ...(await answer(connector, row)),
      docs: connector.docs,
      setupInstructions: row?.setupInstructions ?? (await catalogue.setupOf(connector.id)) ?? null,
      configSchema: plain(connector.settings),
      auth: connector.auth.map(describeAuth),
      operations: describeOperations(connector),
      limits: { requests, perMs, concurrency: connector.http.concurrency ?? defaultConcurrency },
      webhooks: describeWebhooks(connector),
    }
  }

  async function connector(id: string): Promise<AnyConnector> {
    const found = await catalogue.find(id)
    if (!found) throw notFound('template')
    return found
  }

  return {
    async list({ category, active }: TemplateFilter): Promise<Template[]> {
      const rows = new Map((await listTemplateRows(database.hub)).map((row) => [row.id, row]))
      const all = await Promise.all((await catalogue.all()).map((one) => answer(one, rows.get(one.id))))
      return all
        .filter((one) => category === undefined || one.category === category)
        .filter((one) => active === undefined || one.isActive === active)
        .sort((one, other) => one.name.localeCompare(other.name))
    },

    get: async (id: string): Promise<TemplateDetail> => detail(await connector(id)),

    async update(id: string, changes: TemplateChanges): Promise<TemplateDetail> {
      const found = await connector(id)
      await decide(database.hub, id, changes, new Date(clock.now()))
      return detail(found)
    },

    /** The connector of a template, active or not; undefined where the hub does not know it (any more). */
    find: (id: string): Promise<AnyConnector> | undefined => catalogue.find(id),

    isActive: async (id: string): Promise<boolean> => (await findTemplateRow(database.hub, id))?.isActive ?? true,
  }
}

/** Names of the capabilities of which a connector offers something. */
export const capabilitiesOf = ({ capabilities }: Pick<AnyConnector, 'capabilities'>): string[] =>
  Object.entries(capabilities).flatMap(([name, operations]) =>
    Object.values(operations ?? {}).some((one) => typeof one === 'function') ? [name] : [],
  )

function describeAuth(auth: Auth): TemplateDetail['auth'][number] {
  return {
    type: auth.type,
    provider: auth.type === 'oauth2' ? auth.provider : null,
    scopes: auth.type === 'oauth2' ? [...auth.scopes] : [],
    fields: auth.type === 'keys' ? sealedAll(plain(auth.fields)) : null,
  }
}

function describeWebhooks({ webhook }: AnyConnector): TemplateDetail['webhooks'] {
  if (!webhook) return null
  const { secret } = webhook
  return {
    secret: typeof secret === 'string' ? secret : 'setting' in secret ? 'setting' : 'credential',
    setting: typeof secret === 'object' && 'setting' in secret ? secret.setting : null,
    subscribes: webhook.subscribe !== undefined,
  }
}

/** Every credential is sealed, whether its author marked it or not. */
function sealedAll(schema: Plain): Plain {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    name,
    { ...field, encrypted: true, writeOnly: true },
  ])
  return { ...schema, properties: Object.fromEntries(properties) }
}
