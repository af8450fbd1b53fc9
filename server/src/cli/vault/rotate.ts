import type { ClientBase } from 'pg'
import { applicationWebhookContext, clientSecretContext } from '../../integrations/oauth-applications.ts'
import { configContext, credentialsContext, webhookSecretContext } from '../../integrations/sealing.ts'
import type { Vault } from '../../lib/vault.ts'
import { headerContext } from '../../webhooks/custom-headers.ts'
import { secretContext, signingKeyContext, vaultContext } from '../../webhooks/secrets.ts'

const batchSize = 200

type Row = Record<string, unknown>
type Reseal = (sealed: string, ...contexts: string[]) => string

/** A table with sealed columns: how a row is found again, and what its columns become under the current key. */
type Place = {
  table: string
  key: string[]
  columns: string[]
  /** Columns of JSON, which are compared and written as such. */
  json: string[]
  resealed(row: Row, reseal: Reseal): Row
}

/** Every place where something sealed is kept for long. */
const places: Place[] = [
  {
    table: 'integrations',
    key: ['workspace_id', 'id'],
    columns: ['sealed_credentials', 'sealed_config'],
    json: ['sealed_config'],
    resealed(row, reseal) {
      const [workspaceId, id] = [row.workspace_id as string, row.id as string]
      const credentials = row.sealed_credentials as string | null
      const config = Object.entries(row.sealed_config as Record<string, string>).map(([name, sealed]) => [
        name,
        // What the hub made itself stands beside the settings, under a context of its own.
        reseal(
          sealed,
          ...(name === 'webhookSecret' ? [webhookSecretContext(workspaceId, id)] : []),
          configContext(workspaceId, id, name),
        ),
      ])
      return {
        sealed_credentials: credentials === null ? null : reseal(credentials, credentialsContext(workspaceId, id)),
        sealed_config: Object.fromEntries(config),
      }
    },
  },
  {
    table: 'webhook_endpoints',
    key: ['workspace_id', 'id'],
    columns: ['secrets', 'headers', 'signing_key'],
    json: ['secrets', 'headers'],
    resealed(row, reseal) {
      const context = vaultContext(row.workspace_id as string, row.id as string)
      const secrets = row.secrets as { sealed: string }[]
      const headers = Object.entries(row.headers as Record<string, string | { sealed: string }>)
      const signingKey = row.signing_key as string | null
      return {
        secrets: secrets.map((secret) => ({ ...secret, sealed: reseal(secret.sealed, secretContext(context)) })),
        headers: Object.fromEntries(
          headers.map(([name, value]) => [
            name,
            typeof value === 'string' ? value : { sealed: reseal(value.sealed, headerContext(context, name)) },
          ]),
        ),
        signing_key: signingKey === null ? null : reseal(signingKey, signingKeyContext(context)),
      }
    },
  },
  {
    table: 'oauth_applications',
    key: ['provider'],
    columns: ['client_secret', 'webhook_secret'],
    json: [],
    resealed(row, reseal) {
      const provider = row.provider as string
      const webhookSecret = row.webhook_secret as string | null
      return {
        client_secret: reseal(row.client_secret as string, clientSecretContext(provider)),
        webhook_secret: webhookSecret === null ? null : reseal(webhookSecret, applicationWebhookContext(provider)),
      }
    },
  },
]

export type Rotation = {
  /** Rows whose secrets were sealed anew. */
  resealed: number
  /** Rows that were under the current key already. */
  current: number
  /** Rows that somebody changed at that moment; they are under the key of whoever wrote them. */
  changedMeanwhile: number
  /** Rows that cannot be opened, since their key is not among the keys. */
  unreadable: { table: string; key: string }[]
}

/**
 * Seals every secret anew under the current key, a few rows at a time. Safe while hubs run that know both keys: a row is written
 * only if it still is as it was read. When it is interrupted, the next run goes on: what is done is passed over.
 */
export async function rotateVault(
  client: ClientBase,
  vault: Vault,
  options: { onProgress?: (table: string, rows: number) => void; signal?: AbortSignal } = {},
): Promise<Rotation> {
  const rotation: Rotation = { resealed: 0, current: 0, changedMeanwhile: 0, unreadable: [] }
  for (const place of places) {
    let after: unknown[] | undefined
    for (let seen = 0; ; ) {
      options.signal?.throwIfAborted()
      const rows = await readBatch(client, place, after)
      for (const row of rows) await rotateRow(client, vault, place, row, rotation)
      seen += rows.length
      options.onProgress?.(place.table, seen)
      if (rows.length < batchSize) break
      after = place.key.map((name) => rows.at(-1)![name])
    }
  }
  return rotation
}

async function readBatch(
  client: ClientBase,
  { table, key, columns }: Place,
  after: unknown[] | undefined,
): Promise<Row[]> {
  const place = key.join(', ')
  const from = after ? `where (${place}) > (${after.map((_, at) => `$${at + 1}`).join(', ')})` : ''
  const { rows } = await client.query<Row>(
    `select ${[...key, ...columns].join(', ')} from ${table} ${from} order by ${place} limit ${batchSize}`,
    after ?? [],
  )
  return rows
}

async function rotateRow(client: ClientBase, vault: Vault, place: Place, row: Row, rotation: Rotation): Promise<void> {
  let changed = false
  const reseal: Reseal = (sealed, ...contexts) => {
    if (!vault.needsRotation(sealed)) return sealed
    changed = true
    return sealUnder(vault, sealed, contexts)
  }
  let next: Row
  try {
    next = place.resealed(row, reseal)
  } catch {
    rotation.unreadable.push({ table: place.table, key: place.key.map((name) => String(row[name])).join(' ') })
    return
  }
  if (!changed) {
    rotation.current += 1
    return
  }
  const values: unknown[] = []
  const parameter = (name: string, value: unknown) => {
    const isJson = place.json.includes(name)
    values.push(isJson ? JSON.stringify(value) : value)
    return `$${values.length}${isJson ? '::jsonb' : ''}`
  }
  const set = place.columns.map((name) => `${name} = ${parameter(name, next[name])}`).join(', ')
  const found = place.key.map((name) => `${name} = ${parameter(name, row[name])}`)
  const unchanged = place.columns.map((name) => `${name} is not distinct from ${parameter(name, row[name])}`)
  const { rowCount } = await client.query(
    `update ${place.table} set ${set} where ${[...found, ...unchanged].join(' and ')}`,
    values,
  )
  if (rowCount === 1) rotation.resealed += 1
  else rotation.changedMeanwhile += 1
}

/** Opens it in the first place that it belongs to, and seals it there again. */
function sealUnder(vault: Vault, sealed: string, contexts: string[]): string {
  for (const [at, context] of contexts.entries()) {
    try {
      return vault.seal(vault.open(sealed, context), context)
    } catch (error) {
      if (at === contexts.length - 1) throw error
    }
  }
  throw new TypeError('A sealed text needs a context.')
}
