import type { Account, Stored, World } from '../emulator.ts'

export const base = 'https://api.calendly.com'

export type Guest = {
  name: string
  firstName: string | null
  lastName: string | null
  email: string
  timezone: string
  eventId: string
  status: 'active' | 'canceled'
  rescheduled: boolean
  oldInvitee: string | null
  newInvitee: string | null
  questions: object[]
  tracking: Record<string, string>
  reason: string | null
}
export type Meeting = {
  name: string
  start: string
  end: string
  eventType: string
  status: 'active' | 'canceled'
  location: object | null
  guests: string[]
  reason: string | null
}
export type Subscription = {
  url: string
  events: string[]
  scope: 'organization' | 'user'
  signingKey: string | null
  state: 'active' | 'disabled'
}

/** What every account offers: an hour or half of one, on working days, from nine to five. */
export const eventTypes = [
  { id: 'SANDBOXCONSULT00', name: 'Consultation', slug: 'consultation', minutes: 60 },
  { id: 'SANDBOXINTRO0000', name: 'Introduction', slug: 'introduction', minutes: 30 },
]

export const meetingsOf = (account: Account) => account.records<Meeting>('events')
export const guestsOf = (account: Account) => account.records<Guest>('invitees')
export const subscriptionsOf = (account: Account) => account.records<Subscription>('webhook_subscriptions')

export const userUri = ({ name }: Account): string => `${base}/users/USER-${name}`
export const organizationUri = ({ name }: Account): string => `${base}/organizations/ORG-${name}`
export const typeUri = (id: string): string => `${base}/event_types/${id}`
export const meetingUri = (id: string): string => `${base}/scheduled_events/${id}`
export const guestUri = (eventId: string, id: string): string => `${meetingUri(eventId)}/invitees/${id}`
export const newUuid = (world: World, sort: string): string => `SANDBOX${sort}${world.nextId(sort).padStart(6, '0')}`

/** Microseconds, as Calendly writes times. */
export const timeText = (at: number): string => new Date(at).toISOString().replace('Z', '000Z')

export const showUser = (account: Account) => ({
  ...{ uri: userUri(account), name: 'Sandbox User', slug: account.name, email: `${account.name}@sandbox.example` },
  ...{ scheduling_url: `https://calendly.com/${account.name}`, timezone: 'UTC', avatar_url: null },
  ...{ created_at: timeText(0), updated_at: timeText(0), current_organization: organizationUri(account) },
})

export const showType = (account: Account, { id, name, slug, minutes }: (typeof eventTypes)[number]) => ({
  ...{ uri: typeUri(id), name, slug, active: true, duration: minutes, kind: 'solo', pooling_type: null },
  ...{ type: 'StandardEventType', color: '#fff200', created_at: timeText(0), updated_at: timeText(0) },
  ...{ scheduling_url: `https://calendly.com/${account.name}/${slug}`, internal_note: null, description_plain: null },
  ...{ description_html: null, profile: { type: 'User', name: 'Sandbox User', owner: userUri(account) } },
  ...{ secret: false, booking_method: 'instant', custom_questions: [], deleted_at: null },
  ...{ kind_description: 'One-on-One', admin_managed: false },
})

const cancellation = (reason: string | null) => ({
  cancellation: { canceled_by: 'Sandbox User', reason, canceler_type: 'host' },
})

export const showMeeting = (account: Account, { id, data, createdAt, updatedAt }: Stored<Meeting>) => ({
  ...{ uri: meetingUri(id), name: data.name, status: data.status, start_time: data.start, end_time: data.end },
  ...{ event_type: data.eventType, location: data.location },
  invitees_counter: { total: 1, active: data.status === 'active' ? 1 : 0, limit: 1 },
  ...{ created_at: timeText(createdAt), updated_at: timeText(updatedAt) },
  event_memberships: [{ user: userUri(account) }],
  event_guests: data.guests.map((email) => ({
    ...{ email, created_at: timeText(createdAt), updated_at: timeText(createdAt) },
  })),
  calendar_event: null,
  ...(data.status === 'canceled' ? cancellation(data.reason) : {}),
})

export const showGuest = ({ id, data, createdAt, updatedAt }: Stored<Guest>) => ({
  ...{ uri: guestUri(data.eventId, id), email: data.email, first_name: data.firstName, last_name: data.lastName },
  ...{ name: data.name, status: data.status, questions_and_answers: data.questions, timezone: data.timezone },
  ...{ event: meetingUri(data.eventId), created_at: timeText(createdAt), updated_at: timeText(updatedAt) },
  tracking: {
    ...{ utm_campaign: null, utm_source: null, utm_medium: null, utm_content: null, utm_term: null },
    ...{ salesforce_uuid: null, ...data.tracking },
  },
  ...{ text_reminder_number: null, rescheduled: data.rescheduled },
  ...{ old_invitee: data.oldInvitee, new_invitee: data.newInvitee },
  cancel_url: `https://calendly.com/cancellations/${id}`,
  reschedule_url: `https://calendly.com/reschedulings/${id}`,
  ...{ routing_form_submission: null, payment: null, no_show: null, reconfirmation: null },
  ...(data.status === 'canceled' ? cancellation(data.reason) : {}),
})

export const showSubscription = (account: Account, { id, data, createdAt, updatedAt }: Stored<Subscription>) => ({
  ...{ uri: `${base}/webhook_subscriptions/${id}`, callback_url: data.url },
  ...{ created_at: timeText(createdAt), updated_at: timeText(updatedAt) },
  retry_started_at: data.state === 'active' ? null : timeText(updatedAt),
  ...{ state: data.state, events: data.events, scope: data.scope, organization: organizationUri(account) },
  ...{ user: data.scope === 'user' ? userUri(account) : null, creator: userUri(account) },
})

/** Whether something of the user's is there between two instants. */
export const isTaken = (account: Account, from: number, to: number): boolean =>
  meetingsOf(account)
    .list()
    .some(({ data }) => data.status === 'active' && Date.parse(data.start) < to && Date.parse(data.end) > from)

/** Times at which an event type begins, those that are taken left out. */
export function openTimes(account: Account, minutes: number, from: number, to: number): number[] {
  const step = minutes * 60_000
  const found: number[] = []
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const day = new Date(at)
    const isOpen = day.getUTCDay() % 6 !== 0 && day.getUTCHours() >= 9 && day.getUTCHours() < 17
    if (isOpen && !isTaken(account, at, at + step)) found.push(at)
  }
  return found
}
