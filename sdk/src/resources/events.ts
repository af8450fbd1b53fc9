import type { CallOptions, Transport } from '../transport.ts'
import type { EventFilter, NewEvent } from '../types.ts'

/** What happened: publish it, and see where it went. */
export const eventsOf = ({ call, create, list }: Transport) => ({
  /** Publishes an event; once this resolves it is never lost. */
  publish: (event: NewEvent, options?: CallOptions) => create('POST /api/events', { body: event }, options),
  /** Publishes up to 1,000 events, all of them or none. */
  publishBatch: async (events: NewEvent[], options?: CallOptions) =>
    (await create('POST /api/events/batch', { body: { events } }, options)).events,
  list: (filter?: EventFilter, options?: CallOptions) => list('GET /api/events', { query: filter }, options),
  /** One event with its deliveries and their attempts. */
  get: (id: string, options?: CallOptions) => call('GET /api/events/{id}', { path: { id } }, options),
})
