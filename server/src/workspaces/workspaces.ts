import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart, type Paging } from '../api/paging.ts'
import type { Principal } from '../api/principal.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { hashPassword } from '../lib/passwords.ts'
import { insertNewApiKey } from './api-keys.ts'
import { scheduleErasure } from './erasure.ts'
import { findOrMakePerson } from './members.ts'
import * as queries from './queries.ts'
import type { NewWorkspace, Workspace } from './schema.ts'

export type Workspaces = ReturnType<typeof createWorkspaces>

/** Creates what manages workspaces. `changed` hears of each change that authentication must not miss. */
export function createWorkspaces(options: {
  database: Database
  clock: Clock
  engine: Pick<Engine, 'enqueue' | 'subscriptionsChanged'>
  changed: (tx: Db) => Promise<void>
}) {
  const { database, clock, engine, changed } = options

  return {
    async list({ cursor, limit = defaultLimit }: Paging) {
      const [before] = decodeCursor(cursor, [idPart]) ?? []
      const rows = await queries.listWorkspaces(database.hub, { before, limit })
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(shown), nextCursor }
    },

    async find(workspaceId: string): Promise<Workspace> {
      const row = await database.inWorkspace(workspaceId, (tx) => queries.findWorkspace(tx, workspaceId))
      if (!row) throw notFound('workspace')
      return shown(row)
    },

    async create({ name, owner, createApiKey }: NewWorkspace): Promise<Workspace & { apiKey?: string }> {
      const passwordHash = owner && (await hashPassword(owner.password))
      const at = new Date(clock.now())
      return await database.transaction(async (tx) => {
        const row = await queries.insertWorkspace(tx, { id: newId(clock), name, at })
        if (owner) {
          const personId = await findOrMakePerson(tx, clock, { ...owner, passwordHash })
          await queries.insertMember(tx, row.id, { personId, role: 'owner', at })
        }
        if (!createApiKey) return shown(row)
        const { key } = await insertNewApiKey(tx, clock, row.id, { name: 'First key', scopes: ['*'] })
        return { ...shown(row), apiKey: key }
      })
    },

    async rename(workspaceId: string, name: string): Promise<Workspace> {
      const row = await database.inWorkspace(workspaceId, (tx) =>
        queries.renameWorkspace(tx, workspaceId, name, new Date(clock.now())),
      )
      if (!row) throw notFound('workspace')
      return shown(row)
    },

    /** Deletes the workspace with its members, keys and endpoints at once; the rest of its rows in the background. */
    async remove(remover: Principal, workspaceId: string): Promise<void> {
      mustBeAllowedToRemove(remover)
      await database.transaction(async (tx) => {
        // Whoever publishes meanwhile must find that there is nobody to deliver to.
        await engine.subscriptionsChanged(tx, workspaceId)
        if (!(await queries.deleteWorkspace(tx, workspaceId))) throw notFound('workspace')
        await scheduleErasure(tx, engine, clock, workspaceId)
        await changed(tx)
      })
    },
  }
}

/** An admin could make a key that may do everything, so keys cannot delete the workspace either. */
function mustBeAllowedToRemove({ kind, role }: Principal): void {
  if (kind === 'platform' || kind === 'jwt' || role === 'owner') return
  throw new ApiError('FORBIDDEN', 'Only an owner or the platform admin can delete the workspace.')
}

type Row = { id: string; name: string; createdAt: Date; updatedAt: Date }

const shown = ({ id, name, createdAt, updatedAt }: Row): Workspace => ({
  id,
  name,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
})
