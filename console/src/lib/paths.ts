/** Every address of the HTTP API that the console calls. Addresses of its own pages are typed by the router. */
const integrations = '/api/integrations'
const webhooks = `${integrations}/webhooks`
const crm = `${integrations}/crm`
const calendar = `${integrations}/calendar`
const email = '/api/email'
const inbound = '/api/inbound-webhooks'
const part = encodeURIComponent

export const paths = {
  session: '/api/session',
  password: '/api/session/password',
  apiReference: '/api/docs',

  workspaces: '/api/workspaces',
  workspace: (id: string) => `/api/workspaces/${part(id)}`,
  members: (workspaceId: string) => `/api/workspaces/${part(workspaceId)}/members`,
  member: (workspaceId: string, personId: string) => `/api/workspaces/${part(workspaceId)}/members/${part(personId)}`,
  apiKeys: (workspaceId: string) => `/api/workspaces/${part(workspaceId)}/api-keys`,
  apiKey: (workspaceId: string, keyId: string) => `/api/workspaces/${part(workspaceId)}/api-keys/${part(keyId)}`,

  events: '/api/events',
  event: (id: string) => `/api/events/${part(id)}`,
  eventTypes: '/api/event-types',
  eventType: (name: string) => `/api/event-types/${part(name)}`,

  endpoints: webhooks,
  endpoint: (id: string) => `${webhooks}/${part(id)}`,
  testEndpoint: (id: string) => `${webhooks}/${part(id)}/test`,
  rotateSecret: (id: string) => `${webhooks}/${part(id)}/rotate-secret`,
  statistics: (endpointId?: string) => `${webhooks}/stats${endpointId ? `/${part(endpointId)}` : ''}`,

  deliveries: `${webhooks}/deliveries`,
  delivery: (id: string) => `${webhooks}/deliveries/${part(id)}`,
  replayDelivery: (id: string) => `${webhooks}/deliveries/${part(id)}/replay`,
  cancelDelivery: (id: string) => `${webhooks}/deliveries/${part(id)}/cancel`,

  replays: `${webhooks}/replays`,
  replay: (id: string) => `${webhooks}/replays/${part(id)}`,
  cancelReplay: (id: string) => `${webhooks}/replays/${part(id)}/cancel`,

  templates: `${integrations}/templates`,
  template: (id: string) => `${integrations}/templates/${part(id)}`,
  integrations,
  integration: (id: string) => `${integrations}/${part(id)}`,
  /** What can be done to an integration or read about it: `test`, `sync`, `health`, `logs`, `webhook` … */
  ofIntegration: (id: string, what: string) => `${integrations}/${part(id)}/${what}`,
  operation: (id: string, name: string) => `${integrations}/${part(id)}/operations/${part(name)}`,
  subscription: (id: string, subscriptionId: string) =>
    `${integrations}/${part(id)}/subscriptions/${part(subscriptionId)}`,
  importIntegration: `${integrations}/import`,
  reconcile: (deliveryId: string) => `${integrations}/deliveries/${part(deliveryId)}/reconcile`,

  authorize: (provider: string) => `${integrations}/oauth/${part(provider)}/authorize`,
  oauthApplications: `${integrations}/oauth/applications`,
  oauthApplication: (provider: string) => `${integrations}/oauth/applications/${part(provider)}`,
  connectSessions: '/api/connect-sessions',
  connectSession: (id: string) => `/api/connect-sessions/${id}`,
  agents: '/api/agents',
  agent: (id: string) => `/api/agents/${part(id)}`,
  ofAgent: (id: string, what: string) => `/api/agents/${part(id)}/${what}`,

  inbound,
  inboundWebhook: (id: string) => `${inbound}/${part(id)}`,
  replayInbound: (id: string) => `${inbound}/${part(id)}/replay`,
  unmatched: `${inbound}/unmatched`,
  unmatchedWebhook: (id: string) => `${inbound}/unmatched/${part(id)}`,

  leads: `${crm}/leads`,
  lead: (id: string) => `${crm}/leads/${part(id)}`,
  /** What is of a lead, or done to it: `activities`, `notes`, `status`, `merge`, `merges`, `export`, `erase` … */
  ofLead: (id: string, what: string) => `${crm}/leads/${part(id)}/${what}`,
  duplicates: `${crm}/duplicates`,
  undoMerge: (id: string) => `${crm}/merges/${part(id)}/undo`,
  pipelines: `${crm}/pipelines`,
  pipelineStatistics: `${crm}/pipeline/stats`,
  imports: `${crm}/imports`,
  importPreview: `${crm}/imports/preview`,
  /** What is of an import, or done to it: `errors`, `cancel`. */
  ofImport: (id: string, what: string) => `${crm}/imports/${part(id)}/${what}`,
  exports: `${crm}/exports`,
  exportFile: (id: string) => `${crm}/exports/${part(id)}/file`,

  calls: '/api/calls',
  call: (id: string) => `/api/calls/${part(id)}`,
  retryCall: (id: string, integrationId: string) => `/api/calls/${part(id)}/integrations/${part(integrationId)}/retry`,

  hosts: `${calendar}/hosts`,
  host: (id: string) => `${calendar}/hosts/${part(id)}`,
  slots: `${calendar}/available-slots`,
  bookings: `${calendar}/bookings`,
  booking: (id: string) => `${calendar}/bookings/${part(id)}`,
  /** What can be done to a booking: `cancel`, `no-show`, `reschedule`. */
  ofBooking: (id: string, what: string) => `${calendar}/bookings/${part(id)}/${what}`,

  providers: `${calendar}/providers`,
  provider: (id: string) => `${calendar}/providers/${part(id)}`,
  consultations: `${calendar}/consultation-requests`,
  consultation: (id: string) => `${calendar}/consultation-requests/${part(id)}`,
  /** What can be done to a consultation request: `schedule`, `close`. */
  ofConsultation: (id: string, what: string) => `${calendar}/consultation-requests/${part(id)}/${what}`,

  emailSends: `${email}/sends`,
  emailSend: (id: string) => `${email}/sends/${part(id)}`,
  retryEmailSend: (id: string) => `${email}/sends/${part(id)}/retry`,
  emailTemplates: `${email}/templates`,
  emailTemplate: (name: string) => `${email}/templates/${part(name)}`,
  emailPreview: `${email}/preview`,
}
