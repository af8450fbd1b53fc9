import { type Answer, type Failure, refusal } from '../emulator.ts'

type Facts = { code?: string; param?: string; type?: string }
const body = (message: string, { type = 'invalid_request_error', ...facts }: Facts = {}) => ({
  error: { message, type, ...facts },
})

/** Refuses in Stripe's shape (https://docs.stripe.com/api/errors). */
export const refused = (status: number, message: string, facts: Facts = {}) => refusal(status, body(message, facts))

/** What a parameter names is not there. */
export const noSuch = (type: string, id: string, param = 'id') =>
  refused(param === 'id' ? 404 : 400, `No such ${type}: '${id}'`, { code: 'resource_missing', param })

/** Every failure that all vendors share, in Stripe's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [{ path, keyword, message } = { path: '', keyword: '', message: 'is not valid' }] = failure.faults
      const [first = '', ...rest] = path.split('.')
      const param = first + rest.map((step) => `[${step}]`).join('')
      if (keyword === 'additionalProperties')
        return { status: 400, body: body(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param }) }
      if (keyword === 'required')
        return { status: 400, body: body(`Missing required param: ${param}.`, { code: 'parameter_missing', param }) }
      return { status: 400, body: body(`Invalid ${param}: ${message}`, { param }) }
    }
    case 'unreadable':
      return { status: 400, body: body(failure.message) }
    case 'missing_record':
      return {
        status: 404,
        body: body(`No such ${failure.type}: '${failure.id}'`, { code: 'resource_missing', param: 'id' }),
      }
    case 'unauthorized':
      return {
        status: 401,
        body: body(failure.reason === 'missing' ? 'You did not provide an API key.' : 'Invalid API Key provided.'),
      }
    case 'forbidden':
      return { status: 403, body: body('The provided key does not have the required permissions for this endpoint.') }
    case 'rate_limited':
      return {
        status: 429,
        body: body('Request rate limit exceeded.', { code: 'rate_limit' }),
        headers: { 'stripe-rate-limited-reason': 'global-rate', 'retry-after': String(failure.retryAfterSeconds) },
      }
    case 'unavailable':
      return { status: failure.status, body: body('Stripe has a problem.', { type: 'api_error' }) }
    case 'unknown_path':
      return { status: 404, body: body(`Unrecognized request URL (${failure.method}: ${failure.path}).`) }
  }
}
