import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, type Event, type EventTrace, TenonError } from 'tenon-sdk'
import { hubOf } from '../hub.ts'
import { type GlobalOptions, type Terminal, UsageError } from '../terminal.ts'
import { timeOf } from './keys.ts'

type Options = GlobalOptions & { type?: string; channel?: string; since?: string; interval: string; once?: boolean }
type Delivery = EventTrace['deliveries'][number]

// Two processes commit in another order than they made their ids, so an event may appear behind one that was seen.
const overlapMs = 10_000
// How many events whose deliveries are still open are looked at again each time.
const mostOpen = 25

/** Follows what is published, and what becomes of it, until it is interrupted. */
export async function tailEvents(terminal: Terminal, options: Options): Promise<void> {
  const tenon = hubOf(terminal, options)
  const intervalMs = Number(options.interval)
  if (!Number.isInteger(intervalMs) || intervalMs < 100)
    throw new UsageError('--interval must be at least 100 milliseconds.')
  const follow = follower(terminal, tenon, options)
  for (let pause = intervalMs; ; ) {
    try {
      await follow()
      pause = intervalMs
    } catch (error) {
      if (terminal.signal.aborted) return
      // A hub that restarts is waited for; what it says of the key or the filter will not change.
      if (options.once || !(error instanceof TenonError) || !(error.status === 0 || error.status >= 500)) throw error
      terminal.note(`${error.message} Trying again.`)
      pause = Math.min(10_000, Math.max(1_000, pause * 2))
    }
    if (options.once) return
    await sleep(pause, undefined, { signal: terminal.signal }).catch(() => {})
    if (terminal.signal.aborted) return
  }
}

/** Answers a function that prints what is new since its last call. */
function follower(terminal: Terminal, tenon: Client, options: Options): () => Promise<void> {
  const filter = { type: options.type, channel: options.channel, limit: 200 }
  const seen = new Map<string, number>()
  const open = new Map<string, Map<string, string>>()
  let after = timeOf(options.since ?? '-0s', '--since').getTime()

  return async () => {
    const { signal } = terminal
    const found: Event[] = []
    const page = await tenon.events.list({ ...filter, after: new Date(after).toISOString() }, { signal })
    for await (const event of page) if (!seen.has(event.id)) found.push(event)
    for (const event of found.reverse()) {
      seen.set(event.id, Date.parse(event.createdAt))
      terminal.out(options.json ? JSON.stringify({ event }) : eventLine(event))
      open.set(event.id, new Map())
    }
    for (const [eventId, shown] of [...open].slice(-mostOpen)) {
      const { deliveries } = await tenon.events.get(eventId, { signal })
      for (const delivery of deliveries) {
        const line = deliveryLine(delivery)
        if (shown.get(delivery.id) !== line) terminal.out(options.json ? JSON.stringify({ delivery }) : line)
        shown.set(delivery.id, line)
      }
      if (deliveries.every(({ status }) => status !== 'pending' && status !== 'retrying')) open.delete(eventId)
    }
    for (const eventId of [...open.keys()].slice(0, -mostOpen)) open.delete(eventId)
    const newest = Math.max(after, ...seen.values())
    after = Math.max(after, newest - overlapMs)
    for (const [id, at] of seen) if (at < after) seen.delete(id)
  }
}

const eventLine = ({ id, type, createdAt }: Event) => `${createdAt.slice(11, 23)}  ${type}  ${id}`

function deliveryLine({
  eventId,
  endpointName,
  endpointId,
  status,
  attempts,
  lastStatusCode,
  nextAttemptAt,
  reason,
}: Delivery): string {
  const tries = Array.isArray(attempts) ? attempts.length : attempts
  const details = [
    lastStatusCode === null ? undefined : `HTTP ${lastStatusCode}`,
    tries > 1 ? `${tries} attempts` : undefined,
    nextAttemptAt === null || status !== 'retrying' ? undefined : `again at ${nextAttemptAt.slice(11, 19)}`,
    reason ?? undefined,
  ].filter((detail) => detail !== undefined)
  return `${eventId.slice(-12)}  → ${endpointName ?? endpointId}: ${status}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}
