import { queryOptions } from '@tanstack/react-query'
import type { Endpoint } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

export const endpointQuery = (endpointId: string) =>
  queryOptions({
    queryKey: [paths.endpoints, endpointId],
    queryFn: ({ signal }) => request<Endpoint>('GET', paths.endpoint(endpointId), { signal }),
  })
