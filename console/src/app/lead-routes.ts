import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readLeadFilter } from '../lib/lead-filter.ts'
import { readStatisticsSearch } from '../lib/pipeline-statistics.ts'
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
const merge = createRoute({
  getParentRoute: parent,
  path: '/leads/$leadId/merge/$otherId',
  component: lazyRouteComponent(() => import('../features/leads/merge.tsx'), 'MergeLeads'),
})
const duplicates = createRoute({
  getParentRoute: parent,
  path: '/duplicates',
  component: lazyRouteComponent(() => import('../features/leads/duplicates.tsx'), 'Duplicates'),
})
const files = createRoute({
  getParentRoute: parent,
  path: '/lead-files',
  component: lazyRouteComponent(() => import('../features/lead-files/lead-files.tsx'), 'LeadFiles'),
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
const statistics = createRoute({
  getParentRoute: parent,
  path: '/pipeline/statistics',
  validateSearch: readStatisticsSearch,
  component: lazyRouteComponent(() => import('../features/leads/pipeline-statistics.tsx'), 'PipelineStatisticsPage'),
})

/** The pages about people whom a workspace knows. */
export const leadRoutes = [leads, lead, merge, duplicates, files, pipeline, statistics]
