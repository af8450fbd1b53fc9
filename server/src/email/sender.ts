import type { Db } from '../db/database.ts'
import { type IntegrationRow, listIntegrations } from '../integrations/queries.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { offers } from '../kit/result.ts'
import type { Templates } from '../templates/templates.ts'

const most = 200

/**
 * The integration with which a workspace sends mail: the default for messaging if it can, else one that works, the oldest first.
 * Undefined where nothing is connected that could, now or after a person has seen to it.
 */
export async function findSender(
  db: Db,
  workspaceId: string,
  templates: Pick<Templates, 'find'>,
): Promise<{ row: IntegrationRow; connector: AnyConnector } | undefined> {
  const rows = (await listIntegrations(db, workspaceId, { limit: most })).toReversed()
  const senders: { row: IntegrationRow; connector: AnyConnector }[] = []
  for (const row of rows) {
    // What is switched off, not connected yet, or an agent's own is not meant for the workspace's mail.
    if (!row.isActive || row.agentId !== null || row.status === 'pending' || row.status === 'disconnected') continue
    const connector = await templates.find(row.templateId)
    if (connector && offers(connector, 'messaging.sendEmail')) senders.push({ row, connector })
  }
  return (
    senders.find(({ row }) => row.defaultFor.includes('messaging')) ??
    senders.find(({ row }) => row.status === 'active') ??
    senders[0]
  )
}
