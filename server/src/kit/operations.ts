import type { TSchema } from 'typebox'
import type { CapabilityName, OperationName, Repeat } from './capabilities.ts'
import type { AnyConnector } from './connector.ts'
import { inputs } from './operation-schemas.ts'
import type { OperationInput } from './result.ts'

export type OperationInfo = {
  capability: CapabilityName
  /** What it does, as a button says it. */
  title: string
  /** What it is about, as errors say it. */
  what: string
  /** Whether something changes at the vendor. */
  writes: boolean
  /** Whether it answers many items, of which a caller names how many it wants. */
  lists: boolean
  /** What may be done after an ambiguous failure, unless the connector knows better. */
  repeat: Repeat
  /** JSON Schema of the input. */
  input: TSchema
}

const read = (title: string, what: string) => ({ title, what, writes: false, repeat: 'safe' as const })
const write = (title: string, what: string, repeat: Repeat) => ({ title, what, writes: true, repeat })

const words: { [Name in OperationName]: Pick<OperationInfo, 'title' | 'what' | 'writes' | 'repeat'> } = {
  'contacts.list': read('List contacts', 'the contacts'),
  'contacts.changes': read('Read changes of contacts', 'the changes of contacts'),
  'contacts.get': read('Get a contact', 'the contact'),
  'contacts.find': read('Find a contact', 'the contact'),
  'contacts.create': write('Create a contact', 'the contact', 'lookup'),
  'contacts.update': write('Update a contact', 'the contact', 'safe'),
  'contacts.upsert': write('Create or update a contact', 'the contact', 'safe'),
  'contacts.batchUpsert': write('Create or update many contacts', 'the contacts', 'safe'),
  'contacts.delete': write('Delete a contact', 'the contact', 'safe'),
  'leads.create': write('Create a lead', 'the lead', 'never'),
  'leads.update': write('Update a lead', 'the lead', 'safe'),
  'leads.list': read('List leads', 'the leads'),
  'deals.create': write('Create a deal', 'the deal', 'never'),
  'deals.update': write('Update a deal', 'the deal', 'safe'),
  'deals.get': read('Get a deal', 'the deal'),
  'deals.list': read('List deals', 'the deals'),
  'deals.pipelines': read('List pipelines', 'the pipelines'),
  'notes.create': write('Add a note', 'the note', 'never'),
  'tasks.create': write('Create a task', 'the task', 'never'),
  'customFields.list': read('List custom fields', 'the custom fields'),
  'calendar.calendars': read('List calendars', 'the calendars'),
  'calendar.busy': read('Read what is taken', 'the calendar'),
  'calendar.availability': read('Check availability', 'the calendar'),
  'calendar.book': write('Book an appointment', 'the appointment', 'lookup'),
  'calendar.find': read('Find an appointment', 'the appointment'),
  'calendar.update': write('Update an appointment', 'the appointment', 'safe'),
  'calendar.cancel': write('Cancel an appointment', 'the appointment', 'safe'),
  'calendar.block': write('Block time', 'the blocked time', 'never'),
  'calendar.changes': read('Read changes of a calendar', 'the changes of the calendar'),
  'workflows.list': read('List workflows', 'the workflows'),
  // Who is enrolled twice may be written to twice.
  'workflows.trigger': write('Trigger a workflow', 'the enrolment', 'never'),
  'messaging.sendEmail': write('Send an e-mail', 'the e-mail', 'never'),
  'messaging.sendSms': write('Send an SMS', 'the SMS', 'never'),
  'payments.createCustomer': write('Create a customer', 'the customer', 'key'),
  'payments.findCustomer': read('Find a customer', 'the customer'),
  'payments.createPaymentIntent': write('Create a payment', 'the payment', 'key'),
  'payments.createInvoice': write('Create an invoice', 'the invoice', 'key'),
  'payments.createPaymentLink': write('Create a payment link', 'the payment link', 'key'),
  'payments.createSubscription': write('Start a subscription', 'the subscription', 'key'),
  'payments.cancelSubscription': write('Cancel a subscription', 'the subscription', 'safe'),
  // A second time puts the same bytes in the same place.
  'storage.put': write('Store a file', 'the file', 'safe'),
  'storage.startUpload': write('Begin a file in parts', 'the file', 'safe'),
  'storage.putPart': write('Store a part of a file', 'the part', 'safe'),
  'storage.finishUpload': write('Finish a file in parts', 'the file', 'never'),
  'storage.abandonUpload': write('Abandon a file in parts', 'the file', 'safe'),
  'storage.url': read('Make a link to a file', 'the file'),
  'storage.delete': write('Delete a file', 'the file', 'safe'),
  'storage.list': read('List files', 'the files'),
  'voice.agents': read('List voice agents', 'the voice agents'),
  'voice.calls': read('List calls', 'the calls'),
  'voice.get': read('Get a call', 'the call'),
  'voice.start': write('Call somebody', 'the call', 'never'),
  // Vendors know no repetition: an event that is sent twice counts twice.
  'analytics.send': write('Send analytics events', 'the events', 'never'),
  'analytics.report': read('Read a report', 'the report'),
  'ads.forms': read('List forms of advertisements', 'the forms'),
  'ads.leads': read('List leads of advertisements', 'the leads'),
  'ads.getLead': read('Get a lead of an advertisement', 'the lead'),
  // Each is known again by its own id.
  'ads.sendConversions': write('Send conversions', 'the conversions', 'safe'),
  'automation.send': write('Send a payload', 'the payload', 'key'),
  'automation.sendTest': write('Send test data', 'the test data', 'safe'),
}

