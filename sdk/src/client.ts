import { apiKeysOf } from './resources/api-keys.ts'
import { deliveriesOf } from './resources/deliveries.ts'
import { emailsOf } from './resources/emails.ts'
import { endpointsOf } from './resources/endpoints.ts'
import { eventTypesOf } from './resources/event-types.ts'
import { eventsOf } from './resources/events.ts'
import { membersOf } from './resources/members.ts'
import { replaysOf } from './resources/replays.ts'
import { servicesOf } from './resources/services.ts'
import { smsOf } from './resources/sms.ts'
import { workspacesOf } from './resources/workspaces.ts'
import { type ClientOptions, createTransport } from './transport.ts'

export type Client = ReturnType<typeof createClient>

/**
 * Makes a client of a hub. Every method answers the data itself or throws a `TenonError`.
 *
 * Reading, and creating (which bears an idempotency key), is tried again after network errors and 502, 503, 504; everything
 * is after 429. Changing and deleting is not, since nobody could say whether it had happened.
 *
 * @throws TypeError when the url is none
 */
export function createClient(options: ClientOptions) {
  const transport = createTransport(options)
  return {
    events: eventsOf(transport),
    eventTypes: eventTypesOf(transport),
    endpoints: endpointsOf(transport),
    deliveries: deliveriesOf(transport),
    replays: replaysOf(transport),
    emails: emailsOf(transport),
    sms: smsOf(transport),
    services: servicesOf(transport),
    workspaces: workspacesOf(transport),
    members: membersOf(transport),
    apiKeys: apiKeysOf(transport),
    /** Any operation of the API by its method and path, for what has no method here. */
    call: transport.call,
  }
}
