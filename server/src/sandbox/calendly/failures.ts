import { type Answer, type Failure, refusal } from '../emulator.ts'

const body = (title: string, message: string, details?: object[]) => ({
  title,
  message,
  ...(details ? { details } : {}),
})

/** Refuses in Calendly's shape. */
export const refused = (status: number, title: string, message: string, details?: object[]) =>
  refusal(status, body(title, message, details))

export const invalid = (parameter: string, message: string) =>
  refused(400, 'Invalid Argument', 'The supplied parameters are invalid.', [{ parameter, message }])

/** Every failure that all vendors share, in Calendly's words. */
export function refuse(failure: Failure): Answer {
  const answer = (status: number, title: string, message: string, details?: object[]) => ({
    ...{ status, body: body(title, message, details) },
  })
  switch (failure.kind) {
    case 'invalid': {
      const details = failure.faults.map(({ path, message }) => ({ parameter: path, message }))
      return answer(400, 'Invalid Argument', 'The supplied parameters are invalid.', details)
    }
    case 'unreadable':
      return answer(400, 'Invalid Argument', 'The request body is not valid JSON.')
    case 'unknown_path':
    case 'missing_record':
      return answer(404, 'Resource Not Found', 'The server could not find the requested resource.')
    case 'unauthorized':
      return answer(401, 'Unauthenticated', `The access token ${wrong[failure.reason]}`)
    case 'forbidden':
      return answer(403, 'Permission Denied', 'You do not have permission to access this resource.')
    case 'rate_limited':
      return answer(429, 'Too Many Requests', 'You have exceeded the rate limit.')
    case 'unavailable':
      return answer(failure.status, 'Internal Server Error', 'The server encountered an unexpected condition.')
  }
}

const wrong = { missing: 'is invalid', unknown: 'is invalid', expired: 'expired', revoked: 'was revoked' } as const
