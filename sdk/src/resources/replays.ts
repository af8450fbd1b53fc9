import type { CallOptions, Transport } from '../transport.ts'
import type { NewReplay, PageQuery } from '../types.ts'

/** Many deliveries sent again, as a job that survives restarts. */
export const replaysOf = ({ call, create, list }: Transport) => ({
  list: (query?: PageQuery, options?: CallOptions) =>
    list('GET /api/integrations/webhooks/replays', { query }, options),
  create: (replay: NewReplay, options?: CallOptions) =>
    create('POST /api/integrations/webhooks/replays', { body: replay }, options),
  get: (id: string, options?: CallOptions) =>
    call('GET /api/integrations/webhooks/replays/{id}', { path: { id } }, options),
  /** Stops it; what was already sent again stays so. */
  cancel: (id: string, options?: CallOptions) =>
    call('POST /api/integrations/webhooks/replays/{id}/cancel', { path: { id } }, options),
})
