import type { CallOptions, Transport } from '../transport.ts'
import type {
  EndpointChanges,
  EndpointFilter,
  EndpointTest,
  NewEndpoint,
  SecretRotation,
  StatisticsWindow,
} from '../types.ts'

// An endpoint may take a minute to answer its test, and the hub waits for it.
const testTimeoutMs = 75_000

/** URLs that subscribe to events. */
export const endpointsOf = ({ call, create, list }: Transport) => ({
  list: (filter?: EndpointFilter, options?: CallOptions) =>
    list('GET /api/integrations/webhooks', { query: filter }, options),
  /** Subscribes a URL. The answer, and only this one, holds the secret that deliveries are signed with. */
  create: (endpoint: NewEndpoint, options?: CallOptions) =>
    create('POST /api/integrations/webhooks', { body: endpoint }, options),
  get: (id: string, options?: CallOptions) => call('GET /api/integrations/webhooks/{id}', { path: { id } }, options),
  update: (id: string, changes: EndpointChanges, options?: CallOptions) =>
    call('PATCH /api/integrations/webhooks/{id}', { path: { id }, body: changes }, options),
  delete: (id: string, options?: CallOptions) =>
    call('DELETE /api/integrations/webhooks/{id}', { path: { id } }, options),
  /** Sends a test event to this endpoint alone and waits for the answer. A success enables a disabled endpoint. */
  test: (id: string, test: EndpointTest = {}, options?: CallOptions) =>
    call(
      'POST /api/integrations/webhooks/{id}/test',
      { path: { id }, body: test },
      { timeoutMs: testTimeoutMs, ...options },
    ),
  /** Gives the endpoint another secret; for a while deliveries bear the signatures of both. */
  rotateSecret: (id: string, rotation: SecretRotation = {}, options?: CallOptions) =>
    create('POST /api/integrations/webhooks/{id}/rotate-secret', { path: { id }, body: rotation }, options),
  /** How deliveries went: of one endpoint, or of all. */
  statistics: (
    { endpointId, window }: { endpointId?: string; window?: StatisticsWindow } = {},
    options?: CallOptions,
  ) =>
    endpointId === undefined
      ? call('GET /api/integrations/webhooks/stats', { query: { window } }, options)
      : call('GET /api/integrations/webhooks/stats/{endpointId}', { path: { endpointId }, query: { window } }, options),
})
