import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import { listIntegrations } from '../integrations/queries.ts'
import { openConfig } from '../integrations/sealing.ts'
import { schemes } from '../kit/index.ts'
import type { Clock } from '../lib/clock.ts'
import type { Vault } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import { type ToolName, toolInputs } from './schema.ts'

const verifyRetell = schemes.retell()

export type FunctionRequests = ReturnType<typeof createFunctionRequests>

/** Function calls of voice agents: whose they are, and the fields in them. */
export function createFunctionRequests(deps: { database: Database; templates: Templates; vault: Vault; clock: Clock }) {
  const { database, templates, vault, clock } = deps

  /** The keys with which Retell signs for this workspace. */
  async function keysOf(workspaceId: string): Promise<string[]> {
    const connector = await templates.find('retell')
    if (!connector) return []
    const rows = await database.inWorkspace(workspaceId, (tx) =>
      listIntegrations(tx, workspaceId, { templateId: connector.id, limit: 100 }),
    )
    return rows.flatMap((row) => {
      const key = row.isActive ? openConfig(vault, row, connector.settings).webhook_key : undefined
      return typeof key === 'string' ? [key] : []
    })
  }

  return {
    /**
     * Holds a request that says it is Retell's to its signature; others are let through, since the API key says who asks.
     * @throws ApiError WEBHOOK_SIGNATURE_INVALID
     */
    async verify(
      workspaceId: string,
      given: { bytes: Buffer | undefined; headers: IncomingHttpHeaders },
    ): Promise<void> {
      const signature = given.headers['x-retell-signature']
      if (signature === undefined) return
      const keys = await keysOf(workspaceId)
      // Whoever has not said with which key Retell signs is not protected by it, but still by the API key.
      if (keys.length === 0) return
      const now = new Date(clock.now())
      const request = {
        ...{ method: 'POST', url: '', path: '', query: {}, receivedAt: now, rawBody: given.bytes ?? Buffer.alloc(0) },
        headers: { 'x-retell-signature': String(signature) },
      }
      const verdict = verifyRetell(request, keys, now)
      if (!verdict.ok)
        throw new ApiError('WEBHOOK_SIGNATURE_INVALID', `The function request was refused: ${verdict.reason}.`)
    },

    /**
     * The fields of a tool: of `args` where there are any, with the call's and the agent's id from what came along. Fields that a model made up are left
     * out, and so is what it left empty.
     */
    unwrap(name: ToolName, body: unknown): unknown {
      if (!isObject(body)) return body
      const call = isObject(body.call) ? body.call : {}
      const isWrapped = isObject(body.args)
      const args = isWrapped ? (body.args as Fields) : body
      const fields: Fields = {
        ...(typeof call.call_id === 'string' ? { call_id: call.call_id } : {}),
        ...(typeof call.agent_id === 'string' ? { agent_id: call.agent_id } : {}),
        ...args,
      }
      const known = Object.keys(toolInputs[name].properties)
      const wanted = Object.entries(fields).filter(
        ([field, value]) =>
          value !== null && value !== '' && (known.includes(field) || !(isWrapped || field === 'call')),
      )
      return Object.fromEntries(wanted.map(([field, value]) => [field, asText(value, field !== 'duration_minutes')]))
    },
  }
}

type Fields = Record<string, unknown>
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One line, as fields are; phone numbers and hours come as numbers, too. */
function asText(value: unknown, isText: boolean): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cc}+/gu, ' ').trim()
  return isText && typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
}
