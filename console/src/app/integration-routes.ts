import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readInboundFilter, readIntegrationSearch } from '../lib/filters.ts'
import { parent, text } from './signed-in.tsx'

// Not under /integrations: the API answers there, too, for programs that know it by that path.
const integrations = createRoute({
  getParentRoute: parent,
  path: '/connected',
  component: lazyRouteComponent(() => import('../features/integrations/integrations.tsx'), 'Integrations'),
})
const integration = createRoute({
  getParentRoute: parent,
  path: '/connected/$integrationId',
  validateSearch: readIntegrationSearch,
  component: lazyRouteComponent(() => import('../features/integrations/integration.tsx'), 'IntegrationPage'),
})
const reconnect = createRoute({
  getParentRoute: parent,
  path: '/connected/$integrationId/reconnect',
  component: lazyRouteComponent(() => import('../features/integrations/connect.tsx'), 'Reconnect'),
})
const catalogue = createRoute({
  getParentRoute: parent,
  path: '/catalogue',
  validateSearch: (search): { category?: string } => {
    const category = text(search.category)
    return category ? { category } : {}
  },
  component: lazyRouteComponent(() => import('../features/integrations/catalogue.tsx'), 'Catalogue'),
})
const connect = createRoute({
  getParentRoute: parent,
  path: '/catalogue/$templateId',
  component: lazyRouteComponent(() => import('../features/integrations/connect.tsx'), 'Connect'),
})
const inbound = createRoute({
  getParentRoute: parent,
  path: '/inbound',
  validateSearch: readInboundFilter,
  component: lazyRouteComponent(() => import('../features/inbound/inbound.tsx'), 'Inbound'),
})
const inboundWebhook = createRoute({
  getParentRoute: parent,
  path: '/inbound/$inboundId',
  validateSearch: (search): { scope?: 'unmatched' } => (search.scope === 'unmatched' ? { scope: 'unmatched' } : {}),
  component: lazyRouteComponent(() => import('../features/inbound/inbound-webhook.tsx'), 'InboundWebhookPage'),
})
const connectLinks = createRoute({
  getParentRoute: parent,
  path: '/connect-links',
  component: lazyRouteComponent(() => import('../features/connect-links/connect-links.tsx'), 'ConnectLinks'),
})
const applications = createRoute({
  getParentRoute: parent,
  path: '/oauth-applications',
  component: lazyRouteComponent(() => import('../features/platform/oauth-applications.tsx'), 'OAuthApplications'),
})

/** The pages about accounts at vendors. */
export const integrationRoutes = [
  integrations,
  integration,
  reconnect,
  catalogue,
  connect,
  inbound,
  inboundWebhook,
  connectLinks,
  applications,
]
