import type { CallOptions, Transport } from '../transport.ts'
import type { EventTypeChanges, NewEventType } from '../types.ts'

/** The catalogue of event types, and those that the workspace added to it. */
export const eventTypesOf = ({ call, create }: Transport) => ({
  list: (options?: CallOptions) => call('GET /api/event-types', {}, options),
  create: (eventType: NewEventType, options?: CallOptions) =>
    create('POST /api/event-types', { body: eventType }, options),
  get: (name: string, options?: CallOptions) => call('GET /api/event-types/{name}', { path: { name } }, options),
  update: (name: string, changes: EventTypeChanges, options?: CallOptions) =>
    call('PATCH /api/event-types/{name}', { path: { name }, body: changes }, options),
  delete: (name: string, options?: CallOptions) => call('DELETE /api/event-types/{name}', { path: { name } }, options),
})
