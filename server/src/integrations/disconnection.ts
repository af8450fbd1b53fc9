import type { Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import type { Log } from '../lib/log.ts'
import type { Templates } from '../templates/templates.ts'
import type { IntegrationRow } from './queries.ts'
import type { Runner } from './runner.ts'

const kind = 'integration.disconnect'
const tries = 5

/** What is left to do at the vendor, without the row, which may be gone. Credentials are still sealed. */
type Leftover = {
  row: Omit<IntegrationRow, 'createdAt' | 'updatedAt'>
  subscriptions: { id: string; vendorId: string | null; data: unknown }[]
}

/** Gives a token back to the vendor. */
export type Revoke = (row: IntegrationRow) => Promise<void>

export type Disconnection = ReturnType<typeof createDisconnection>

/** Leaves nothing behind at the vendor when an integration is disconnected: its calls to the hub, and the tokens it gave. */
export function createDisconnection(deps: {
  engine: Engine
  templates: Templates
  runner: Runner
  revoke?: Revoke | undefined
  log: Log
}) {
  const { engine, templates, runner, revoke, log } = deps

  async function leave({ row, subscriptions }: Leftover): Promise<void> {
    const whole: IntegrationRow = { ...row, createdAt: new Date(0), updatedAt: new Date(0) }
    const connector = await templates.find(row.templateId)
    const unsubscribe = connector?.webhook?.unsubscribe
    if (connector && unsubscribe) {
      for (const { id, vendorId, data } of subscriptions) {
        const given = { id: vendorId ?? id, data: data as Record<string, string> }
        const result = await runner.lend(whole, connector, (context) => unsubscribe(context, given), 'kept credentials')
        if (!result.success && result.retry) throw new Error(result.error)
      }
    }
    if (row.authType === 'oauth2') await revoke?.(whole)
  }

  engine.define(kind, {
    delivers: false,
    retry: (attempt) => (attempt > tries ? undefined : 5_000 * 4 ** (attempt - 1)),
    run: async ({ payload, attempt }) => {
      const leftover = payload as Leftover
      try {
        await leave(leftover)
      } catch (error) {
        // The last try ends well whatever happens, so that no dead letter keeps the sealed credentials.
        if (attempt < tries) throw error
        log.warn(
          { err: error, integrationId: leftover.row.id },
          'Integrations: the vendor could not be told of a disconnection',
        )
      }
    },
  })

  return {
    /** Makes the job that does it, within the transaction that forgets the credentials. */
    async schedule(tx: Db, row: IntegrationRow): Promise<void> {
      if (row.sealedCredentials === null && row.authType !== 'none') return
      const { workspaceId, id } = row
      const subscriptions = await tx
        .selectFrom('vendorSubscriptions')
        .select(['id', 'vendorId', 'data'])
        .where('workspaceId', '=', workspaceId)
        .where('integrationId', '=', id)
        .where('status', '=', 'active')
        .execute()
      if (subscriptions.length === 0 && row.authType !== 'oauth2') return
      await tx
        .updateTable('vendorSubscriptions')
        .set({ status: 'removed' })
        .where('workspaceId', '=', workspaceId)
        .where('integrationId', '=', id)
        .execute()
      const { createdAt: _createdAt, updatedAt: _updatedAt, ...rest } = row
      const payload: Leftover = { row: rest, subscriptions }
      await engine.enqueue(tx, [{ workspaceId, kind, payload, lane: `disconnect ${id}` }])
    },
  }
}
