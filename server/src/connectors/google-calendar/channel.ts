import { type InboundEvent, schemes, type Webhook } from '../../kit/index.ts'
import { calendarOf, type GoogleContext } from './settings.ts'
import type { GoogleChannel } from './types.ts'

/** Google lets a channel of events live for a week by default and cannot extend it: the hub opens another and then closes the old one. */
const lifeMs = 7 * 86_400_000

/**
 * Push channels (https://developers.google.com/workspace/calendar/api/guides/push): Google says that something in a calendar changed,
 * in headers and without a body; what it was is read by `calendar.changes`. The URL names the integration.
 */
export const channel: Webhook<GoogleContext['settings']> = {
  verify: schemes.google(),
  secret: 'generated',

  parse({ headers, receivedAt }): InboundEvent[] {
    const state = headers['x-goog-resource-state']
    const id = headers['x-goog-channel-id']
    // `sync` says that the channel is open.
    if (state === undefined || state === 'sync' || id === undefined) return []
    const number = headers['x-goog-message-number']
    const calendarId = calendarIn(headers['x-goog-resource-uri'])
    return [
      {
        type: 'calendar.changed',
        ...(number === undefined ? {} : { eventId: `${id}/${number}` }),
        ...(calendarId === undefined ? {} : { externalId: calendarId }),
        occurredAt: receivedAt,
        data: { calendarId, channelId: id, resourceId: headers['x-goog-resource-id'], resourceState: state },
      },
    ]
  },

  subscribe: open,

  unsubscribe: close,
}

async function open(
  context: GoogleContext,
  { url, secret, channelId }: { url: string; secret: string; channelId: string },
) {
  const calendarId = calendarOf(context)
  const expiration = String(context.now().getTime() + lifeMs)
  const made = await context.http.post<GoogleChannel>(`/calendars/${encodeURIComponent(calendarId)}/events/watch`, {
    id: channelId,
    type: 'web_hook',
    address: url,
    token: secret,
    expiration,
  })
  return {
    id: made.id,
    expiresAt: new Date(Number(made.expiration ?? expiration)),
    data: { resourceId: made.resourceId, calendarId },
  }
}

/** Stops a channel; one that has run out is stopped already. */
async function close(
  context: GoogleContext,
  { id, data }: { id: string; data: Record<string, string> },
): Promise<void> {
  await context.http.post('/channels/stop', { id, resourceId: data.resourceId }, { repeatable: true, accept: [404] })
}

/** `https://www.googleapis.com/calendar/v3/calendars/primary/events?alt=json` names its calendar. */
function calendarIn(uri: string | undefined): string | undefined {
  const [, id] = /\/calendars\/([^/?]+)\/events/.exec(uri ?? '') ?? []
  try {
    return id === undefined ? undefined : decodeURIComponent(id)
  } catch {
    return undefined
  }
}
