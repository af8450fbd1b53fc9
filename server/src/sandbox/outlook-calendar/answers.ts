import { type Answer, type Failure, refusal } from '../emulator.ts'

const body = (code: string, message: string) => ({
  error: { code, message, innerError: { date: '2026-05-07T10:00:00', 'request-id': 'sandbox' } },
})

/** Refuses as Graph does (https://learn.microsoft.com/graph/errors). */
export const refused = (status: number, code: string, message: string) => refusal(status, body(code, message))
export const badRequest = (message: string, code = 'BadRequest') => refused(400, code, message)
export const notFound = () => refused(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')

/** What all vendors refuse, in Graph's words. */
export function refuse(failure: Failure): Answer {
  const answer = (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer => ({
    status,
    body: body(code, message),
    headers,
  })
  switch (failure.kind) {
    case 'invalid':
      return answer(400, ...faultOf(failure))
    case 'unreadable':
      return answer(400, 'BadRequest', 'Unable to read JSON request payload.')
    case 'unauthorized':
      return failure.reason === 'missing'
        ? answer(401, 'InvalidAuthenticationToken', 'Access token is empty.')
        : failure.reason === 'expired'
          ? answer(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.')
          : answer(401, 'InvalidAuthenticationToken', 'IDX14100: JWT is not well formed.')
    case 'forbidden':
      return answer(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
    case 'rate_limited':
      return throttled(failure.retryAfterSeconds, 'MailboxRequests')
    case 'unavailable':
      return answer(failure.status, 'ServiceNotAvailable', 'The service is temporarily unavailable.')
    case 'missing_record':
      return answer(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
    default:
      return answer(400, 'BadRequest', 'Resource not found for the segment that was asked for.')
  }
}

/** An application that asks a mailbox for too much. */
export const throttled = (seconds: number, limit: string): Answer => ({
  status: 429,
  body: body('ApplicationThrottled', `Application is over its ${limit} limit.`),
  headers: { 'retry-after': String(seconds) },
})

function faultOf({ part, faults }: Failure & { kind: 'invalid' }): [string, string] {
  const [fault] = faults
  const path = fault?.path || part
  if (part === 'querystring') return ['BadRequest', `The query parameter '${path}' is not supported here.`]
  if (fault?.keyword === 'additionalProperties') {
    const message = `The property '${path}' does not exist on the type that was sent.`
    return ['RequestBodyRead', message]
  }
  return fault?.keyword === 'required'
    ? ['ErrorInvalidRequest', `The property '${path}' is required.`]
    : ['RequestBodyRead', `Cannot convert the value of '${path}' to the expected type.`]
}
