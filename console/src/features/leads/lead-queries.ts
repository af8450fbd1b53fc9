import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { DuplicateGroup, Lead, LeadMerge, Pipeline } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

export const pipelinesQuery = queryOptions({
  queryKey: [paths.pipelines],
  queryFn: ({ signal }) => request<Pipeline[]>('GET', paths.pipelines, { signal }),
  staleTime: 30_000,
})

export const leadQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.leads, id],
    queryFn: ({ signal }) => request<Lead>('GET', paths.lead(id), { signal }),
  })

export const duplicatesQuery = queryOptions({
  queryKey: [paths.duplicates],
  queryFn: ({ signal }) => request<DuplicateGroup[]>('GET', paths.duplicates, { query: { limit: 100 }, signal }),
})

export const duplicatesOfQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.duplicates, id],
    queryFn: ({ signal }) => request<DuplicateGroup[]>('GET', paths.ofLead(id, 'duplicates'), { signal }),
    staleTime: 30_000,
  })

export const mergesQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.leads, id, 'merges'],
    queryFn: ({ signal }) => request<LeadMerge[]>('GET', paths.ofLead(id, 'merges'), { signal }),
  })

/** Drops what is known of leads after some of them came or went. */
export async function forgetLeads(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: [paths.duplicates] })
  await queries.invalidateQueries({ queryKey: [paths.leads] })
}
