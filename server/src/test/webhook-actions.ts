import assert from 'node:assert/strict'
import type { Hub } from './hub.ts'
import { until } from './until.ts'

/* What tests about deliveries do again and again, through the API. */

export type TracedAttempt = {
  attempt: number
  at: string
  statusCode: number | null
  outcome: string
  error: string | null
  response: string | null
}
export type TracedDelivery = {
  id: string
  endpointId: string
  endpointName: string | null
  eventId: string
  eventType: string
  status: string
  attempts: number
  nextAttemptAt: string | null
  lastStatusCode: number | null
  reason: string | null
  attemptList: TracedAttempt[]
}
export type EventTrace = { id: string; type: string; payload: unknown; deliveries: TracedDelivery[] }
export type TestEndpoint = { id: string; secret: string; signingPublicKey: string | null }

/** Registers an endpoint that hears `lead.captured` unless told otherwise. */
export async function register(hub: Hub, settings: Record<string, unknown>, key?: string): Promise<TestEndpoint> {
  const { status, body, text } = await hub.request<TestEndpoint>('POST', '/api/integrations/webhooks', {
    body: { name: 'Receiver', events: ['lead.captured'], ...settings },
    ...(key ? { key } : {}),
  })
  assert.equal(status, 201, text)
  return body.data
}

/** Publishes a `lead.captured` unless told otherwise. */
export async function publish(hub: Hub, event: Record<string, unknown> = {}): Promise<{ id: string }> {
  const { status, body, text } = await hub.request<{ id: string }>('POST', '/api/events', {
    body: { type: 'lead.captured', payload: { email: 'ada@example.com' }, ...event },
  })
  assert.equal(status, 202, text)
  return body.data
}

export async function endpointOf(hub: Hub, id: string): Promise<Record<string, unknown>> {
  const { body } = await hub.request('GET', `/api/integrations/webhooks/${id}`)
  return body.data
}

export async function traceOf(hub: Hub, eventId: string): Promise<EventTrace> {
  const { body, text } = await hub.request<EventTrace>('GET', `/api/events/${eventId}`)
  assert.equal(body.success, true, text)
  return body.data
}

/** Waits until the only delivery of the event is as wanted. */
export const deliveryOf = (hub: Hub, eventId: string, isReady: (delivery: TracedDelivery) => boolean) =>
  until(`the delivery of ${eventId}`, async () => {
    const [delivery] = (await traceOf(hub, eventId)).deliveries
    return delivery && isReady(delivery) && delivery
  })

/** Waits until the only delivery of the event has the status. */
export const settled = (hub: Hub, eventId: string, status: string) =>
  deliveryOf(hub, eventId, (delivery) => delivery.status === status)

/** The events of a type that the hub has, newest first. */
export async function eventsOf(
  hub: Hub,
  type: string,
): Promise<{ id: string; type: string; payload: Record<string, unknown> }[]> {
  const { body } = await hub.request<{ id: string; type: string; payload: Record<string, unknown> }[]>(
    'GET',
    `/api/events?type=${type}`,
  )
  return body.data
}
