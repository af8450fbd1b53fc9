import type { Dispatcher } from 'undici'
import type { Delivery, DeliveryKind, Outcome } from '../engine/types.ts'
import { retryAfterMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { isoTime } from '../lib/iso-time.ts'
import { type SendAnswer, SendError, send } from '../lib/safe-fetch.ts'
import { signDelivery } from '../lib/signatures.ts'
import type { EndpointSettings } from './settings.ts'
import type { SettingsCache } from './settings-cache.ts'

/** How much of an answer is kept with the attempt. */
const responseBytes = 1_024

/** The engine's kind of work that carries events to endpoints. */
export function createDeliveryKind(deps: {
  cache: SettingsCache
  agent: Dispatcher
  clock: Clock
  onSettled: NonNullable<DeliveryKind['onSettled']>
}): DeliveryKind {
  const { cache, agent, clock } = deps

  return {
    delivers: true,
    policy: cache.policy,
    load: cache.load,
    retry: (lane) => cache.retry(lane) ?? noRetry,
    onSettled: deps.onSettled,

    async attempt(delivery) {
      const { event, lane } = delivery
      const settings = cache.current(lane) ?? (await cache.find(event.workspaceId, lane))
      if (!settings) return settings === null ? sealed : gone
      const request = requestOf(delivery, settings, clock.now())
      try {
        return outcomeOf(await send(agent, request), clock)
      } catch (error) {
        if (!(error instanceof SendError)) throw error
        return failed(`${error.message} (${error.code})`, Math.round(error.durationMs), error.status)
      }
    },
  }
}

/** An endpoint that is gone has nothing left to retry for. */
const noRetry = () => undefined
const gone: Outcome = { result: 'failed', error: 'The endpoint no longer exists.', durationMs: 0, final: true }
const sealed: Outcome = {
  result: 'failed',
  error: "The endpoint's secrets cannot be opened: its key is missing in TENON_MASTER_KEY.",
  durationMs: 0,
}

function requestOf({ event }: Delivery, settings: EndpointSettings, now: number) {
  const type = settings.aliases?.get(event.type) ?? event.type
  const body = bodyOf(event, type)
  const signed = signDelivery({
    id: event.id,
    timestampSeconds: Math.floor(now / 1_000),
    type,
    body,
    secrets: settings.secretsAt(now),
    ed25519: settings.ed25519,
  })
  return {
    origin: settings.origin,
    path: settings.path,
    method: 'POST' as const,
    headers: signed.concat(settings.headers),
    body,
    timeoutMs: settings.timeoutMs,
    maxBytes: responseBytes,
  }
}

/** The body of a delivery: the payload is put in as the text that was stored. Types need no escaping, by their pattern. */
export const bodyOf = (event: { id: string; payload: string; occurredAt: Date }, type: string): string =>
  `{"id":"${event.id}","type":"${type}","timestamp":"${isoTime(event.occurredAt.getTime())}","data":${event.payload}}`

function outcomeOf(answer: SendAnswer, clock: Clock): Outcome {
  const { status, bodyHead } = answer
  const durationMs = Math.round(answer.durationMs)
  if (status >= 200 && status < 300) return { result: 'done', status, response: bodyHead, durationMs }
  const outcome = failed(sentenceOf(status), durationMs, status, bodyHead)
  if (status === 410) outcome.final = true
  if (status === 429 || status === 503) {
    const header = answer.headers['retry-after']
    outcome.retryAfterMs = retryAfterMs(Array.isArray(header) ? header[0] : header, clock.now())
  }
  return outcome
}

const failed = (
  error: string,
  durationMs: number,
  status?: number,
  response?: string,
): Extract<Outcome, { result: 'failed' }> => ({
  result: 'failed',
  error,
  durationMs,
  status,
  response,
})

function sentenceOf(status: number): string {
  if (status === 410) return 'The endpoint answered 410: it is gone for good.'
  if (status >= 300 && status < 400) return `The endpoint answered ${status}: redirects are not followed.`
  return `The endpoint answered ${status}.`
}
