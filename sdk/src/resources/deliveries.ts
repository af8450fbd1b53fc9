import type { CallOptions, Transport } from '../transport.ts'
import type { DeliveryFilter, DeliveryStatus } from '../types.ts'

type Filter = Omit<DeliveryFilter, 'status'> & { status?: DeliveryStatus | DeliveryStatus[] | undefined }

/** Events on their way to endpoints. A delivery's id is `<event id>.<endpoint id>`. */
export const deliveriesOf = ({ call, list }: Transport) => ({
  list: ({ status, ...filter }: Filter = {}, options?: CallOptions) =>
    list(
      'GET /api/integrations/webhooks/deliveries',
      {
        query: { ...filter, ...(status === undefined ? {} : { status: [status].flat().join(',') }) },
      },
      options,
    ),
  /** One delivery with its attempts, and the request as the endpoint gets it. */
  get: (id: string, options?: CallOptions) =>
    call('GET /api/integrations/webhooks/deliveries/{deliveryId}', { path: { deliveryId: id } }, options),
  /** Sends an ended delivery again. */
  replay: (id: string, options?: CallOptions) =>
    call('POST /api/integrations/webhooks/deliveries/{deliveryId}/replay', { path: { deliveryId: id } }, options),
  /** Ends a delivery that still waits. */
  cancel: (id: string, options?: CallOptions) =>
    call('POST /api/integrations/webhooks/deliveries/{deliveryId}/cancel', { path: { deliveryId: id } }, options),
})
