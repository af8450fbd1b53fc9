import type { AnyConnector } from '../kit/index.ts'

/** A connector, loaded when it is first needed. `setup.md` and `logo.svg` stand in its folder. */
type Entry = { id: string; folder: string; load(): Promise<AnyConnector> }

/** Every connector of the hub: one line each. */
export const connectors: readonly Entry[] = [
  { id: 'hubspot', folder: 'hubspot', load: async () => (await import('./hubspot/hubspot.ts')).hubspot },
  { id: 'salesforce', folder: 'salesforce', load: async () => (await import('./salesforce/salesforce.ts')).salesforce },
  { id: 'pipedrive', folder: 'pipedrive', load: async () => (await import('./pipedrive/pipedrive.ts')).pipedrive },
  { id: 'zoho', folder: 'zoho', load: async () => (await import('./zoho/zoho.ts')).zoho },
  {
    id: 'dynamics365',
    folder: 'dynamics365',
    load: async () => (await import('./dynamics365/dynamics365.ts')).dynamics365,
  },
  {
    id: 'gohighlevel',
    folder: 'gohighlevel',
    load: async () => (await import('./gohighlevel/gohighlevel.ts')).goHighLevel,
  },
  {
    id: 'housecall-pro',
    folder: 'housecall-pro',
    load: async () => (await import('./housecall-pro/housecall-pro.ts')).housecallPro,
  },
  {
    id: 'google-calendar',
    folder: 'google-calendar',
    load: async () => (await import('./google-calendar/google-calendar.ts')).googleCalendar,
  },
  {
    id: 'outlook-calendar',
    folder: 'outlook-calendar',
    load: async () => (await import('./outlook-calendar/outlook-calendar.ts')).outlookCalendar,
  },
  { id: 'calcom', folder: 'calcom', load: async () => (await import('./calcom/calcom.ts')).calcom },
  { id: 'caldav', folder: 'caldav', load: async () => (await import('./caldav/caldav.ts')).calDav },
  { id: 'calendly', folder: 'calendly', load: async () => (await import('./calendly/calendly.ts')).calendly },
  { id: 'retell', folder: 'retell', load: async () => (await import('./retell/retell.ts')).retell },
  { id: 'zapier', folder: 'zapier', load: async () => (await import('./zapier/zapier.ts')).zapier },
  { id: 'stripe', folder: 'stripe', load: async () => (await import('./stripe/stripe.ts')).stripe },
  { id: 'sendgrid', folder: 'sendgrid', load: async () => (await import('./sendgrid/sendgrid.ts')).sendgrid },
  { id: 'smtp', folder: 'smtp', load: async () => (await import('./smtp/smtp.ts')).smtp },
  {
    id: 'google-analytics',
    folder: 'google-analytics',
    load: async () => (await import('./google-analytics/google-analytics.ts')).googleAnalytics,
  },
  {
    id: 'local-disk',
    folder: 'local-disk',
    load: async () => (await import('./local-disk/local-disk.ts')).localDisk,
  },
  { id: 's3', folder: 's3', load: async () => (await import('./s3/s3.ts')).s3 },
  { id: 'twilio', folder: 'twilio', load: async () => (await import('./twilio/twilio.ts')).twilio },
  { id: 'slack', folder: 'slack', load: async () => (await import('./slack/slack.ts')).slack },
  { id: 'facebook', folder: 'facebook', load: async () => (await import('./facebook/facebook.ts')).facebook },
  { id: 'webhook', folder: 'webhook', load: async () => (await import('./webhook/webhook.ts')).webhook },
]
