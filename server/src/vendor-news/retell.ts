import { present } from '../calls/call-data.ts'
import type { CallFlow } from '../calls/calls.ts'
import type { Reaction } from '../inbound/processing.ts'
import type { VoiceCall } from '../kit/models.ts'

/** What Retell tells of a call becomes the hub's own call, in the workspace of the integration that it came to. */
export const hearRetell =
  ({ hear }: Pick<CallFlow, 'hear'>): Reaction =>
  async (tx, { integration, news }) => {
    if (!/^call\.(started|ended|analyzed)$/.test(news.type)) return
    const { externalId, agentId, status, startedAt, endedAt, raw: _, ...told } = news.data as VoiceCall
    const { direction: _direction, from: _from, to: _to, ...details } = told
    await hear(tx, integration.workspaceId, {
      ...{ callId: externalId.slice(0, 200), agentId: (agentId || 'retell').slice(0, 200), source: 'retell', status },
      startedAt: dateOf(startedAt),
      endedAt: dateOf(endedAt),
      details: present(details),
    })
  }

/** As it was parsed, or as it came back from JSON; a time that nobody can have called at is none. */
const dateOf = (value: unknown): Date | undefined => {
  const at = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : undefined
  return at && at.getTime() >= 0 && at.getTime() < Date.UTC(10_000, 0) ? at : undefined
}
