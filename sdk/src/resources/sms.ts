import type { CallOptions, Transport } from '../transport.ts'
import type { NewSms, PageQuery, SmsFilter } from '../types.ts'

/** SMS to single persons, and who wants none. */
export const smsOf = ({ call, create, list }: Transport) => ({
  list: (filter?: SmsFilter, options?: CallOptions) => list('GET /api/sms/sends', { query: filter }, options),
  /** Queues a message; it is sent over what the workspace connected, to nobody who answered STOP. */
  send: (sms: NewSms, options?: CallOptions) => create('POST /api/sms/sends', { body: sms }, options),
  get: (id: string, options?: CallOptions) => call('GET /api/sms/sends/{id}', { path: { id } }, options),
  optOuts: (query?: PageQuery, options?: CallOptions) => list('GET /api/sms/opt-outs', { query }, options),
  /** Sends somebody no more SMS. */
  optOut: (phone: string, options?: CallOptions) => call('POST /api/sms/opt-outs', { body: { phone } }, options),
  /** Sends somebody SMS again, who agreed. */
  optIn: (phone: string, options?: CallOptions) => call('POST /api/sms/opt-ins', { body: { phone } }, options),
})
