import { randomUUID } from 'node:crypto'
import { type Answer, type Failure, refusal } from '../emulator.ts'

type Detail = { message: string; code?: string; in?: string; context?: Record<string, string[]> }
type More = { errors?: Detail[]; context?: Record<string, string[]>; subCategory?: string }

const body = (category: string, message: string, more: More = {}) => ({
  status: 'error',
  message,
  correlationId: randomUUID(),
  category,
  ...more,
})

/** Refuses in HubSpot's shape. */
export const refused = (status: number, category: string, message: string, more: More = {}) =>
  refusal(status, body(category, message, more))

/** A property whose value HubSpot does not take. */
export type PropertyFault = { name: string; code: string; message: string }

export const propertyMessage = (faults: readonly PropertyFault[]): string =>
  `Property values were not valid: ${JSON.stringify(
    faults.map(({ name, code, message }) => ({ isValid: false, message, error: code, name })),
  )}`

export const invalidProperties = (faults: readonly PropertyFault[]) =>
  refused(400, 'VALIDATION_ERROR', propertyMessage(faults), {
    errors: faults.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  })

/** Every failure that all vendors share, in HubSpot's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [first] = failure.faults
      const errors = failure.faults.map(({ path, message }) => ({ message: `${path} ${message}`, in: path }))
      const message = `Invalid input JSON: ${first?.path ?? ''} ${first?.message ?? ''}`
      return { status: 400, body: body('VALIDATION_ERROR', message, { errors }) }
    }
    case 'unreadable':
      return { status: 400, body: body('VALIDATION_ERROR', `Invalid input JSON: ${failure.message}`) }
    case 'unknown_path':
      return { status: 404, body: body('OBJECT_NOT_FOUND', `No resource at ${failure.method} ${failure.path}`) }
    case 'missing_record':
      return { status: 404, body: body('OBJECT_NOT_FOUND', 'resource not found') }
    case 'unauthorized': {
      const [category, message] =
        failure.reason === 'expired'
          ? ['EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired']
          : ['INVALID_AUTHENTICATION', 'Authentication credentials not found']
      return { status: 401, body: body(category ?? '', message ?? '') }
    }
    case 'forbidden': {
      const message = "This app hasn't been granted all required scopes to make this call."
      const errors = [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: failure.scopes },
        },
      ]
      return { status: 403, body: body('MISSING_SCOPES', message, { errors }) }
    }
    case 'rate_limited': {
      const policy = failure.limit === 'search' ? 'SECONDLY' : 'TEN_SECONDLY_ROLLING'
      const message = `You have reached your ${policy.toLowerCase()} limit.`
      return {
        status: 429,
        body: { ...body('RATE_LIMITS', message), errorType: 'RATE_LIMIT', policyName: policy },
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    }
    case 'unavailable':
      return { status: failure.status, body: body('INTERNAL_ERROR', 'internal error') }
  }
}
