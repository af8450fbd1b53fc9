import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readLeadFilter } from '../lib/lead-filter.ts'
import { parent, text } from './signed-in.tsx'

const leads = createRoute({
  getParentRoute: parent,
  path: '/leads',
  validateSearch: readLeadFilter,
  component: lazyRouteComponent(() => import('../features/leads/leads.tsx'), 'Leads'),
})
const lead = createRoute({
  getParentRoute: parent,
  path: '/leads/$leadId',
  component: lazyRouteComponent(() => import('../features/leads/lead.tsx'), 'LeadPage'),
})
const pipeline = createRoute({
  getParentRoute: parent,
  path: '/pipeline',
  validateSearch: (search): { pipelineId?: string } => {
    const pipelineId = text(search.pipelineId)
    return pipelineId ? { pipelineId } : {}
  },
  component: lazyRouteComponent(() => import('../features/leads/pipeline.tsx'), 'PipelineBoard'),
})

/** The pages about people whom a workspace knows. */
export const leadRoutes = [leads, lead, pipeline]
