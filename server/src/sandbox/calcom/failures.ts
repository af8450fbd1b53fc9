import { type Answer, type Failure, refusal } from '../emulator.ts'

const answer = (status: number, code: string, message: string): Answer => ({
  status,
  body: { status: 'error', error: { code, message, details: { message, error: code, statusCode: status } } },
})

/** Refuses in Cal.com's shape. */
export const refused = (status: number, message: string) =>
  refusal(status, answer(status, codeOf(status), message).body)

const codeOf = (status: number): string =>
  status === 404 ? 'NotFoundException' : status === 409 ? 'ConflictException' : 'BadRequestException'

/** Every failure that all vendors share, in Cal.com's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid':
      // A version of the API that does not have the path.
      if (failure.part === 'headers')
        return answer(404, 'NotFoundException', 'Cannot find this path in this cal-api-version')
      return answer(
        400,
        'BadRequestException',
        failure.faults
          .map(({ path, keyword, message }) =>
            keyword === 'additionalProperties' ? `property ${path} should not exist` : `${path} ${message}`,
          )
          .join(', '),
      )
    case 'unreadable':
      return answer(400, 'BadRequestException', failure.message)
    case 'unknown_path':
      return answer(404, 'NotFoundException', `Cannot ${failure.method} ${failure.path}`)
    case 'missing_record':
      return answer(404, 'NotFoundException', `${failure.type} with id=${failure.id} was not found in the database`)
    case 'unauthorized':
      return answer(
        401,
        'UnauthorizedException',
        failure.reason === 'expired' ? 'Access token expired' : 'Invalid token',
      )
    case 'forbidden':
      return answer(403, 'ForbiddenException', `insufficient_scope: ${failure.scopes.join(', ')}`)
    case 'rate_limited':
      return answer(429, 'ThrottlerException', 'Too Many Requests')
    case 'unavailable':
      return answer(failure.status, 'InternalServerErrorException', 'Internal server error')
  }
}
