import { count, type EventType, oneOf, payload, text, time } from './payload.ts'

const uuid = { type: 'string', format: 'uuid' }

/** What happens to the hub's own things. It publishes these itself. */
export const hubTypes: EventType[] = [
  {
    name: 'integration.status_changed',
    description: 'An integration works, failed, or needs a person to connect it again.',
    schema: payload(
      {
        integrationId: text(),
        template: text(),
        name: text(),
        status: oneOf('pending', 'active', 'error', 'reauth_required', 'disconnected'),
        previousStatus: oneOf('pending', 'active', 'error', 'reauth_required', 'disconnected'),
        errorCode: text(),
        error: text(),
      },
      ['status'],
    ),
    example: {
      integrationId: '0198c5f3-5a10-7f3c-b4e2-1d2c3b4a5f60',
      template: 'hubspot',
      status: 'reauth_required',
      previousStatus: 'active',
      errorCode: 'AUTH_ERROR',
    },
  },
  {
    name: 'endpoint.disabled',
    description: 'The hub stopped delivering to an endpoint: it answered 410, or has done nothing but fail for days.',
    schema: payload(
      { endpointId: uuid, name: text(), reason: oneOf('gone', 'failing'), detail: text(), disabledAt: time() },
      ['endpointId', 'reason'],
    ),
    example: {
      endpointId: '0198c5f4-9b7d-7e21-8c3f-4a5b6c7d8e9f',
      name: 'CRM',
      reason: 'gone',
      detail: 'The endpoint answered 410 Gone.',
      disabledAt: '2026-03-02T10:15:00Z',
    },
  },
  {
    name: 'delivery.exhausted',
    description: 'A delivery failed for good; it can be replayed.',
    schema: payload(
      {
        deliveryId: text(),
        eventId: uuid,
        eventType: text(),
        endpointId: uuid,
        integrationId: uuid,
        attempts: count(),
        lastStatusCode: { type: 'integer' },
        lastError: text(),
      },
      ['deliveryId', 'eventId', 'endpointId'],
    ),
    example: {
      deliveryId: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71.0198c5f4-9b7d-7e21-8c3f-4a5b6c7d8e9f',
      eventId: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71',
      eventType: 'lead.captured',
      endpointId: '0198c5f4-9b7d-7e21-8c3f-4a5b6c7d8e9f',
      attempts: 9,
      lastStatusCode: 500,
      lastError: 'The endpoint answered 500.',
    },
  },
  {
    name: 'webhook.test',
    description: 'Sent to one endpoint by its test, whatever it subscribes to.',
    schema: payload({ message: text() }),
    example: { message: 'This is a test of your endpoint.' },
  },
]
