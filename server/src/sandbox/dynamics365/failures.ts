import { type Answer, type Failure, type RefusalError, refusal } from '../emulator.ts'

const body = (code: string, message: string) => ({ error: { code, message } })

/** Refuses as Dataverse does, in OData's shape. */
export const refused = (status: number, code: string, message: string): RefusalError =>
  refusal(status, body(code, message))

/** What is wrong with a query or a body. */
export const badRequest = (message: string): RefusalError => refused(400, '0x80060888', message)

const throttled: Record<string, { code: string; message: string }> = {
  requests: {
    code: '0x80072322',
    message: 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.',
  },
  time: {
    code: '0x80072321',
    message:
      'Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds.',
  },
  concurrent: { code: '0x80072326', message: 'Number of concurrent requests exceeded the limit of 52.' },
}

/** Every failure that all vendors share, in Dataverse's words. */
export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const [fault] = failure.faults
      return {
        status: 400,
        body: body('0x80060888', `${fault?.path ?? failure.part} ${fault?.message ?? 'is not valid'}`),
      }
    }
    case 'unreadable':
      return {
        status: 400,
        body: body('0x80048d19', `Error identified in Payload provided by the user: ${failure.message}`),
      }
    case 'unknown_path':
      return { status: 404, body: body('0x8006088a', `Resource not found for the segment '${failure.path}'.`) }
    case 'missing_record':
      return {
        status: 404,
        body: body('0x80040217', `Entity '${failure.type}' With Id = ${failure.id} Does Not Exist`),
      }
    case 'unauthorized':
      return {
        status: 401,
        body: '',
        headers: {
          'www-authenticate':
            'Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize,resource_id=https://sandbox.crm.dynamics.com/',
        },
      }
    case 'forbidden':
      return { status: 403, body: body('0x80072560', 'The user is not a member of the organization.') }
    case 'rate_limited': {
      const { code, message } = throttled[failure.limit ?? 'requests'] ?? throttled.requests!
      return {
        status: 429,
        body: body(code, message),
        headers: { 'retry-after': String(failure.retryAfterSeconds) },
      }
    }
    case 'unavailable':
      return { status: failure.status, body: body('0x80040216', 'An unexpected error occurred.') }
  }
}
