import { queryOptions } from '@tanstack/react-query'
import type { Lead, Pipeline } from 'tenon-sdk'
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
