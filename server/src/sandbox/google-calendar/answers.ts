import { type Answer, type Failure, refusal } from '../emulator.ts'

type Reason = {
  domain?: 'global' | 'calendar' | 'usageLimits'
  reason: string
  message: string
  locationType?: 'parameter' | 'header'
  location?: string
}

/** A refusal in Google's form: the first reason's message is the message of all. */
const body = (code: number, { domain = 'global', ...reason }: Reason) => ({
  error: { errors: [{ domain, ...reason }], code, message: reason.message },
})

/** Refuses as Google does (https://developers.google.com/workspace/calendar/api/guides/errors). */
export const refused = (status: number, reason: Reason) => refusal(status, body(status, reason))
export const invalid = (message: string, reason = 'invalid') => refused(400, { reason, message })
export const notFound = () => refused(404, { reason: 'notFound', message: 'Not Found' })

export const badParameter = (location: string, message = 'Invalid Value', reason = 'invalid') =>
  refused(400, { reason, message, locationType: 'parameter', location })

/** What all vendors refuse, in Google's words. */
export function refuse(failure: Failure): Answer {
  const answer = (status: number, reason: Reason, headers: Record<string, string> = {}): Answer => ({
    status,
    body: body(status, reason),
    headers,
  })
  switch (failure.kind) {
    case 'invalid':
      return answer(400, faultOf(failure))
    case 'unreadable':
      return answer(400, { reason: 'parseError', message: 'Parse Error' })
    case 'unauthorized': {
      const place = { locationType: 'header', location: 'Authorization' } as const
      return failure.reason === 'missing'
        ? answer(401, { reason: 'required', message: 'Login Required', ...place })
        : answer(401, { reason: 'authError', message: 'Invalid Credentials', ...place })
    }
    case 'forbidden':
      return answer(403, {
        reason: 'insufficientPermissions',
        message: 'Request had insufficient authentication scopes.',
      })
    case 'rate_limited':
      // Google answers a used-up quota with 403 and no word of how long to wait, and sometimes with 429.
      return failure.limit === undefined
        ? answer(429, limit, { 'retry-after': String(failure.retryAfterSeconds) })
        : answer(403, limit)
    case 'unavailable':
      return answer(failure.status, { reason: 'backendError', message: 'Backend Error' })
    default:
      return answer(404, { reason: 'notFound', message: 'Not Found' })
  }
}

const limit: Reason = { domain: 'usageLimits', reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded' }

function faultOf({ part, faults }: Failure & { kind: 'invalid' }): Reason {
  const [fault] = faults
  const path = fault?.path ?? ''
  if (fault?.keyword === 'additionalProperties') {
    return {
      reason: 'badRequest',
      message: `Invalid JSON payload received. Unknown name "${path}": Cannot find field.`,
    }
  }
  const place = part === 'querystring' ? ({ locationType: 'parameter', location: path } as const) : {}
  return fault?.keyword === 'required'
    ? { reason: 'required', message: `Required parameter: ${path}`, ...place }
    : { reason: 'invalid', message: `Invalid value for: ${path || part}`, ...place }
}
