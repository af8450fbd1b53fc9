import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readCallFilter } from '../lib/call-in-words.ts'
import { parent } from './signed-in.tsx'

const calls = createRoute({
  getParentRoute: parent,
  path: '/calls',
  validateSearch: readCallFilter,
  component: lazyRouteComponent(() => import('../features/calls/calls.tsx'), 'Calls'),
})
const call = createRoute({
  getParentRoute: parent,
  path: '/calls/$callId',
  component: lazyRouteComponent(() => import('../features/calls/call.tsx'), 'CallPage'),
})

/** The pages about calls of voice agents. */
export const callRoutes = [calls, call]
