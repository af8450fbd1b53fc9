import { ConnectorError, type ErrorReading, type Paging } from '../../kit/index.ts'
import type { GraphError } from './types.ts'

export const base = 'https://graph.microsoft.com/v1.0'

/** Ids that stay when an event moves, times in UTC, text instead of HTML (https://learn.microsoft.com/graph/outlook-immutable-id). */
export const prefer = 'IdType="ImmutableId", outlook.timezone="UTC", outlook.body-content-type="text"'

/** OData's pages: each names the next by its whole URL. */
export const graphPages: Paging = {
  first: { $top: 100 },
  items: (body) => ((body ?? {}) as { value?: unknown[] }).value ?? [],
  next({ body }) {
    const url = ((body ?? {}) as { '@odata.nextLink'?: unknown })['@odata.nextLink']
    return typeof url === 'string' && url !== '' ? { url } : undefined
  },
}

/** https://learn.microsoft.com/graph/errors; a record that changed meanwhile is told with 412, an account without a mailbox with 404. */
export function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { error } = (body ?? {}) as GraphError
  const { code, message } = error ?? {}
  const said = { ...(message ? { message } : {}), ...(code ? { vendorCode: code } : {}) }
  if (status === 412 || code === duplicate) return { ...said, code: 'CONFLICT' }
  if (code !== undefined && noMailbox.has(code)) return { ...said, code: 'PERMISSION_DENIED' }
  return said
}

const duplicate = 'ErrorDuplicateTransactionId'
const noMailbox = new Set(['MailboxNotEnabledForRESTAPI', 'MailboxNotSupportedForRESTAPI'])

/** Whether this very booking was made before, and differs by now from what is asked for. */
export const isDuplicate = (error: unknown): boolean =>
  error instanceof ConnectorError && error.vendorCode === duplicate
