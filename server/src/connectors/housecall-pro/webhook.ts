import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import type { HcpContext } from './settings.ts'

type Body = Record<string, unknown>

/** What customers go through has the hub's names; jobs, estimates, leads and invoices keep Housecall Pro's own. */
const types: Record<string, string> = {
  'customer.created': 'contact.created',
  'customer.updated': 'contact.updated',
  'customer.deleted': 'contact.deleted',
}

/** Set up by a person in Housecall Pro, which shows the secret; the body names the company. */
export const webhook: Webhook<HcpContext['settings']> = {
  verify: schemes.housecallPro(),
  secret: { setting: 'webhook_secret' },

  route(request) {
    const { company_id: id } = bodyOf(request)
    return typeof id === 'string' ? id : undefined
  },

  parse(request): InboundEvent[] {
    const { event, event_occurred_at: time, company_id: _, ...rest } = bodyOf(request)
    if (typeof event !== 'string' || event === '') return []
    // The record stands under its own name: `job`, `customer` …
    const kind = event.split('.')[0] ?? ''
    const record = objectOf(rest[kind]) ?? Object.values(rest).map(objectOf).find(Boolean) ?? rest
    const occurredAt = new Date(String(time))
    const id = record.id
    return [
      {
        type: Object.hasOwn(types, event) ? types[event]! : event,
        ...(typeof id === 'string' && id !== '' ? { externalId: id } : {}),
        ...(Number.isNaN(occurredAt.getTime()) ? {} : { occurredAt }),
        data: record,
      },
    ]
  },
}

function bodyOf({ rawBody }: InboundRequest): Body {
  try {
    return objectOf(JSON.parse(rawBody.toString())) ?? {}
  } catch {
    return {}
  }
}

const objectOf = (value: unknown): Body | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined
