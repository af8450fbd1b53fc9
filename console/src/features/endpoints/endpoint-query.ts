import { queryOptions } from '@tanstack/react-query'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import type { Endpoint } from '../../lib/types.ts'

export const endpointQuery = (endpointId: string) =>
  queryOptions({
    queryKey: [paths.endpoints, endpointId],
    queryFn: ({ signal }) => request<Endpoint>('GET', paths.endpoint(endpointId), { signal }),
  })
