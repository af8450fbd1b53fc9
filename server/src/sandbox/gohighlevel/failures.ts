import { type Answer, type Failure, refusal } from '../emulator.ts'

const traceId = () => crypto.randomUUID()

/** Refuses in GoHighLevel's shape. */
export const refused = (status: number, message: string | string[], more: object = {}) =>
  refusal(status, { statusCode: status, message, ...more, traceId: traceId() })

const answer = (status: number, message: string | string[], error?: string): Answer => ({
  status,
  body: { statusCode: status, message, ...(error === undefined ? {} : { error }), traceId: traceId() },
})

/** Every failure that all vendors share, in GoHighLevel's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      if (failure.part === 'headers') return answer(401, 'version header was not found.', 'Unauthorized')
      const messages = failure.faults.map(({ path, keyword, message }) =>
        keyword === 'additionalProperties' ? `property ${path} should not exist` : `${path} ${message}`,
      )
      return answer(422, messages, 'Unprocessable Entity')
    }
    case 'unreadable':
      return answer(400, failure.message, 'Bad Request')
    case 'unknown_path':
      return answer(404, `Cannot ${failure.method} ${failure.path}`, 'Not Found')
    case 'missing_record':
      return answer(404, `${failure.type} with id ${failure.id} not found`, 'Not Found')
    case 'unauthorized':
      return answer(401, failure.reason === 'expired' ? 'The token is expired.' : 'Invalid JWT')
    case 'forbidden':
      return answer(401, 'The token is not authorized for this scope.', 'Unauthorized')
    case 'rate_limited':
      return answer(429, 'Too Many Requests')
    case 'unavailable':
      return answer(failure.status, 'Internal server error')
  }
}
