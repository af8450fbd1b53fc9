import { ApiError, notFound } from '../api/errors.ts'
import { isStorable } from '../api/json-body.ts'
import type { Database } from '../db/database.ts'
import type { IntegrationRow } from '../integrations/queries.ts'
import type { AnyConnector, InboundRequest, Webhook } from '../kit/connector.ts'
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import { type Vault, VaultError } from '../lib/vault.ts'
import type { Templates } from '../templates/templates.ts'
import { isOff, offReason, type Processing } from './processing.ts'
import { type InboundRow, type InboundStatus, listCandidates } from './queries.ts'
import { createQuota } from './quota.ts'
import type { Secrets } from './secrets.ts'
import { storable } from './stored-request.ts'
import { createStoring } from './storing.ts'

/** A request to the URL of a connector, or to that of one integration. */
export type Arrival = {
  connectorId: string
  integrationId?: string | undefined
  /** Who sent it, for the bounds on what strangers may store. */
  address: string
  request: InboundRequest
}

/** What the vendor is answered where it wants more than to hear that its webhook was taken in. */
export type Handshake = { status: number; body: string; headers?: Record<string, string> }

/** An integration, whether the request is its vendor's, and with which secrets that was found. */
type Judged = { integration: IntegrationRow; secrets: string[]; verdict: ReturnType<Webhook['verify']> }

const longestRoutingKey = 500
/** No vendor bundles news of more accounts in one request. */
const mostRoutingKeys = 1_000
/** Why nothing could be verified yet. */
const unknownAccount = 'No integration of this hub has this account yet.'

