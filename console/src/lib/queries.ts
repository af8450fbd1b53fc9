import { queryOptions } from '@tanstack/react-query'
import type {
  Agent,
  Endpoint,
  EventTrace,
  EventType,
  Integration,
  Statistics,
  StatisticsWindow,
  Template,
  TemplateDetail,
} from 'tenon-sdk'
import { list, request } from './api.ts'
import { paths } from './paths.ts'
import { readAll } from './use-list.ts'

/** What several features read. Keys start with the path, so that a change can drop everything below a path. */
export const endpointsQuery = queryOptions({
  queryKey: [paths.endpoints, 'all'],
  queryFn: ({ signal }) => readAll<Endpoint>(paths.endpoints, signal),
})

export const eventTypesQuery = queryOptions({
  queryKey: [paths.eventTypes],
  queryFn: ({ signal }) => readAll<EventType>(paths.eventTypes, signal),
  staleTime: 60_000,
})

export const statisticsQuery = (window: StatisticsWindow, endpointId?: string) =>
  queryOptions({
    queryKey: [paths.statistics(), endpointId ?? 'all', window],
    queryFn: ({ signal }) => request<Statistics>('GET', paths.statistics(endpointId), { query: { window }, signal }),
    refetchInterval: 10_000,
  })

export const traceQuery = (eventId: string) =>
  queryOptions({
    queryKey: [paths.events, 'trace', eventId],
    queryFn: ({ signal }) => request<EventTrace>('GET', paths.event(eventId), { signal }),
  })

/** Whether any event was ever published, and the newest. */
export const newestEventQuery = queryOptions({
  queryKey: [paths.events, 'newest'],
  queryFn: async ({ signal }) => (await list<EventTrace>(paths.events, { limit: 1 }, signal)).items[0] ?? null,
  refetchInterval: 3_000,
})

export const integrationsQuery = queryOptions({
  queryKey: [paths.integrations, 'all'],
  queryFn: ({ signal }) => readAll<Integration>(paths.integrations, signal),
})

export const templatesQuery = queryOptions({
  queryKey: [paths.templates],
  queryFn: ({ signal }) => request<Template[]>('GET', paths.templates, { signal }),
  staleTime: 60_000,
})

export const templateQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.templates, id],
    queryFn: ({ signal }) => request<TemplateDetail>('GET', paths.template(id), { signal }),
    staleTime: 60_000,
  })

export const agentsQuery = queryOptions({
  queryKey: [paths.agents],
  queryFn: ({ signal }) => readAll<Agent>(paths.agents, signal),
})
