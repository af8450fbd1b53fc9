import type { Endpoint, NewEndpoint } from 'tenon-sdk'
import { type JsonObject, parseJsonObject } from '../../lib/json-input.ts'
import { parseWaits, printWaits } from '../../lib/retry-schedule.ts'

/** What a person decides about an endpoint. */
export type EndpointFields = Required<Omit<NewEndpoint, 'secret'>>

/** An endpoint as the fields of its form hold it: what a person types, not yet understood. */
export type EndpointForm = {
  name: string
  url: string
  events: string[]
  channels: string[]
  filter: string
  headers: { name: string; value: string }[]
  retryKind: 'exponential' | 'schedule'
  retryAttempts: number | string
  retryDelaySeconds: number | string
  retrySchedule: string
  rateLimit: number | string
  concurrency: number | string
  ordered: boolean
  timeoutSeconds: number | string
  ed25519: boolean
}

export const emptyForm: EndpointForm = {
  name: '',
  url: '',
  events: [],
  channels: [],
  filter: '',
  headers: [],
  retryKind: 'exponential',
  retryAttempts: 8,
  retryDelaySeconds: 5,
  retrySchedule: '',
  rateLimit: '',
  concurrency: '',
  ordered: false,
  timeoutSeconds: 15,
  ed25519: false,
}

/** The form of an endpoint that exists. */
export const formOf = (endpoint: Endpoint): EndpointForm => ({
  name: endpoint.name,
  url: endpoint.url,
  events: endpoint.events,
  channels: endpoint.channels ?? [],
  filter: endpoint.filter ? JSON.stringify(endpoint.filter, null, 2) : '',
  headers: Object.entries(endpoint.headers).map(([name, value]) => ({ name, value })),
  retryKind: endpoint.retrySchedule ? 'schedule' : 'exponential',
  retryAttempts: endpoint.retryAttempts,
  retryDelaySeconds: endpoint.retryDelay / 1_000,
  retrySchedule: endpoint.retrySchedule ? printWaits(endpoint.retrySchedule) : '',
  rateLimit: endpoint.rateLimit ?? '',
  concurrency: endpoint.concurrency ?? '',
  ordered: endpoint.ordered,
  timeoutSeconds: endpoint.timeout / 1_000,
  ed25519: endpoint.signatureAlgorithms.includes('ed25519'),
})

/** What the API is sent. Expects a form without faults. */
export const fieldsOf = (form: EndpointForm): Omit<EndpointFields, 'isActive'> => ({
  name: form.name.trim(),
  url: form.url.trim(),
  events: form.events,
  channels: form.channels.length ? form.channels : null,
  filter: filterOf(form.filter),
  headers: Object.fromEntries(
    form.headers.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value]),
  ),
  retryAttempts: Number(form.retryAttempts),
  retryDelay: Math.round(Number(form.retryDelaySeconds) * 1_000),
  retrySchedule: form.retryKind === 'schedule' ? parseWaits(form.retrySchedule) : null,
  rateLimit: numberOrNull(form.rateLimit),
  concurrency: numberOrNull(form.concurrency),
  ordered: form.ordered,
  timeout: Math.round(Number(form.timeoutSeconds) * 1_000),
  signatureAlgorithms: form.ed25519 ? ['hmac-sha256', 'ed25519'] : ['hmac-sha256'],
})

/** Faults that need no hub to be seen, by field of the form. */
export function faultsOf(form: EndpointForm): Record<string, string> {
  const faults: Record<string, string> = {}
  if (!form.name.trim()) faults.name = 'Give the endpoint a name.'
  if (!isHttpUrl(form.url.trim())) faults.url = 'Enter a URL that starts with https:// or http://.'
  if (form.events.length === 0) faults.events = 'Choose at least one event type, or * for all.'
  const filter = form.filter.trim() ? parseJsonObject(form.filter) : null
  if (filter && 'fault' in filter) faults.filter = filter.fault.message
  if (form.retryKind === 'schedule') {
    const fault = scheduleFault(form.retrySchedule)
    if (fault) faults.retrySchedule = fault
  }
  return faults
}

/** Which field of the form shows a fault of which field of the API. */
export const formFieldOf: Record<string, keyof EndpointForm> = {
  name: 'name',
  url: 'url',
  events: 'events',
  channels: 'channels',
  filter: 'filter',
  headers: 'headers',
  retryAttempts: 'retryAttempts',
  retryDelay: 'retryDelaySeconds',
  retrySchedule: 'retrySchedule',
  rateLimit: 'rateLimit',
  concurrency: 'concurrency',
  ordered: 'ordered',
  timeout: 'timeoutSeconds',
  signatureAlgorithms: 'ed25519',
}

function scheduleFault(text: string): string | null {
  try {
    return parseWaits(text).length ? null : 'Name at least one wait, such as 30 s.'
  } catch (error) {
    return (error as TypeError).message
  }
}

const numberOrNull = (value: number | string): number | null => (value === '' ? null : Number(value))

const isHttpUrl = (text: string): boolean => /^https?:\/\/[^/]/.test(text) && URL.canParse(text)

function filterOf(text: string): JsonObject | null {
  if (!text.trim()) return null
  const parsed = parseJsonObject(text)
  if ('fault' in parsed) throw new TypeError(parsed.fault.message)
  return Object.keys(parsed.value).length ? parsed.value : null
}