/** Takes webhooks in: verified, stored and put in line before the answer, and nothing else. */
export function createReceiving(deps: {
  database: Database
  templates: Templates
  secrets: Secrets
  processing: Processing
  vault: Vault
  clock: Clock
  log: Log
}) {
  const { database, templates, secrets, processing, vault, clock, log } = deps
  const quota = createQuota(clock)
  const store = createStoring({ database, processing, clock })

  async function webhookOf(connectorId: string): Promise<{ connector: AnyConnector; webhook: Webhook }> {
    const connector = await templates.find(connectorId)
    if (!connector?.webhook) throw notFound('receiver of webhooks')
    return { connector, webhook: connector.webhook }
  }

  function judge(webhook: Webhook, request: InboundRequest, known: readonly string[]): Judged['verdict'] {
    try {
      return webhook.verify(request, known, request.receivedAt)
    } catch {
      return { ok: false, reason: 'the signature could not be checked' }
    }
  }

  function secretsOf(integration: IntegrationRow, connector: AnyConnector): string[] {
    try {
      return secrets.ofIntegration(integration, connector)
    } catch (error) {
      if (!(error instanceof VaultError)) throw error
      log.error({ err: error, integrationId: integration.id }, 'Webhook: the secret of an integration cannot be opened')
      return []
    }
  }

  function rowOf(
    { connectorId, request }: Arrival,
    integration: IntegrationRow | undefined,
    given: {
      status: InboundStatus
      reason?: string
      isVerified: boolean
      secrets: string[]
      routingKey: string | undefined
    },
  ): InboundRow {
    const id = newId(clock)
    return {
      id,
      workspaceId: integration?.workspaceId ?? null,
      integrationId: integration?.id ?? null,
      connector: connectorId,
      method: request.method,
      ...storable(request, { id, secrets: given.secrets, isVerified: given.isVerified, vault }),
      receivedAt: request.receivedAt,
      status: given.status,
      reason: given.reason ?? null,
      eventIds: null,
      processedAt: null,
      routingKey: given.routingKey ?? null,
      isVerified: given.isVerified,
    }
  }

  /** Keeps what was refused for a day, within bounds, so that a wrong secret can be found and the webhook replayed. */
  async function refuse(
    arrival: Arrival,
    integration: IntegrationRow | undefined,
    reason: string,
    routingKey: string | undefined,
  ): Promise<never> {
    if (quota.take(arrival.address, arrival.request.rawBody.length)) {
      const row = rowOf(arrival, integration, {
        status: 'refused',
        reason,
        isVerified: false,
        secrets: [],
        routingKey,
      })
      await store([{ row }])
    }
    throw new ApiError('WEBHOOK_SIGNATURE_INVALID', `The webhook was refused: ${reason}.`)
  }

  /** What comes for an account that nobody has connected waits for it: proven where all accounts share a secret, and else to be proven then. */
  async function keepUnmatched(arrival: Arrival, isVerified: boolean, known: string[], routingKey: string | undefined) {
    if (!isVerified && !quota.take(arrival.address, arrival.request.rawBody.length))
      throw new ApiError('RATE_LIMIT_EXCEEDED', undefined, { headers: { 'retry-after': '60' } })
    const reason = routingKey === undefined ? 'It does not say which account it is about.' : unknownAccount
    const row = rowOf(arrival, undefined, { status: 'unmatched', reason, isVerified, secrets: known, routingKey })
    await store([{ row }])
  }

  return {
    /**
     * Takes a request in. Answers a handshake where it was one; where it was a webhook, which is then durable, what the vendor wants to hear, if anything.
     * @throws ApiError NOT_FOUND, METHOD_NOT_ALLOWED, WEBHOOK_SIGNATURE_INVALID, RATE_LIMIT_EXCEEDED
     */
    async receive(arrival: Arrival): Promise<Handshake | undefined> {
      const { integrationId, request } = arrival
      const { connector, webhook } = await webhookOf(arrival.connectorId)
      const templateId = connector.id
      const routingKeys = integrationId === undefined ? routingKeysOf(webhook, request) : []
      const [routingKey] = routingKeys
      const candidates =
        integrationId !== undefined
          ? await listCandidates(database.hub, { templateId, id: integrationId })
          : routingKey !== undefined
            ? await listCandidates(database.hub, { templateId, routingKeys })
            : []
      if (integrationId !== undefined && candidates.length === 0) throw notFound('integration')

      const shared = await secrets.shared(connector)
      const known = candidates.map((integration) => {
        const own = secretsOf(integration, connector)
        return { integration, secrets: own.length > 0 ? own : (shared ?? []) }
      })
      const all = new Set([...known.flatMap((one) => one.secrets), ...(shared ?? [])])
      const answer = handshakeOf(webhook, request, [...all])
      if (answer) return answer
      if (request.method === 'GET' || request.method === 'HEAD')
        throw new ApiError('METHOD_NOT_ALLOWED', 'Webhooks are sent with POST.')

      if (candidates.length === 0) {
        if (shared === undefined) {
          if (routingKey === undefined)
            throw new ApiError(
              'NOT_FOUND',
              'This says of no account that it is about; send it to the URL of the integration.',
            )
          await keepUnmatched(arrival, false, [], routingKey)
          return undefined
        }
        const verdict = judge(webhook, request, shared)
        if (!verdict.ok) return await refuse(arrival, undefined, verdict.reason, routingKey)
        for (const key of routingKeys.length > 0 ? routingKeys : [undefined])
          await keepUnmatched(arrival, true, shared, key)
        return undefined
      }

      const judged: Judged[] = known.map((one) => ({ ...one, verdict: judge(webhook, request, one.secrets) }))
      const proven = judged.filter(({ verdict }) => verdict.ok)
      if (proven.length === 0) {
        const [first] = judged
        const reason = first!.verdict.ok ? '' : first!.verdict.reason
        return await refuse(arrival, judged.length === 1 ? first!.integration : undefined, reason, routingKey)
      }
      await store(
        proven.map(({ integration, secrets: used }) => {
          const common = {
            isVerified: true,
            secrets: used,
            routingKey: routingKey && (integration.routingKey ?? routingKey),
          }
          return isOff(integration)
            ? { row: rowOf(arrival, integration, { ...common, status: 'failed', reason: offReason }) }
            : { row: rowOf(arrival, integration, { ...common, status: 'received' }), integration }
        }),
      )
      const strangers = routingKeys.filter((key) => !candidates.some((candidate) => candidate.routingKey === key))
      if (strangers.length > 0 && shared && judge(webhook, request, shared).ok)
        for (const key of strangers) await keepUnmatched(arrival, true, shared, key)
      return webhook.answer
    },

    /** Whether a stored request is proven with what is known now, at the time at which it came. */
    async isProven(integration: IntegrationRow, request: InboundRequest): Promise<boolean> {
      const { connector, webhook } = await webhookOf(integration.templateId)
      const own = secretsOf(integration, connector)
      return judge(webhook, request, own.length > 0 ? own : ((await secrets.shared(connector)) ?? [])).ok
    },
  }
}

/** Bodies are a stranger's until they are verified: one that cannot be read names nobody. */
function routingKeysOf(webhook: Webhook, request: InboundRequest): string[] {
  try {
    const named: unknown = webhook.route?.(request)
    return [...new Set([named].flat())].filter(isRoutingKey).slice(0, mostRoutingKeys)
  } catch {
    return []
  }
}

const isRoutingKey = (key: unknown): key is string =>
  typeof key === 'string' && key !== '' && key.length <= longestRoutingKey && isStorable(key)

function handshakeOf(webhook: Webhook, request: InboundRequest, known: readonly string[]): Handshake | undefined {
  try {
    return webhook.handshake?.(request, known)
  } catch {
    return undefined
  }
}
