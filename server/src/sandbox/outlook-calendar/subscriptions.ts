import { request } from 'undici'
import type { Account, World } from '../emulator.ts'
import type { RecordChange } from '../records.ts'
import { badRequest, refused } from './answers.ts'
import { needCalendar } from './calendars.ts'
import { shownId } from './events.ts'
import type { SubscriptionBody } from './schemas.ts'
import { etagOf } from './shown.ts'

export type SandboxSubscription = Omit<
  SubscriptionBody,
  'expirationDateTime' | 'clientState' | 'lifecycleNotificationUrl'
> & {
  calendarId: string
  expiresAt: number
  clientState?: string
  lifecycleNotificationUrl?: string
}

const longestLifeMs = 10_080 * 60_000
const tenantId = '84bd8158-6d4d-4958-8b9f-9d6445542f95'
const validationMs = 10_000

export const subscriptionsOf = (account: Account) => account.records<SandboxSubscription>('subscriptions')

/**
 * Subscribes, once both URLs have given a token back as plain text.
 * @throws the refusals for a subscription that cannot be
 */
export async function subscribe(world: World, account: Account, body: SubscriptionBody) {
  const { changeType, notificationUrl, lifecycleNotificationUrl, resource, clientState, includeResourceData } = body
  if (includeResourceData) throw badRequest('Resource data needs an encryption certificate.', 'ValidationError')
  const types = changeType.split(',').map((type) => type.trim())
  if (!types.every((type) => ['created', 'updated', 'deleted'].includes(type)))
    throw badRequest(`The change type '${changeType}' is not supported.`, 'ValidationError')
  const [, , calendarId] = /^\/?(me|users\/[^/]+)(?:\/calendars\/([^/]+))?\/events$/.exec(resource) ?? []
  if (!/^\/?(me|users\/[^/]+)(\/calendars\/[^/]+)?\/events$/.test(resource))
    throw badRequest(`Unsupported resource '${resource}'.`, 'ValidationError')
  const expiresAt = endOf(world, body.expirationDateTime)
  const isSame = ({ data }: { data: SandboxSubscription }) =>
    data.notificationUrl === notificationUrl && data.resource === resource && data.changeType === changeType
  const twin = subscriptionsOf(account).find((one) => isSame(one) && one.data.expiresAt > world.now())
  if (twin) throw refused(409, 'Conflict', `Subscription Id ${twin.id} already exists for the requested combination.`)
  for (const url of new Set([notificationUrl, lifecycleNotificationUrl ?? notificationUrl])) await validate(world, url)
  const made = subscriptionsOf(account).create(
    {
      ...{ changeType, notificationUrl, resource, expiresAt },
      calendarId: needCalendar(account, calendarId).id,
      ...(clientState == null ? {} : { clientState }),
      ...(lifecycleNotificationUrl == null ? {} : { lifecycleNotificationUrl }),
    },
    guid(world),
  )
  return shownSubscription(made)
}

const guid = (world: World): string => `7f105c7d-2dc5-4530-97cd-${world.nextId('subscription').padStart(12, '0')}`

/** @throws the refusal 400 for a time that is over or too far away */
export function endOf(world: World, expirationDateTime: string): number {
  const expiresAt = Date.parse(expirationDateTime)
  if (Number.isNaN(expiresAt)) throw badRequest('The expiration date is not valid.', 'ValidationError')
  if (expiresAt <= world.now()) throw badRequest('Subscription expiration must be in the future.', 'ValidationError')
  if (expiresAt > world.now() + longestLifeMs)
    throw badRequest('Subscription expiration can only be 10080 minutes in the future.', 'ValidationError')
  return expiresAt
}

async function validate(world: World, url: string): Promise<void> {
  const target = URL.parse(url)
  const isLocal = target !== null && ['localhost', '127.0.0.1', '[::1]'].includes(target.hostname)
  if (!target || !(target.protocol === 'https:' || (isLocal && target.protocol === 'http:')))
    throw badRequest('The notification URL must use https.', 'ValidationError')
  const token = `Validation: Testing client application reachability for subscription Request-Id: ${world.nextId('validation')}`
  target.searchParams.set('validationToken', token)
  const refuse = (why: string) => badRequest(`Subscription validation request failed. ${why}`, 'ValidationError')
  try {
    const { statusCode, headers, body } = await request(target, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      headersTimeout: validationMs,
      bodyTimeout: validationMs,
    })
    const text = await body.text()
    const isPlain = String(headers['content-type']).startsWith('text/plain')
    if (statusCode === 200 && isPlain && text === token) return
    throw refuse(`Response must exactly match validationToken query parameter; the answer was ${statusCode}.`)
  } catch (error) {
    if ((error as Error).name === 'RefusalError') throw error
    throw refuse('The endpoint could not be reached.')
  }
}

export const shownSubscription = ({ id, data }: { id: string; data: SandboxSubscription }) => ({
  id,
  resource: data.resource,
  applicationId: '24d3b144-21ae-4080-943f-7067b395b913',
  changeType: data.changeType,
  clientState: data.clientState ?? null,
  notificationUrl: data.notificationUrl,
  lifecycleNotificationUrl: data.lifecycleNotificationUrl ?? null,
  notificationQueryOptions: null,
  expirationDateTime: new Date(data.expiresAt).toISOString(),
  creatorId: '8ee44408-0679-472c-bc2a-692812af3437',
  includeResourceData: null,
  latestSupportedTlsVersion: 'v1_2',
  encryptionCertificate: null,
  encryptionCertificateId: null,
  notificationUrlAppId: null,
})

/** Tells everybody who listens which event changed, and not what. */
export function announce(world: World, account: Account, calendarId: string, { action, record }: RecordChange): void {
  const changeType = action === 'restored' ? 'updated' : action
  const id = shownId(record.id, true)
  for (const one of subscriptionsOf(account).list()) {
    const { data } = one
    const hears = data.calendarId === calendarId && data.changeType.split(',').includes(changeType)
    if (!hears || data.expiresAt <= world.now()) continue
    const resource = `Users/${account.name}/Events/${id}`
    const resourceData = {
      '@odata.type': '#Microsoft.Graph.Event',
      '@odata.id': resource,
      '@odata.etag': etagOf(record),
      id,
    }
    tell(world, account, data.notificationUrl, { ...about(one), changeType, resource, resourceData })
  }
}

/** Tells what becomes of a subscription (https://learn.microsoft.com/graph/change-notifications-lifecycle-events). */
export function tellLifecycle(world: World, account: Account, id: string, lifecycleEvent: string): void {
  const one = subscriptionsOf(account).need(id)
  if (lifecycleEvent === 'subscriptionRemoved') subscriptionsOf(account).delete(id)
  const { lifecycleNotificationUrl: url } = one.data
  if (url !== undefined) tell(world, account, url, { ...about(one), lifecycleEvent })
}

const about = ({ id, data }: { id: string; data: SandboxSubscription }) => ({
  subscriptionId: id,
  subscriptionExpirationDateTime: new Date(data.expiresAt).toISOString(),
  tenantId,
  ...(data.clientState === undefined ? {} : { clientState: data.clientState }),
})

function tell(world: World, account: Account, url: string, notification: object): void {
  const body = JSON.stringify({ value: [notification] })
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  // Graph tries for up to four hours.
  world.send({ account: account.name, url, retrySeconds: [10, 60, 600, 3_600], build: () => ({ headers, body }) })
}
