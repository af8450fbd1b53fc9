import { type Answer, type Failure, refusal } from '../emulator.ts'

const body = (errorCode: string, message: string, fields?: readonly string[]) => [
  { message, errorCode, ...(fields === undefined ? {} : { fields }) },
]

/** Refuses in Salesforce's shape, a list. */
export const refused = (status: number, errorCode: string, message: string, fields?: readonly string[]) =>
  refusal(status, body(errorCode, message, fields))

/** Every failure that all vendors share, in Salesforce's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [fault] = failure.faults
      const code = failure.part === 'body' ? 'JSON_PARSER_ERROR' : 'MALFORMED_QUERY'
      return { status: 400, body: body(code, `${fault?.path ?? failure.part} ${fault?.message ?? 'is not valid'}`) }
    }
    case 'unreadable':
      return { status: 400, body: body('JSON_PARSER_ERROR', failure.message) }
    case 'unknown_path':
      return { status: 404, body: body('NOT_FOUND', 'The requested resource does not exist') }
    case 'missing_record':
      return { status: 404, body: body('NOT_FOUND', 'Provided external ID field does not exist or is not accessible') }
    case 'unauthorized':
      return { status: 401, body: body('INVALID_SESSION_ID', 'Session expired or invalid') }
    case 'forbidden':
      return { status: 403, body: body('INSUFFICIENT_ACCESS', 'This session is not valid for use with the REST API') }
    case 'rate_limited':
      return { status: 403, body: body('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.') }
    case 'unavailable':
      return { status: failure.status, body: body('SERVER_UNAVAILABLE', 'Server is temporarily unavailable') }
  }
}
