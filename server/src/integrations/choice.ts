import type { Db } from '../db/database.ts'
import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { offers } from '../kit/result.ts'
import type { Templates } from '../templates/templates.ts'
import { type IntegrationRow, listIntegrations } from './queries.ts'

const most = 200

/**
 * The integration with which a workspace does this where nobody said which: the default for the capability if it can, else one that works, the
 * oldest first, else one that would once a person has seen to it. Undefined where nothing is connected that could.
 */
export async function chooseIntegration(
  db: Db,
  workspaceId: string,
  templates: Pick<Templates, 'find'>,
  operation: OperationName,
): Promise<{ row: IntegrationRow; connector: AnyConnector } | undefined> {
  const capability = operation.split('.', 1)[0]!
  const rows = (await listIntegrations(db, workspaceId, { limit: most })).toReversed()
  const able: { row: IntegrationRow; connector: AnyConnector }[] = []
  for (const row of rows) {
    // What is switched off, not connected yet, or an agent's own is not meant for the whole workspace.
    if (!row.isActive || row.agentId !== null || row.status === 'pending' || row.status === 'disconnected') continue
    const connector = await templates.find(row.templateId)
    if (connector && offers(connector, operation)) able.push({ row, connector })
  }
  return (
    able.find(({ row }) => row.defaultFor.includes(capability)) ??
    able.find(({ row }) => row.status === 'active') ??
    able[0]
  )
}
