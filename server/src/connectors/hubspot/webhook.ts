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

/** HubSpot signs for the application, and bundles up to a hundred events of one account. */
export const webhook: Webhook<never> = {
  verify: schemes.hubspot(),
  secret: 'application',
  route: (request) => {
    const [first] = eventsOf(request)
    return first === undefined ? undefined : String(first.portalId)
  },
  parse: (request) => eventsOf(request).map(read),
}

function eventsOf({ rawBody }: InboundRequest): WebhookEvent[] {
  const body: unknown = JSON.parse(rawBody.toString())
  if (!Array.isArray(body)) return []
  return body.filter(
    (event): event is WebhookEvent =>
      typeof event === 'object' && event !== null && typeof event.subscriptionType === 'string',
  )
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
