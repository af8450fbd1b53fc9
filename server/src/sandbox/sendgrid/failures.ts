import { type Answer, type Failure, refusal } from '../emulator.ts'

const body = (message: string, field: string | null = null) => ({ errors: [{ message, field }] })
/** Refuses in SendGrid's shape. */
export const refused = (status: number, message: string, field: string | null = null) =>
  refusal(status, body(message, field))

/** Every failure that all vendors share, in SendGrid's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid':
      return {
        status: 400,
        body: {
          errors: failure.faults.map(({ path, keyword, message }) => ({
            message:
              keyword === 'additionalProperties'
                ? 'Additional property is not allowed'
                : keyword === 'required'
                  ? `${path} is required`
                  : `Invalid value: ${message}`,
            field: path,
          })),
        },
      }
    case 'unreadable':
      return { status: 400, body: body(`Bad Request: ${failure.message}`) }
    case 'missing_record':
      return { status: 404, body: body(`${failure.type} not found`) }
    case 'unauthorized':
      return { status: 401, body: body('The provided authorization grant is invalid, expired, or revoked') }
    case 'forbidden':
      return { status: 403, body: body('access forbidden') }
    case 'rate_limited':
      return {
        status: 429,
        body: body('too many requests'),
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: body('An error has occurred.') }
    case 'unknown_path':
      return { status: 404, body: body('not found') }
  }
}
