/** Every address of the HTTP API that the console calls. Addresses of its own pages are typed by the router. */
const webhooks = '/api/integrations/webhooks'
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
}
