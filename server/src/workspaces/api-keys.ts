import { ApiError, invalid, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Principal } from '../api/principal.ts'
import { beyond } from '../api/scopes.ts'
import { type Database, type Db, onCommit } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { generateApiKey } from '../lib/tokens.ts'
import * as queries from './queries.ts'
import type { ApiKey, CreatedApiKey, NewApiKey } from './schema.ts'

export type ApiKeys = ReturnType<typeof createApiKeys>

/** Creates what manages a workspace's API keys. `changed` hears of each change that authentication must not miss. */
export function createApiKeys(options: { database: Database; clock: Clock; changed: (tx: Db) => Promise<void> }) {
  const { database, clock, changed } = options

  return {
    async list(workspaceId: string, { cursor, limit = defaultLimit }: Paging) {
      const [before] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        queries.listApiKeys(tx, workspaceId, { before, limit }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(shown), nextCursor }
    },

    async find(workspaceId: string, keyId: string): Promise<ApiKey> {
      const row = await database.inWorkspace(workspaceId, (tx) => queries.findApiKey(tx, workspaceId, keyId))
      if (!row) throw notFound('API key')
      return shown(row)
    },

    /** @throws ApiError FORBIDDEN when the key would be allowed more than its maker is */
    async create(maker: Principal, workspaceId: string, wanted: NewApiKey): Promise<CreatedApiKey> {
      const excess = beyond(maker.scopes, wanted.scopes)
      if (excess.length > 0) {
        throw new ApiError('FORBIDDEN', `You cannot grant what you may not do yourself: ${excess.join(', ')}.`, {
          details: [{ field: 'body.scopes', message: `must be among ${[...maker.scopes].join(', ')}` }],
        })
      }
      const expiresAt = wanted.expiresAt === undefined ? null : new Date(wanted.expiresAt)
      if (expiresAt && !(expiresAt.getTime() > clock.now())) throw invalid('body.expiresAt', 'must be in the future')
      return await database.inWorkspace(workspaceId, (tx) =>
        insertNewApiKey(tx, clock, workspaceId, { ...wanted, expiresAt, createdBy: makerOf(maker) }),
      )
    },

    async rename(workspaceId: string, keyId: string, name: string): Promise<ApiKey> {
      const row = await database.inWorkspace(workspaceId, (tx) => queries.renameApiKey(tx, workspaceId, keyId, name))
      if (!row) throw notFound('API key')
      return shown(row)
    },

    async revoke(workspaceId: string, keyId: string): Promise<ApiKey> {
      const row = await database.inWorkspace(workspaceId, async (tx) => {
        const revoked = await queries.revokeApiKey(tx, workspaceId, keyId, new Date(clock.now()))
        if (revoked) await changed(tx)
        return revoked
      })
      if (!row) throw notFound('API key')
      return shown(row)
    },
  }
}

/** Makes a key of a workspace, or of the platform admin where there is none. */
export async function insertNewApiKey(
  tx: Db,
  clock: Clock,
  workspaceId: string | null,
  wanted: { name: string; scopes: string[]; expiresAt?: Date | null; createdBy?: string | null },
): Promise<CreatedApiKey> {
  const { key, prefix, hash } = generateApiKey()
  const row = await queries.insertApiKey(tx, workspaceId, {
    id: newId(clock),
    name: wanted.name,
    prefix,
    hash: Buffer.from(hash, 'hex'),
    scopes: wanted.scopes,
    createdBy: wanted.createdBy ?? null,
    expiresAt: wanted.expiresAt ?? null,
    createdAt: new Date(clock.now()),
  })
  return { ...shown(row), key }
}

/** Tells every process that what it remembers of keys and workspaces is out of date. */
export const createChangeNotice =
  (forget: () => void) =>
  async (tx: Db): Promise<void> => {
    onCommit(tx, forget)
    await queries.notifyChanged(tx)
  }

/** Persons and keys have ids of their own; tokens and the preset admin key have none in the database. */
const makerOf = ({ kind, id, personId }: Principal) => personId ?? (kind === 'api-key' ? id : null)

type Row = NonNullable<Awaited<ReturnType<typeof queries.findApiKey>>>

const shown = (row: Row): ApiKey => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  createdAt: row.createdAt.toISOString(),
  lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  expiresAt: row.expiresAt?.toISOString() ?? null,
  revokedAt: row.revokedAt?.toISOString() ?? null,
})
