import { type Answer, type Failure, type RefusalError, refusal } from '../emulator.ts'

export type Fault = { code: string; message: string; details: Record<string, unknown>; status: 'error' }

export const fault = (code: string, message: string, details: Record<string, unknown> = {}): Fault => ({
  code,
  details,
  message,
  status: 'error',
})

/** Refuses a whole request in Zoho's shape. */
export const refused = (status: number, code: string, message: string, details?: Record<string, unknown>) =>
  refusal(status, fault(code, message, details))

/** Refuses one row: its place is taken by the fault. */
export class RowFault extends Error {
  readonly fault: Fault
  constructor(code: string, message: string, details?: Record<string, unknown>) {
    super(message)
    this.fault = fault(code, message, details)
  }
}

export const noSuchId = (details: Record<string, unknown> = { api_name: 'id' }): RowFault =>
  new RowFault('INVALID_DATA', 'the id given seems to be invalid', details)

/** The same for a record that a path names. */
export const noSuchRecord = (): RefusalError =>
  refused(400, 'INVALID_DATA', 'the id given seems to be invalid', { resource_path_index: 1 })

/** Every failure that all vendors share, in Zoho's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [first] = failure.faults
      const isMissing = first?.keyword === 'required' && failure.part === 'querystring'
      const said = `${first?.path ?? failure.part} ${first?.message ?? 'is not valid'}`
      return isMissing
        ? {
            status: 400,
            body: fault('REQUIRED_PARAM_MISSING', 'One of the expected parameter is missing', { param: first?.path }),
          }
        : { status: 400, body: fault('INVALID_DATA', said, { api_name: first?.path ?? failure.part }) }
    }
    case 'unreadable':
      return { status: 400, body: fault('INVALID_DATA', failure.message) }
    case 'unknown_path':
      return {
        status: 404,
        body: fault('INVALID_URL_PATTERN', 'Please check if the URL trying to access is a correct one'),
      }
    case 'missing_record':
      return noSuchRecord().answer
    case 'unauthorized':
      return failure.reason === 'missing'
        ? { status: 401, body: fault('AUTHENTICATION_FAILURE', 'Authentication failed') }
        : { status: 401, body: fault('INVALID_TOKEN', 'invalid oauth token') }
    case 'forbidden':
      return { status: 401, body: fault('OAUTH_SCOPE_MISMATCH', 'invalid oauth scope to access this URL') }
    case 'rate_limited':
      return {
        status: 429,
        body: fault('TOO_MANY_REQUESTS', 'Your organization has exceeded the number of concurrent calls.'),
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: fault('INTERNAL_ERROR', 'Internal Server Error') }
  }
}
