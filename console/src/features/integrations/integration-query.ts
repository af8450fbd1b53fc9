import { queryOptions } from '@tanstack/react-query'
import type { Integration, IntegrationHealth, OperationState } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

export const integrationQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.integrations, id],
    queryFn: ({ signal }) => request<Integration>('GET', paths.integration(id), { signal }),
  })

export const healthQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.integrations, id, 'health'],
    queryFn: ({ signal }) => request<IntegrationHealth>('GET', paths.ofIntegration(id, 'health'), { signal }),
    refetchInterval: 10_000,
  })

export const operationsQuery = (id: string) =>
  queryOptions({
    queryKey: [paths.integrations, id, 'operations'],
    queryFn: ({ signal }) => request<OperationState[]>('GET', paths.ofIntegration(id, 'operations'), { signal }),
    staleTime: 10_000,
  })
