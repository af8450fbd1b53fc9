import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { SkeletonRows } from '../components/list-states.tsx'
import { Page } from '../components/page.tsx'
import { Problem } from '../components/problem.tsx'
import { onSessionEnd } from '../lib/api.ts'
import { readDeliveryFilter, readEventFilter, readWindow } from '../lib/filters.ts'
import { sessionQuery } from '../lib/session.ts'
import { callRoutes } from './call-routes.ts'
import { emailRoutes } from './email-routes.ts'
import { integrationRoutes } from './integration-routes.ts'
import { leadRoutes } from './lead-routes.ts'
import { queryClient } from './providers.tsx'
import { schedulingRoutes } from './scheduling-routes.ts'
import { parent, root, signedIn, text } from './signed-in.tsx'

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { from?: string } => {
    const from = text(search.from)
    return from ? { from } : {}
  },
  component: lazyRouteComponent(() => import('../features/session/sign-in.tsx'), 'SignIn'),
})

const overview = createRoute({
  getParentRoute: parent,
  path: '/',
  validateSearch: readWindow,
  component: lazyRouteComponent(() => import('../features/overview/overview.tsx'), 'Overview'),
})
const events = createRoute({
  getParentRoute: parent,
  path: '/events',
  validateSearch: (search) => {
    const publish = text(search.publish)
    return { ...readEventFilter(search), ...(publish && { publish }) }
  },
  component: lazyRouteComponent(() => import('../features/events/events.tsx'), 'Events'),
})
const trace = createRoute({
  getParentRoute: parent,
  path: '/events/$eventId',
  validateSearch: (search): { endpoint?: string } => {
    const endpoint = text(search.endpoint)
    return endpoint ? { endpoint } : {}
  },
  component: lazyRouteComponent(() => import('../features/events/trace.tsx'), 'Trace'),
})
const eventTypes = createRoute({
  getParentRoute: parent,
  path: '/event-types',
  validateSearch: (search): { name?: string } => {
    const name = text(search.name)
    return name ? { name } : {}
  },
  component: lazyRouteComponent(() => import('../features/event-types/event-types.tsx'), 'EventTypes'),
})
const endpoints = createRoute({
  getParentRoute: parent,
  path: '/endpoints',
  component: lazyRouteComponent(() => import('../features/endpoints/endpoints.tsx'), 'Endpoints'),
})
const newEndpoint = createRoute({
  getParentRoute: parent,
  path: '/endpoints/new',
  component: lazyRouteComponent(() => import('../features/endpoints/new-endpoint.tsx'), 'NewEndpoint'),
})
const endpoint = createRoute({
  getParentRoute: parent,
  path: '/endpoints/$endpointId',
  validateSearch: (search) => {
    const { status } = readDeliveryFilter(search)
    return { ...readWindow(search), ...(status && { status }) }
  },
  component: lazyRouteComponent(() => import('../features/endpoints/endpoint.tsx'), 'EndpointPage'),
})
const editEndpoint = createRoute({
  getParentRoute: parent,
  path: '/endpoints/$endpointId/edit',
  component: lazyRouteComponent(() => import('../features/endpoints/edit-endpoint.tsx'), 'EditEndpoint'),
})
const deliveries = createRoute({
  getParentRoute: parent,
  path: '/deliveries',
  validateSearch: readDeliveryFilter,
  component: lazyRouteComponent(() => import('../features/deliveries/deliveries.tsx'), 'Deliveries'),
})
const replays = createRoute({
  getParentRoute: parent,
  path: '/replays',
  component: lazyRouteComponent(() => import('../features/replays/replays.tsx'), 'Replays'),
})
const newReplay = createRoute({
  getParentRoute: parent,
  path: '/replays/new',
  validateSearch: (search) => {
    const { eventId: _, ...filter } = readDeliveryFilter(search)
    return { ...filter, ...(search.missed === true && { missed: true }) }
  },
  component: lazyRouteComponent(() => import('../features/replays/new-replay.tsx'), 'NewReplay'),
})
const apiKeys = createRoute({
  getParentRoute: parent,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('../features/api-keys/api-keys.tsx'), 'ApiKeys'),
})
const members = createRoute({
  getParentRoute: parent,
  path: '/members',
  component: lazyRouteComponent(() => import('../features/workspace/members.tsx'), 'Members'),
})
const settings = createRoute({
  getParentRoute: parent,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/workspace/settings.tsx'), 'Settings'),
})
const workspaces = createRoute({
  getParentRoute: parent,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('../features/platform/workspaces.tsx'), 'Workspaces'),
})
const account = createRoute({
  getParentRoute: parent,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/session/account.tsx'), 'Account'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    signedIn.addChildren([
      overview,
      events,
      trace,
      eventTypes,
      endpoints,
      newEndpoint,
      endpoint,
      editEndpoint,
      deliveries,
      replays,
      newReplay,
      apiKeys,
      members,
      settings,
      workspaces,
      account,
      ...integrationRoutes,
      ...leadRoutes,
      ...schedulingRoutes,
      ...callRoutes,
      ...emailRoutes,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: () => <SkeletonRows count={6} />,
  defaultErrorComponent: ({ error, reset }) => (
    <Page title="This page could not be shown">
      <Problem error={error} onRetry={reset} />
    </Page>
  ),
})

// The hub forgot the session while somebody was working: sign in again, then carry on where they were.
onSessionEnd(() => {
  if (router.state.location.pathname === '/sign-in' || !queryClient.getQueryData(sessionQuery.queryKey)) return
  queryClient.clear()
  void router.navigate({ to: '/sign-in', search: { from: router.state.location.href } })
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
