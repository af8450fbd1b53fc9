import type { DeliveryStatus, InboundWebhook, OperationLogEntry, Replay, StatisticsWindow } from 'tenon-sdk'

/** Search parameters of a page's address: what a person filtered by, so that the address can be shared. */
export type Search = Record<string, unknown>

/** The states that a delivery can be replayed from. */
export type EndedStatus = NonNullable<Replay['filter']['status']>[number]
export type TimeRange = { since?: Since; after?: string; before?: string }
export type EventFilter = TimeRange & { type?: string; channel?: string }
export type DeliveryFilter = TimeRange & {
  status?: DeliveryStatus[]
  endpointId?: string
  eventId?: string
  type?: string
}

/** What the operation log of an integration is searched by. */
export type LogFilter = TimeRange & {
  operation?: string
  status?: OperationLogEntry['status']
  eventId?: string
  callId?: string
}
export type IntegrationTab = 'health' | 'operations' | 'events' | 'webhooks' | 'log' | 'settings'
export type InboundFilter = TimeRange & {
  connector?: string
  integrationId?: string
  status?: InboundWebhook['status']
  /** Of every workspace and of none: what names no account, for the platform admin. */
  scope?: 'unmatched'
}

/** Ranges that move with the clock, in milliseconds. */
export const sinceMs = {
  '15m': 900_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
} as const
export type Since = keyof typeof sinceMs

/** The states that a delivery can be replayed from. */
export const endedStatuses: EndedStatus[] = ['delivered', 'dead', 'cancelled']
export const deliveryStatuses: DeliveryStatus[] = ['pending', 'retrying', 'delivered', 'dead', 'cancelled']
const windows: StatisticsWindow[] = ['1h', '24h', '7d', '30d']

/** Reads the filter of the list of events out of an address; what is not understood is left out. */
export const readEventFilter = (search: Search): EventFilter =>
  defined({ ...readTimeRange(search), type: textOf(search.type), channel: textOf(search.channel) })

/** Reads the filter of a list of deliveries out of an address; what is not understood is left out. */
export const readDeliveryFilter = (search: Search): DeliveryFilter =>
  defined({
    ...readTimeRange(search),
    status: statusesOf(search.status),
    endpointId: textOf(search.endpointId),
    eventId: textOf(search.eventId),
    type: textOf(search.type),
  })

const tabs: IntegrationTab[] = ['health', 'operations', 'events', 'webhooks', 'log', 'settings']
const operationStatuses: OperationLogEntry['status'][] = ['success', 'failed', 'unknown']
export const inboundStatuses: InboundWebhook['status'][] = [
  'received',
  'processed',
  'duplicate',
  'failed',
  'refused',
  'unmatched',
]

/** Reads the tab of an integration's page and what its log is searched by. */
export const readIntegrationSearch = (search: Search): LogFilter & { tab?: IntegrationTab } =>
  defined({
    ...readTimeRange(search),
    tab: tabs.find((tab) => tab === search.tab),
    operation: textOf(search.operation),
    status: operationStatuses.find((status) => status === search.status),
    eventId: textOf(search.eventId),
    callId: textOf(search.callId),
  })

/** Reads the filter of the list of what vendors sent. */
export const readInboundFilter = (search: Search): InboundFilter =>
  defined({
    ...readTimeRange(search),
    connector: textOf(search.connector),
    integrationId: textOf(search.integrationId),
    status: inboundStatuses.find((status) => status === search.status),
    scope: search.scope === 'unmatched' ? search.scope : undefined,
  })

/** A filter without lists as the API takes it: a moving range becomes a time. */
export function flatQuery({ since, ...filter }: TimeRange & object, now: number): Record<string, string> {
  return defined({
    ...filter,
    after: since ? new Date(now - sinceMs[since]).toISOString() : filter.after,
  }) as Record<string, string>
}

/** The window of a page with statistics whose address names none. */
export const usualWindow: StatisticsWindow = '24h'

/** Reads the window of a page with statistics. */
export const readWindow = (search: Search): { window?: StatisticsWindow } =>
  defined({ window: windows.find((window) => window === search.window) })

/** The filter as the API takes it: a moving range becomes a time, a list becomes comma separated. */
export function toQuery(filter: EventFilter & DeliveryFilter, now: number): Record<string, string> {
  const { since, status, ...rest } = filter
  return defined({
    ...rest,
    after: since ? new Date(now - sinceMs[since]).toISOString() : filter.after,
    status: status?.join(','),
  }) as Record<string, string>
}

/** What a replay would be asked to repeat if it took a list of deliveries as it is filtered; what never ended cannot be. */
export function toReplayFilter(filter: DeliveryFilter, now: number): Replay['filter'] {
  const { since, type, status, endpointId, after, before } = filter
  const ended = endedStatuses.filter((one) => status?.includes(one))
  return defined({
    endpointId,
    before,
    after: since ? new Date(now - sinceMs[since]).toISOString() : after,
    types: type ? [type] : undefined,
    status: ended.length ? ended : undefined,
  })
}

/** Whether any filter is set, so that an empty list can say so. */
export const isFiltered = (filter: object): boolean => Object.values(filter).some((value) => value !== undefined)

function readTimeRange(search: Search): TimeRange {
  const since = textOf(search.since)
  if (since && since in sinceMs) return { since: since as Since }
  return { after: timeOf(search.after), before: timeOf(search.before) }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined

const timeOf = (value: unknown): string | undefined => {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}

function statusesOf(value: unknown): DeliveryStatus[] | undefined {
  const named = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : []
  const known = deliveryStatuses.filter((status) => named.includes(status))
  return known.length ? known : undefined
}

function defined<T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T
}
