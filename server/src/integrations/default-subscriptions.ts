import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { offers } from '../kit/result.ts'

/** What a subscription is made of. */
type Default = {
  operation: OperationName
  events: string[]
  mapping: Record<string, unknown>
  filter?: Record<string, unknown>
}

/**
 * What an integration that is connected hears from the beginning, by what it can do; each can be changed and deleted as any other. Only what may be done
 * again without harm is here: who wants notes, deals or invoices says so.
 */
const defaults: readonly Default[] = [
  {
    operation: 'contacts.upsert',
    events: ['lead.captured', 'lead.updated', 'assessment.completed', 'consultation.requested'],
    mapping: {
      email: '$.payload.email',
      phone: '$.payload.phone',
      firstName: '$.payload.firstName',
      lastName: '$.payload.lastName',
      name: '$.payload.name',
      company: '$.payload.company',
    },
    // A contact is found by one of them.
    filter: { $or: [{ email: { $exists: true } }, { phone: { $exists: true } }] },
  },
  {
    operation: 'automation.send',
    events: [
      'lead.captured',
      'lead.status_updated',
      'assessment.completed',
      'consultation.requested',
      'consultation.scheduled',
      'booking.*',
    ],
    mapping: { action: '$.type', payload: '$.payload' },
  },
]

/** The subscriptions with which an integration of this connector begins. */
export const defaultSubscriptionsOf = (connector: AnyConnector): Default[] =>
  defaults.filter(
    // Whoever is put on a mailing list has to have agreed to it.
    ({ operation }) =>
      offers(connector, operation) && !(operation === 'contacts.upsert' && connector.category === 'email'),
  )
