import { type Answer, type Failure, refusal } from '../emulator.ts'

const body = (error: string, code: number, more: object = {}) => ({
  success: false,
  error,
  errorCode: code,
  error_info: 'Please check developers.pipedrive.com for more information about Pipedrive API.',
  data: null,
  ...more,
})

/** Refuses in Pipedrive's shape. */
export const refused = (status: number, error: string, more: object = {}) => refusal(status, body(error, status, more))

/** What version 2 says to a body or query that does not fit. */
export const invalid = (path: string, message: string) =>
  refused(400, `Validation failed: ${path}: ${message}`, { code: 'ERR_SCHEMA_VALIDATION_FAILED' })

const names: Record<string, string> = { persons: 'Person', deals: 'Deal', leads: 'Lead', activities: 'Activity' }

/** Every failure that all vendors share, in Pipedrive's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [fault] = failure.faults
      const message = fault?.keyword === 'additionalProperties' ? 'Property is not allowed' : fault?.message
      const error = `Validation failed: ${fault?.path ?? failure.part}: ${message ?? 'is not valid'}`
      return { status: 400, body: body(error, 400, { code: 'ERR_SCHEMA_VALIDATION_FAILED' }) }
    }
    case 'unreadable':
      return { status: 400, body: body('Bad request', 400) }
    case 'unknown_path':
      return { status: 404, body: body('Unknown method', 404) }
    case 'missing_record':
      return { status: 404, body: body(`${names[failure.type] ?? 'Object'} not found`, 404, { code: 'ERR_NOT_FOUND' }) }
    case 'unauthorized':
      return { status: 401, body: body('unauthorized access', 401) }
    case 'forbidden':
      return { status: 403, body: body('Scope and URL mismatch', 403) }
    case 'rate_limited':
      return {
        status: 429,
        body: body('Rate limit exceeded', 429),
        headers: { 'x-ratelimit-reset': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: body('Internal server error', failure.status) }
  }
}
