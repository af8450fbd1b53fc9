import { ConnectorError, type OperationInput } from '../../kit/index.ts'
import type { AnalyticsContext } from './settings.ts'

export const collectHost = 'https://www.google-analytics.com'
export const collectHostEu = 'https://region1.google-analytics.com'

type Payload = {
  client_id: string
  user_id?: string
  timestamp_micros?: number
  user_properties?: Record<string, { value: unknown }>
  events: { name: string; params: Record<string, unknown> }[]
  validation_behavior?: 'ENFORCE_RECOMMENDATIONS'
}

/** Events older than this are dropped (https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference). */
const oldestMs = 72 * 3_600_000
const largestBytes = 130_000

/**
 * Sends events. The address answers 204 whatever it is sent, so each payload is validated first: what would be dropped in silence is refused
 * aloud.
 */
export async function send(
  context: AnalyticsContext,
  measurementId: string,
  { clientId, userId, at, events, userProperties }: OperationInput<'analytics.send'>,
): Promise<{ sent: number }> {
  const now = context.now().getTime()
  const happened = at?.getTime() ?? now
  if (now - happened > oldestMs) throw rejected('events older than 72 hours are not taken')
  const payload: Payload = {
    client_id: clientId,
    ...(userId === undefined ? {} : { user_id: userId }),
    timestamp_micros: happened * 1_000,
    ...(userProperties === undefined ? {} : { user_properties: valuesOf(userProperties) }),
    events: events.map(({ name, parameters = {} }) => ({
      name,
      // Without a session and a time of engagement, reports leave people out who did nothing but this.
      params: { session_id: String(Math.floor(happened / 1_800_000)), engagement_time_msec: 1, ...parameters },
    })),
  }
  if (JSON.stringify(payload).length > largestBytes) throw rejected('the events are larger than 130 kB together')
  await validate(context, measurementId, payload)
  await context.http.post('/mp/collect', payload, { query: queryOf(context, measurementId) })
  return { sent: events.length }
}

/** Has a payload validated. @throws ConnectorError VENDOR_REJECTED with what is wrong */
export async function validate(context: AnalyticsContext, measurementId: string, payload: Payload): Promise<void> {
  const { validationMessages = [] } = await context.http.post<{
    validationMessages?: { description?: string; fieldPath?: string }[]
  }>(
    '/debug/mp/collect',
    { ...payload, validation_behavior: 'ENFORCE_RECOMMENDATIONS' },
    // Nothing is kept there.
    { query: queryOf(context, measurementId), repeatable: true },
  )
  const [first] = validationMessages
  if (first) throw rejected([first.fieldPath, first.description].filter(Boolean).join(': '))
}

const queryOf = ({ credentials }: AnalyticsContext, measurementId: string) => ({
  measurement_id: measurementId,
  api_secret: credentials.apiSecret,
})

const valuesOf = (properties: Record<string, unknown>): Record<string, { value: unknown }> =>
  Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value }]))

const rejected = (why: string) =>
  new ConnectorError('VENDOR_REJECTED', `Google Analytics would drop the events: ${why} (VENDOR_REJECTED)`, {
    status: 200,
    vendorMessage: why,
  })
