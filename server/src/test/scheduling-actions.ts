import assert from 'node:assert/strict'
import { manualClock } from '../lib/clock.ts'
import { type Answer, type Hub, startHub } from './hub.ts'

/* What tests about scheduling do again and again, through the API. */

export const calendar = '/api/integrations/calendar'
/** A Monday at six in the morning. */
export const monday = '2026-05-04T06:00:00.000Z'

export type TestBooking = {
  id: string
  version: number
  status: string
  hostIds: string[]
  startsAt: string
  endsAt: string
  decision: string
  cancelReason: string | null
  isClashing: boolean
  confirmations: {
    providerId: string
    status: string
    externalId: string | null
    compensation: string | null
    errorCode: string | null
  }[]
}
export type TestSlot = { startsAt: string; endsAt: string; hostIds: string[] }
export type Refusal = { reason: string; alternatives: TestSlot[] }

/** Starts a hub at a Monday morning; its clock stands still until it is moved. */
export async function startOnMonday(options: Parameters<typeof startHub>[0] = {}) {
  const clock = manualClock(Date.parse(monday))
  const hub = await startHub({ clock, ...options })
  return Object.assign(hub, { manual: clock })
}

/** Adds a host who works from nine to five, UTC, in slots of an hour. */
export async function addHost(hub: Hub, settings: Record<string, unknown> = {}): Promise<string> {
  const { status, body, text } = await hub.request<{ id: string }>('POST', `${calendar}/hosts`, {
    body: { name: 'Grace', timezone: 'UTC', slotMinutes: 60, minimumNoticeMinutes: 0, ...settings },
  })
  assert.equal(status, 201, text)
  return body.data.id
}

export const tryBooking = (hub: Hub, body: Record<string, unknown>): Promise<Answer<TestBooking>> =>
  hub.request<TestBooking>('POST', `${calendar}/bookings`, { body: { name: 'Ada', email: 'ada@example.com', ...body } })

export async function book(hub: Hub, body: Record<string, unknown>): Promise<TestBooking> {
  const answer = await tryBooking(hub, body)
  assert.equal(answer.status, 201, answer.text)
  return answer.body.data
}

export async function bookingOf(hub: Hub, id: string): Promise<TestBooking> {
  const { body, text } = await hub.request<TestBooking>('GET', `${calendar}/bookings/${id}`)
  assert.equal(body.success, true, text)
  return body.data
}

export type TestSlots = {
  status: string
  slots: TestSlot[]
  unconfirmedSlots: TestSlot[]
  degraded: { hostId: string; errorCode: string; error: string; knownAsOf: string | null }[]
}

export async function slotsOf(hub: Hub, query = 'date=2026-05-04&timezone=UTC'): Promise<TestSlots> {
  const { body, text } = await hub.request<TestSlots>('GET', `${calendar}/available-slots?${query}`)
  assert.equal(body.success, true, text)
  return body.data
}

/** The starts of slots, as hours and minutes of UTC. */
export const startsOf = (slots: { startsAt: string }[]): string[] => slots.map(({ startsAt }) => startsAt.slice(11, 16))
