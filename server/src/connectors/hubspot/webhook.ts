import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import type { WebhookEvent } from './types.ts'

const actions: Record<string, string> = {
  creation: 'created',
  propertyChange: 'updated',
  associationChange: 'updated',
  deletion: 'deleted',
  privacyDeletion: 'deleted',
  restore: 'restored',
  merge: 'merged',
}
/** What HubSpot calls `object` is told apart by its type. */
const typesOfObjects: Record<string, string> = { '0-1': 'contact', '0-3': 'deal' }

/**
 * HubSpot signs for the application, and bundles up to a hundred events. The first one's account is the account of all: an event of
 * another one in the same bundle is left out, since it must never reach this integration.
 */
export const webhook: Webhook<never> = {
  verify: schemes.hubspot(),
  secret: 'application',
  route: (request) => portalOf(eventsOf(request)),
  parse: (request) => {
    const events = eventsOf(request)
    const portal = portalOf(events)
    return events.filter(({ portalId }) => String(portalId) === portal).map(read)
  },
}

const portalOf = ([first]: WebhookEvent[]): string | undefined =>
  first === undefined ? undefined : String(first.portalId)

/** Nothing where the body is no list of events. */
function eventsOf({ rawBody }: InboundRequest): WebhookEvent[] {
  const body = parsed(rawBody.toString())
  return Array.isArray(body) ? body.filter(isEvent) : []
}

const isEvent = (event: unknown): event is WebhookEvent => {
  const { subscriptionType, portalId } = Object(event) as Partial<WebhookEvent>
  return typeof subscriptionType === 'string' && (typeof portalId === 'number' || typeof portalId === 'string')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function read(event: WebhookEvent): InboundEvent {
  const { subscriptionType, objectId, objectTypeId = '', occurredAt } = event
  const [named = '', happened = ''] = subscriptionType.split('.')
  const subject = named === 'object' ? typesOfObjects[objectTypeId] : named
  const action = Object.hasOwn(actions, happened) ? actions[happened] : undefined
  const isOurs = (subject === 'contact' || subject === 'deal') && action !== undefined
  return {
    type: isOurs ? `${subject}.${action}` : `hubspot.${subscriptionType}`,
    eventId: idOf(event),
    ...(objectId === undefined ? {} : { externalId: String(objectId) }),
    ...(typeof occurredAt === 'number' ? { occurredAt: new Date(occurredAt) } : {}),
    data: event,
  }
}

/** HubSpot does not promise that its event id is unique; the number of the attempt differs between repetitions. */
const idOf = ({ eventId, subscriptionId, portalId, objectId, propertyName, occurredAt }: WebhookEvent): string =>
  [portalId, subscriptionId, eventId, objectId, propertyName, occurredAt].map((part) => part ?? '').join('/')
