import { queryOptions } from '@tanstack/react-query'
import type { EmailTemplate } from 'tenon-sdk'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'

export const emailTemplatesQuery = queryOptions({
  queryKey: [paths.emailTemplates],
  queryFn: ({ signal }) => request<EmailTemplate[]>('GET', paths.emailTemplates, { signal }),
})