const listing: ReadonlySet<OperationName> = new Set([
  'contacts.list',
  'leads.list',
  'deals.list',
  'storage.list',
  'voice.calls',
  'ads.leads',
])

/** Every operation that a connector may offer, in the order in which people read them. */
export const operations = Object.fromEntries(
  (Object.keys(words) as OperationName[]).map((name) => [
    name,
    {
      ...words[name],
      capability: name.split('.')[0] as CapabilityName,
      lists: listing.has(name),
      input: inputs[name],
    },
  ]),
) as unknown as { readonly [Name in OperationName]: OperationInfo }

/** Whether text from outside names an operation. */
export const isOperationName = (name: string): name is OperationName => Object.hasOwn(operations, name)

/** What may be done after an ambiguous failure of an operation at this connector. */
export const repeatOf = ({ repeat }: Pick<AnyConnector, 'repeat'>, name: OperationName): Repeat =>
  repeat?.[name] ?? operations[name].repeat

/**
 * For operations that are reconciled by looking: which operation finds what the first may have made. Its answer, if any, is the
 * first one's result; undefined where there is nothing to look for, so that the outcome stays unknown.
 */
export function reconcileLookup(
  name: OperationName,
  input: unknown,
): { [Name in OperationName]: { operation: Name; input: OperationInput<Name> } }[OperationName] | undefined {
  if (name === 'contacts.create') {
    const { email, phone } = input as OperationInput<'contacts.create'>
    // The address alone where there is one: a phone may be shared.
    if (email !== undefined) return { operation: 'contacts.find', input: { email } }
    return phone === undefined ? undefined : { operation: 'contacts.find', input: { phone } }
  }
  if (name === 'calendar.book') {
    const { idempotencyKey, startsAt, endsAt, attendees } = input as OperationInput<'calendar.book'>
    if (idempotencyKey !== undefined) return { operation: 'calendar.find', input: { idempotencyKey } }
    return { operation: 'calendar.find', input: { startsAt, endsAt, attendee: attendees?.[0]?.email } }
  }
  if (name === 'payments.createCustomer') {
    const { email } = input as OperationInput<'payments.createCustomer'>
    return email === undefined ? undefined : { operation: 'payments.findCustomer', input: { email } }
  }
  return undefined
}
