import type { OperationName } from '../kit/capabilities.ts'
import type { AnyConnector } from '../kit/connector.ts'
import { offers } from '../kit/result.ts'

/** What a subscription is made of. */
type Default = {
  operation: OperationName
  events: string[]
  mapping: Record<string, unknown>
  filter?: Record<string, unknown>
  /** Is switched on only where the integration has this setting from the beginning. */
  setting?: string
}

/** What events tell of a person, as conversions have it. */
const convertedPerson = {
  email: '$.payload.email',
  phone: '$.payload.phone',
  firstName: '$.payload.firstName',
  lastName: '$.payload.lastName',
  city: '$.payload.address.city',
  state: '$.payload.address.state',
  postalCode: '$.payload.address.postalCode',
  country: '$.payload.address.country',
  externalId: '$.payload.leadId',
  leadId: '$.payload.customFields.facebook_lead_id',
}
const isReachable = { $or: [{ email: { $exists: true } }, { phone: { $exists: true } }] }

/** A conversion of this name, known again by the event's own id. */
const conversion = (name: string, more: Record<string, unknown> = {}) => ({
  conversions: [{ name, eventId: '$.id', at: '$.occurredAt', person: convertedPerson, ...more }],
})

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
    filter: isReachable,
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
  // Where conversions go is set by who wants them told.
  {
    operation: 'ads.sendConversions',
    events: ['lead.captured'],
    mapping: conversion('Lead'),
    filter: isReachable,
    setting: 'dataset_id',
  },
  {
    operation: 'ads.sendConversions',
    events: ['booking.created'],
    mapping: conversion('Schedule'),
    filter: isReachable,
    setting: 'dataset_id',
  },
  {
    operation: 'ads.sendConversions',
    events: ['lead.status_updated'],
    mapping: conversion('Purchase', { amountMinor: '$.payload.amountMinor', currency: '$.payload.currency' }),
    filter: { status: 'converted', amountMinor: { $exists: true }, currency: { $exists: true }, ...isReachable },
    setting: 'dataset_id',
  },
]

/** Operations whose default subscriptions were waiting for a setting that is there now. */
export const awokenBy = (before: Record<string, unknown>, after: Record<string, unknown>): Set<OperationName> =>
  new Set(
    defaults.flatMap(({ setting, operation }) =>
      setting !== undefined && before[setting] === undefined && after[setting] !== undefined ? [operation] : [],
    ),
  )

/** The subscriptions with which an integration of this connector begins. */
export const defaultSubscriptionsOf = (connector: AnyConnector, config: Record<string, unknown>) =>
  defaults
    .filter(
      // Whoever is put on a mailing list has to have agreed to it.
      ({ operation }) =>
        offers(connector, operation) && !(operation === 'contacts.upsert' && connector.category === 'email'),
    )
    .map(({ setting, ...rest }) => ({ ...rest, isActive: setting === undefined || config[setting] !== undefined }))
