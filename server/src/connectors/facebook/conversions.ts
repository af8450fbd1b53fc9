import {
  ConnectorError,
  type Conversion,
  type ConversionsSent,
  type OperationInput,
  settingMissing,
  toMajor,
  withCode,
} from '../../kit/index.ts'
import { type UserData, userDataOf } from './hashing.ts'
import type { FacebookContext } from './settings.ts'

type ServerEvent = {
  event_name: string
  event_time: number
  event_id: string
  action_source: string
  event_source_url?: string
  user_data: UserData
  custom_data?: Record<string, string | number | boolean>
}
type Ready = { index: number; event: ServerEvent }
type Rejected = ConversionsSent['rejected']

const mostAtOnce = 1_000
/** Each event that is refused costs some twenty calls to find; where there are so many, what is left is refused as it stands. */
const mostCalls = 100
const oldestMs = 7 * 86_400_000
const day = 86_400_000

/**
 * Sends conversions (https://developers.facebook.com/docs/marketing-api/conversions-api/using-the-api). One event that is not valid would make Meta
 * refuse all of its batch: such are left out beforehand, and what Meta refuses all the same is found by halving the batch. Sent again, an event is known
 * by its name and id.
 */
export async function sendConversions(
  context: FacebookContext,
  { conversions, testEventCode = context.settings.test_event_code }: OperationInput<'ads.sendConversions'>,
): Promise<ConversionsSent> {
  const { dataset_id: dataset } = context.settings
  if (dataset === undefined) throw settingMissing('dataset_id', 'conversions go to a dataset')
  const now = context.now().getTime()
  const rejected: Rejected = []
  const reject = (index: number, error: string) => rejected.push({ index, eventId: conversions[index]!.eventId, error })
  const ready: Ready[] = []
  for (const [index, conversion] of conversions.entries()) {
    const event = eventOf(conversion, now)
    const problem = problemOf(event, conversion, now)
    if (problem === undefined) ready.push({ index, event })
    else reject(index, problem)
  }

  let sent = 0
  let calls = 0
  async function send(batch: Ready[]): Promise<void> {
    calls += 1
    try {
      const { events_received: received } = await context.http.post<{ events_received?: number }>(
        `/${dataset}/events`,
        {
          data: batch.map(({ event }) => event),
          ...(testEventCode === undefined ? {} : { test_event_code: testEventCode }),
        },
        { repeatable: true },
      )
      sent += received ?? batch.length
    } catch (error) {
      if (!isAboutEvents(error)) throw error
      if (batch.length === 1 || calls >= mostCalls) {
        for (const { index } of batch) reject(index, error.vendorMessage ?? error.message)
        return
      }
      const half = Math.ceil(batch.length / 2)
      await send(batch.slice(0, half))
      await send(batch.slice(half))
    }
  }
  for (let start = 0; start < ready.length; start += mostAtOnce) await send(ready.slice(start, start + mostAtOnce))

  rejected.sort((one, other) => one.index - other.index)
  const [first] = rejected
  if (sent === 0 && first)
    throw new ConnectorError(
      'VENDOR_REJECTED',
      withCode(`Facebook would not count the conversions: ${first.error}`, 'VENDOR_REJECTED'),
      {
        status: 400,
        vendorMessage: first.error,
      },
    )
  return { sent, rejected }
}

function eventOf(conversion: Conversion, now: number): ServerEvent {
  const { name, eventId, at, source = 'system_generated', url, person, amountMinor, currency, orderId } = conversion
  const value: Record<string, number> = amountMinor === undefined ? {} : { value: toMajor(amountMinor, currency) }
  const custom: Record<string, string | number | boolean> = {
    // What a CRM tells of its leads is told so: https://developers.facebook.com/docs/marketing-api/conversions-api/conversion-leads-integration
    ...(source === 'system_generated' ? { event_source: 'crm', lead_event_source: 'Tenon' } : {}),
    ...conversion.parameters,
    ...value,
    ...(currency === undefined ? {} : { currency: currency.toUpperCase() }),
    ...(orderId === undefined ? {} : { order_id: orderId }),
  }
  return {
    event_name: name,
    event_time: Math.floor((at?.getTime() ?? now) / 1_000),
    event_id: eventId,
    action_source: source,
    ...(url === undefined ? {} : { event_source_url: url }),
    user_data: userDataOf(person),
    ...(Object.keys(custom).length > 0 ? { custom_data: custom } : {}),
  }
}

/** Why Meta would refuse an event; undefined where it would not. */
function problemOf(event: ServerEvent, { person }: Conversion, now: number): string | undefined {
  const age = now - event.event_time * 1_000
  if (age > oldestMs) return 'events older than 7 days are not taken'
  if (age < -day) return 'the event lies in the future'
  const { client_ip_address: _, client_user_agent: agent, ...telling } = event.user_data
  if (Object.keys(telling).length === 0) return 'it tells nothing of the person; give an e-mail, a phone or an id'
  if (event.action_source === 'website' && (event.event_source_url === undefined || agent === undefined))
    return 'an event of a website needs its url and the userAgent of the person'
  if (person.leadId !== undefined && !/^\d{1,30}$/.test(person.leadId)) return "leadId must be Facebook's own number"
  const { value, currency } = event.custom_data ?? {}
  if (event.event_name === 'Purchase' && (value === undefined || currency === undefined))
    return 'a Purchase needs amountMinor and currency'
  return undefined
}

/** Meta read the batch and found fault with it. */
const isAboutEvents = (error: unknown): error is ConnectorError =>
  error instanceof ConnectorError && error.code === 'VENDOR_REJECTED'
