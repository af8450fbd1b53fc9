import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import type { Log } from '../lib/log.ts'
import type { Faults } from './faults.ts'

/** A webhook on its way to the hub. */
export type OutgoingWebhook = {
  /** The account whose change it tells. */
  account: string
  url: string
  method?: 'POST' | 'PUT' | 'GET'
  /** Makes headers and body of an attempt (from 1), signed as the vendor does. */
  build(attempt: number): { headers: Record<string, string>; body: string | Buffer }
  /** Waits between attempts as the vendor's, in seconds; the sandbox waits a fraction of that. Default: 5, 30. */
  retrySeconds?: readonly number[]
  /** Whether an answer is good. Default: 2xx. */
  accepts?(status: number): boolean
  /** Hears the end: the last status, or undefined when nothing answered. */
  done?(outcome: { status: number | undefined; attempts: number }): void
}

export type SentWebhook = { vendor: string; account: string; url: string; status: number | undefined; attempt: number }

const timeoutMs = 5_000

/** Posts webhooks as vendors do: in the background, again when refused, and with the faults that are set. */
export function createWebhookSender(options: { faults: Faults; log: Log; retryScale: number }) {
  const { faults, log, retryScale } = options
  const stopping = new AbortController()
  const agent = new Agent({ connect: { timeout: timeoutMs }, keepAliveTimeout: 1_000 })
  const underway = new Set<Promise<void>>()
  const held = new Map<string, () => void>()
  const sent: SentWebhook[] = []

  async function post(vendor: string, webhook: OutgoingWebhook, attempt: number, tamper: boolean) {
    const { headers, body } = webhook.build(attempt)
    let status: number | undefined
    try {
      const answer = await request(webhook.url, {
        method: webhook.method ?? 'POST',
        headers,
        body: tamper ? changed(body) : body,
        dispatcher: agent,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: stopping.signal,
      })
      status = answer.statusCode
      await answer.body.dump()
    } catch (error) {
      if (!stopping.signal.aborted) log.debug({ err: error, vendor }, 'a webhook of the sandbox found nobody')
    }
    sent.push({ vendor, account: webhook.account, url: webhook.url, status, attempt })
    if (sent.length > 1_000) sent.shift()
    return status
  }

  async function deliver(vendor: string, webhook: OutgoingWebhook, tamper: boolean): Promise<void> {
    const { retrySeconds = [5, 30], accepts = (status) => status >= 200 && status < 300 } = webhook
    for (let attempt = 1; ; attempt += 1) {
      const status = await post(vendor, webhook, attempt, tamper)
      const wait = retrySeconds[attempt - 1]
      const isGood = status !== undefined && accepts(status)
      if (isGood || wait === undefined || stopping.signal.aborted) {
        webhook.done?.({ status, attempts: attempt })
        return
      }
      await sleep(wait * 1_000 * retryScale, stopping.signal)
    }
  }

  function start(vendor: string, webhook: OutgoingWebhook, tamper = false): Promise<void> {
    const delivery = deliver(vendor, webhook, tamper)
      .catch((error: unknown) => log.error({ err: error, vendor }, 'a webhook of the sandbox could not be made'))
      .finally(() => underway.delete(delivery))
    underway.add(delivery)
    return delivery
  }

  return {
    /** Every attempt, the last 1,000. */
    sent,
    send(vendor: string, webhook: OutgoingWebhook): void {
      if (stopping.signal.aborted) return
      const target = { vendor, account: webhook.account }
      if (faults.take(target, ['lost_webhooks'])) return
      const key = `${vendor}/${webhook.account}`
      const earlier = held.get(key)
      if (!earlier && faults.take(target, ['out_of_order_webhooks'])) {
        held.set(key, () => void start(vendor, webhook))
        return
      }
      const tamper = faults.take(target, ['tampered_webhooks']) !== undefined
      const first = start(vendor, webhook, tamper)
      if (faults.take(target, ['duplicate_webhooks'])) void first.then(() => start(vendor, webhook))
      if (earlier) {
        held.delete(key)
        void first.then(earlier)
      }
    },
    /** Waits until every webhook has arrived or was given up; one that is held back stays so. */
    async idle(): Promise<void> {
      while (underway.size > 0) {
        await Promise.all(underway)
        // What follows a webhook (a duplicate, one held back) starts in a microtask of its own.
        await Promise.resolve()
      }
    },
    async stop(): Promise<void> {
      stopping.abort()
      held.clear()
      await Promise.all(underway)
      await agent.destroy()
    },
  }
}

function changed(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([bytes, Buffer.from(' ')])
}

/** Waits, or less when the signal is aborted. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> => delay(ms, undefined, { signal }).catch(() => {})
