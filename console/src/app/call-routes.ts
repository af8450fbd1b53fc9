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

const agents = createRoute({
  getParentRoute: parent,
  path: '/agents',
  component: lazyRouteComponent(() => import('../features/agents/agents.tsx'), 'Agents'),
})
const agent = createRoute({
  getParentRoute: parent,
  path: '/agents/$agentId',
  component: lazyRouteComponent(() => import('../features/agents/agent.tsx'), 'AgentPage'),
})

/** The pages about voice agents and their calls. */
export const callRoutes = [calls, call, agents, agent]
