import {
  defineConnector,
  encrypted,
  keys,
  notSupported,
  oauth2,
  settingMissing,
  Type,
  type VendorAnswer,
} from '../../kit/index.ts'
import { report, reportsHost } from './report.ts'
import { collectHost, collectHostEu, send, validate } from './send.ts'
import { type AnalyticsContext, settings } from './settings.ts'

const scope = 'https://www.googleapis.com/auth/analytics.readonly'

export const googleAnalytics = defineConnector({
  id: 'google-analytics',
  name: 'Google Analytics',
  category: 'analytics',
  description: 'Sends events of what people did to Google Analytics 4, or reads its reports.',
  docs: 'https://developers.google.com/analytics/devguides/collection/protocol/ga4',
  apiVersion: 'v1beta',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        apiSecret: encrypted(
          Type.String({
            title: 'API secret',
            description:
              'Of the Measurement Protocol, made in the data stream. It sends events; to read reports, sign in instead.',
            minLength: 8,
            maxLength: 100,
            pattern: '^[\\w-]+$',
          }),
        ),
      }),
    }),
    oauth2({
      provider: 'google',
      authorizeUrl: 'https://accounts.google.com/o/oauth2/v2/auth',
      tokenUrl: 'https://oauth2.googleapis.com/token',
      revokeUrl: 'https://oauth2.googleapis.com/revoke',
      scopes: [scope],
      authorizeParameters: { access_type: 'offline', prompt: 'consent' },
      pkce: true,
      clientAuth: 'body',
      keep: ['scope'],
    }),
  ],

  http: {
    baseUrl: ({ settings }) => (settings.region === 'eu' ? collectHostEu : collectHost),
    hosts: [new URL(reportsHost).host],
    rateLimit: { requests: 10, perMs: 1_000 },
    concurrency: 8,
    readError,
  },

  /** Events: a sample is validated, since the real address takes whatever comes. Reports: the property's metadata are read. */
  async check(context) {
    if (isSender(context)) {
      const measurementId = measurementOf(context)
      await validate(context, measurementId, {
        client_id: 'tenon.check',
        events: [{ name: 'tenon_check', params: {} }],
      })
      return { name: measurementId }
    }
    const property = propertyOf(context)
    const { name } = await context.http.get<{ name: string }>(`${reportsHost}/v1beta/properties/${property}/metadata`)
    return { name: name.replace('/metadata', '') }
  },

  capabilities: {
    analytics: {
      async send(context, input) {
        if (!isSender(context))
          throw notSupported('Google Analytics', 'sending events with a signed-in account; connect with an API secret')
        return await send(context, measurementOf(context), input)
      },
      async report(context, input) {
        if (isSender(context))
          throw notSupported('Google Analytics', 'reports with an API secret; connect by signing in')
        return await report(context, propertyOf(context), input)
      },
    },
  },
})

const isSender = ({ credentials }: AnalyticsContext): boolean => credentials.apiSecret !== undefined

function measurementOf({ settings }: AnalyticsContext): string {
  if (settings.measurement_id === undefined) throw settingMissing('measurement_id', 'events go to a data stream')
  return settings.measurement_id
}

function propertyOf({ settings }: AnalyticsContext): string {
  if (settings.property_id === undefined) throw settingMissing('property_id', 'reports are read from a property')
  return settings.property_id
}

/** Google's failures are `{ error: { code, status, message } }`. */
function readError({ body }: VendorAnswer<unknown>) {
  const { message, status } = (body as { error?: { message?: string; status?: string } } | undefined)?.error ?? {}
  return {
    ...(message === undefined ? {} : { message }),
    ...(status === undefined ? {} : { vendorCode: status }),
    ...(status === 'RESOURCE_EXHAUSTED' ? { code: 'RATE_LIMIT_EXCEEDED' } : {}),
  }
}
