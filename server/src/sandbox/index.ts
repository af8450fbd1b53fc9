import type { SandboxEntry } from './entries.ts'

/**
 * Every emulator, loaded by its first request, with how a workspace connects to it at once: a key that always works, or OAuth as the
 * sandbox's own application. `hosts` are the vendor's hosts that it stands in for; they are told to the hub before anything is loaded.
 */
export const emulators: readonly SandboxEntry[] = [
  {
    id: 'hubspot',
    hosts: ['api.hubapi.com', 'app.hubspot.com'],
    load: async () => (await import('./hubspot/hubspot.ts')).hubspot,
    connects: [
      {
        connector: 'hubspot',
        name: 'HubSpot (sandbox)',
        provider: 'hubspot',
        settings: { meeting_link: 'sandbox/consultation', workflow_property: 'hs_lead_status', currency: 'EUR' },
      },
    ],
  },
  {
    id: 'salesforce',
    hosts: ['login.salesforce.com', 'sandbox.my.salesforce.com'],
    load: async () => (await import('./salesforce/salesforce.ts')).salesforce,
    connects: [{ connector: 'salesforce', name: 'Salesforce (sandbox)', provider: 'salesforce', settings: {} }],
  },
  {
    id: 'pipedrive',
    hosts: ['api.pipedrive.com', 'oauth.pipedrive.com', 'sandbox.pipedrive.com'],
    load: async () => (await import('./pipedrive/pipedrive.ts')).pipedrive,
    connects: [{ connector: 'pipedrive', name: 'Pipedrive (sandbox)', provider: 'pipedrive', settings: {} }],
  },
  {
    id: 'dynamics365',
    hosts: ['sandbox.crm.dynamics.com', 'sandbox.api.crm.dynamics.com', 'login.microsoftonline.com/organizations'],
    load: async () => (await import('./dynamics365/dynamics365.ts')).dynamics365,
    connects: [
      {
        connector: 'dynamics365',
        name: 'Dynamics 365 (sandbox)',
        provider: 'dynamics',
        settings: { environment_url: 'https://sandbox.crm.dynamics.com', currency: 'USD' },
      },
    ],
  },
  {
    id: 'zoho',
    hosts: ['accounts.zoho.com', 'accounts.zoho.eu', 'www.zohoapis.com', 'www.zohoapis.eu'],
    load: async () => (await import('./zoho/zoho.ts')).zoho,
    connects: [{ connector: 'zoho', name: 'Zoho CRM (sandbox)', provider: 'zoho', settings: { currency: 'EUR' } }],
  },
  {
    id: 'zapier',
    hosts: ['hooks.zapier.com'],
    load: async () => (await import('./zapier/zapier.ts')).zapier,
    connects: [
      {
        connector: 'zapier',
        name: 'Zapier (sandbox)',
        credentials: { webhookUrl: 'https://hooks.zapier.com/hooks/catch/1234567/sandbox/' },
        settings: {},
      },
      // The hook takes what any endpoint does.
      {
        connector: 'webhook',
        name: 'Webhook (sandbox)',
        credentials: { webhookUrl: 'https://hooks.zapier.com/hooks/catch/1234567/sandbox/', secret: 'sandbox-secret' },
        settings: {},
      },
    ],
  },
  {
    id: 'gohighlevel',
    hosts: ['services.leadconnectorhq.com', 'marketplace.gohighlevel.com'],
    load: async () => (await import('./gohighlevel/gohighlevel.ts')).goHighLevel,
    connects: [
      {
        connector: 'gohighlevel',
        name: 'GoHighLevel (sandbox)',
        provider: 'gohighlevel',
        settings: { webhook_secret: 'sandbox-gohighlevel-secret', currency: 'USD' },
      },
    ],
  },
  {
    id: 'housecall-pro',
    hosts: ['api.housecallpro.com'],
    load: async () => (await import('./housecall-pro/housecall-pro.ts')).housecallPro,
    connects: [
      {
        connector: 'housecall-pro',
        name: 'Housecall Pro (sandbox)',
        credentials: { apiKey: 'sandbox-housecall-pro' },
        settings: { webhook_secret: 'sandbox-housecall-pro-secret' },
      },
    ],
  },
  {
    id: 'retell',
    hosts: ['api.retellai.com'],
    load: async () => (await import('./retell/retell.ts')).retell,
    connects: [
      {
        connector: 'retell',
        name: 'Retell AI (sandbox)',
        credentials: { apiKey: 'key_sandbox_retell' },
        settings: { webhook_key: 'key_sandbox_retell' },
      },
    ],
  },
  {
    id: 'google-calendar',
    hosts: ['www.googleapis.com', 'accounts.google.com', 'oauth2.googleapis.com'],
    load: async () => (await import('./google-calendar/google-calendar.ts')).googleCalendar,
    connects: [{ connector: 'google-calendar', name: 'Google Calendar (sandbox)', provider: 'google', settings: {} }],
  },
  {
    id: 'outlook-calendar',
    hosts: ['graph.microsoft.com', 'login.microsoftonline.com/common'],
    load: async () => (await import('./outlook-calendar/outlook-calendar.ts')).outlookCalendar,
    connects: [
      { connector: 'outlook-calendar', name: 'Outlook Calendar (sandbox)', provider: 'microsoft', settings: {} },
    ],
  },
  {
    id: 'calcom',
    hosts: ['api.cal.com', 'app.cal.com'],
    load: async () => (await import('./calcom/calcom.ts')).calcom,
    connects: [{ connector: 'calcom', name: 'Cal.com (sandbox)', provider: 'calcom', settings: {} }],
  },
  {
    id: 'caldav',
    hosts: ['caldav.sandbox.example'],
    load: async () => (await import('./caldav/caldav.ts')).calDav,
    connects: [
      {
        connector: 'caldav',
        name: 'CalDAV (sandbox)',
        credentials: { username: 'sandbox', password: 'sandbox-password' },
        settings: { server_url: 'https://caldav.sandbox.example' },
      },
    ],
  },
  {
    id: 'calendly',
    hosts: ['api.calendly.com', 'auth.calendly.com'],
    load: async () => (await import('./calendly/calendly.ts')).calendly,
    connects: [
      {
        connector: 'calendly',
        name: 'Calendly (sandbox)',
        credentials: { personalToken: 'sandbox-calendly-token' },
        settings: { event_type_uri: 'SANDBOXCONSULT00' },
      },
    ],
  },
  {
    id: 'stripe',
    hosts: ['api.stripe.com'],
    load: async () => (await import('./stripe/stripe.ts')).stripe,
    connects: [
      {
        connector: 'stripe',
        name: 'Stripe (sandbox)',
        credentials: { secretKey: 'sk_test_sandbox' },
        settings: { webhook_secret: 'whsec_sandbox' },
      },
    ],
  },
  {
    id: 'sendgrid',
    hosts: ['api.sendgrid.com', 'api.eu.sendgrid.com'],
    load: async () => (await import('./sendgrid/sendgrid.ts')).sendgrid,
    connects: [
      {
        connector: 'sendgrid',
        name: 'SendGrid (sandbox)',
        credentials: { apiKey: 'SG.sandbox' },
        settings: { fromEmail: 'hub@sandbox.example', fromName: 'Sandbox' },
      },
    ],
  },
  {
    id: 'smtp',
    hosts: ['smtp.sandbox.example'],
    scheme: 'smtp',
    load: async () => (await import('./smtp/smtp.ts')).smtp,
    connects: [
      {
        connector: 'smtp',
        name: 'SMTP (sandbox)',
        credentials: { password: 'sandbox-password' },
        settings: {
          host: 'smtp.sandbox.example',
          port: 587,
          security: 'none',
          user: 'sandbox',
          fromEmail: 'hub@sandbox.example',
          fromName: 'Sandbox',
        },
      },
    ],
  },
  {
    id: 's3',
    hosts: ['s3.us-east-1.amazonaws.com', 's3.eu-central-1.amazonaws.com'],
    load: async () => (await import('./s3/s3.ts')).s3,
    connects: [
      {
        connector: 's3',
        name: 'S3 storage (sandbox)',
        credentials: { accessKeyId: 'AKIASANDBOX', secretAccessKey: 'sandbox-secret-access-key' },
        settings: { bucketName: 'files', region: 'us-east-1' },
      },
    ],
  },
  {
    id: 'twilio',
    hosts: ['api.twilio.com'],
    load: async () => (await import('./twilio/twilio.ts')).twilio,
    connects: [
      {
        connector: 'twilio',
        name: 'Twilio (sandbox)',
        credentials: { accountSid: `AC${'0'.repeat(31)}1`, authToken: '0123456789abcdef0123456789abcdef' },
        settings: { fromNumber: '+14155550100' },
      },
    ],
  },
  {
    id: 'slack',
    hosts: ['hooks.slack.com', 'hooks.slack-gov.com'],
    load: async () => (await import('./slack/slack.ts')).slack,
    connects: [
      {
        connector: 'slack',
        name: 'Slack (sandbox)',
        credentials: { webhookUrl: 'https://hooks.slack.com/services/T0SANDBOX/B0SANDBOX/sandbox' },
        settings: {},
      },
    ],
  },
  {
    id: 'google-analytics',
    hosts: ['www.google-analytics.com', 'region1.google-analytics.com', 'analyticsdata.googleapis.com'],
    load: async () => (await import('./google-analytics/google-analytics.ts')).googleAnalytics,
    connects: [
      {
        connector: 'google-analytics',
        name: 'Google Analytics (sandbox)',
        credentials: { apiSecret: 'sandbox-analytics-secret' },
        settings: { measurement_id: 'G-SANDBOX01' },
      },
      {
        connector: 'google-analytics',
        name: 'Google Analytics reports (sandbox)',
        provider: 'google',
        signsInAt: 'google-calendar',
        settings: { property_id: '123456' },
      },
    ],
  },
  {
    id: 'facebook',
    hosts: ['graph.facebook.com', 'www.facebook.com'],
    load: async () => (await import('./facebook/facebook.ts')).facebook,
    connects: [
      {
        connector: 'facebook',
        name: 'Facebook (sandbox)',
        provider: 'facebook',
        settings: { page_id: '100000000000001', dataset_id: '200000000000001' },
      },
    ],
  },
]
