import type { Database } from '../db/database.ts'
import type { Runner } from '../integrations/runner.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { countChanges, noteBusyFailure, writeBusy } from './busy-queries.ts'
import { touchHosts } from './host-queries.ts'
import type { ProviderRow, ProviderState } from './provider-queries.ts'
import { joined, type Span } from './spans.ts'
import { dayMs } from './wall-clock.ts'

/** How long what a calendar said is believed: until news of a change where its vendor sends news, and for so long where it does not. */
const believedMs = { withNews: 15 * 60_000, withoutNews: 60_000 }
/** What is read at a time, so that few questions need another look. */
const usualMs = 35 * dayMs
/** A calendar that just failed is not asked again at once. */
const restMs = 10_000
const mostSpans = 20_000

export type Busy = ReturnType<typeof createBusy>

/** Keeps what connected calendars say is busy, and reads it again where it is old. */
export function createBusy(deps: {
  database: Database
  runner: Pick<Runner, 'run'>
  /** Whether the vendor of an integration tells the hub of changes. */
  sendsNews(workspaceId: string, integrationId: string): Promise<boolean>
  clock: Clock
  log: Log
}) {
  const { database, runner, sendsNews, clock, log } = deps
  const underWay = new Map<string, { window: Span; done: Promise<void>; isLate: boolean }>()

  /** Reads a calendar and writes down what it says, or that it failed. */
  async function read(provider: ProviderRow, window: Span): Promise<void> {
    const { workspaceId, id: providerId, integrationId, hostId, busyCalendarIds } = provider
    const range = { from: new Date(window.from), to: new Date(window.to) }
    const input = { ...range, ...(busyCalendarIds ? { calendarIds: busyCalendarIds } : {}) }
    const place = { workspaceId, providerId }
    const changes = await countChanges(database.hub, place, new Date(clock.now()))
    const result = await runner.run(workspaceId, integrationId, 'calendar.busy', input)
    const hearsNews = await sendsNews(workspaceId, integrationId)
    const at = clock.now()
    await database.transaction(async (tx) => {
      if (!result.success) {
        const { errorCode, error: errorMessage } = result
        await noteBusyFailure(tx, place, { at: new Date(at), errorCode, errorMessage })
      } else {
        const spans = joined(
          result.data.map(({ startsAt, endsAt }) => ({ from: startsAt.getTime(), to: endsAt.getTime() })),
        )
        const life = hearsNews ? believedMs.withNews : believedMs.withoutNews
        const found = {
          window,
          spans: spans.slice(0, mostSpans),
          fetchedAt: new Date(at),
          staleAt: new Date(at + life),
          changes,
        }
        if (spans.length > mostSpans) found.window = { from: window.from, to: spans[mostSpans]!.from }
        await writeBusy(tx, place, found)
      }
      await touchHosts(tx, workspaceId, [hostId])
    })
  }

  function begin(provider: ProviderState, asked: Span) {
    const now = clock.now()
    const from = Math.floor(Math.min(now, asked.from) / dayMs) * dayMs
    const window = { from, to: Math.max(asked.to, now + usualMs) }
    const reading = { window, isLate: false, done: Promise.resolve() }
    reading.done = read(provider, window)
      .catch((error) =>
        log.warn({ err: error, providerId: provider.id }, 'Calendar: what a calendar says is busy could not be kept'),
      )
      .finally(() => underWay.delete(provider.id))
    underWay.set(provider.id, reading)
    return reading
  }

  return {
    /**
     * Reads those of the calendars again whose busy time is not known well enough for a window. Each is waited for as long as its own
     * deadline says; one that is late goes on, and whoever asks next is not held up by it. Answers whether anything was waited for.
     */
    async refresh(providers: readonly ProviderState[], window: Span): Promise<boolean> {
      const now = clock.now()
      const wanting = providers.filter((provider) => !isKnown(provider, window, now) && !isResting(provider, now))
      await Promise.all(
        wanting.map(async (provider) => {
          const present = underWay.get(provider.id)
          if (present?.isLate) return
          const reading = present ?? begin(provider, window)
          reading.isLate = !(await endsWithin(reading.done, provider.deadlineMs))
        }),
      )
      return wanting.length > 0
    },
  }
}

/** Whether what a calendar said holds, for all of a window that is still to come. */
export function isKnown(
  { fetchedAt, staleAt, coversFrom, coversTo }: ProviderState,
  window: Span,
  now: number,
): boolean {
  if (!fetchedAt || !staleAt || !coversFrom || !coversTo) return false
  const from = Math.max(window.from, Math.floor(now / dayMs) * dayMs)
  return staleAt.getTime() > now && coversFrom.getTime() <= from && coversTo.getTime() >= window.to
}

const isResting = ({ failedAt }: ProviderState, now: number): boolean =>
  failedAt !== null && now - failedAt.getTime() < restMs

/** Whether a promise ends in time. */
async function endsWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
