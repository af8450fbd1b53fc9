import { type Answer, type Failure, refusal } from '../emulator.ts'

const answer = (status: number, message: string): Answer => ({ status, body: { error: { message } } })

/** Refuses in Housecall Pro's shape. */
export const refused = (status: number, message: string) => refusal(status, answer(status, message).body)

/** Every failure that all vendors share, in Housecall Pro's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid':
      return answer(400, failure.faults.map(({ path, message }) => `${path} ${message}`).join(', '))
    case 'unreadable':
      return answer(400, failure.message)
    case 'unknown_path':
      return answer(404, 'Not Found')
    case 'missing_record':
      return answer(404, `${failure.type} not found`)
    case 'unauthorized':
      return answer(401, 'Unauthorized')
    case 'forbidden':
      return answer(403, 'Forbidden')
    case 'rate_limited':
      return answer(429, 'Too many requests')
    case 'unavailable':
      return answer(failure.status, 'Internal server error')
  }
}
