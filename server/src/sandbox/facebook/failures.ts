import { type Answer, type Failure, refusal } from '../emulator.ts'

type More = { subcode?: number; transient?: boolean; words?: string; status?: number; headers?: Record<string, string> }

/** A failure as the Graph API writes it. */
export function graphError(message: string, code: number, more: More = {}, type = 'OAuthException'): Answer {
  const { subcode, transient, words, status = 400, headers } = more
  return {
    status,
    body: {
      error: {
        ...{ message, type, code },
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        ...(transient === undefined ? {} : { is_transient: transient }),
        ...(words === undefined ? {} : { error_user_title: 'Invalid parameter', error_user_msg: words }),
        fbtrace_id: 'Asandboxsandboxsandbox0',
      },
    },
    ...(headers ? { headers } : {}),
  }
}

export function refused(message: string, code: number, more: More = {}, type?: string) {
  const { status, body, headers } = graphError(message, code, more, type)
  return refusal(status, body, headers)
}

export const noSuch = (id: string, method = 'get') =>
  refused(
    `Unsupported ${method} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    100,
    { subcode: 33 },
    'GraphMethodException',
  )

const deadToken = { unknown: undefined, expired: 463, revoked: 460 } as const

export function refuse(failure: Failure): Answer {
  switch (failure.kind) {
    case 'invalid': {
      const what = failure.faults.map(({ path, message }) => `Param ${path} ${message}`).join('; ')
      return graphError(`(#100) ${what}`, 100)
    }
    case 'unreadable':
      return graphError(`(#100) ${failure.message}`, 100)
    case 'unknown_path':
      return graphError(`Unknown path components: ${failure.path}`, 2500)
    case 'missing_record':
      return graphError(`(#803) Some of the aliases you requested do not exist: ${failure.id}`, 803)
    case 'unauthorized': {
      const { reason } = failure
      if (reason === 'missing')
        return graphError('An access token is required to request this resource.', 104, { status: 401 })
      const subcode = deadToken[reason]
      const why = reason === 'unknown' ? 'Cannot parse access token' : `The session was ${reason}`
      return graphError(`Invalid OAuth access token - ${why}`, 190, {
        ...{ status: 401 },
        ...(subcode === undefined ? {} : { subcode }),
      })
    }
    case 'forbidden':
      return graphError(`(#200) Requires ${failure.scopes.join(', ')} permission to manage the object`, 200, {
        status: 403,
      })
    case 'rate_limited': {
      const minutes = Math.ceil(failure.retryAfterSeconds / 60)
      const use = {
        type: 'leadgen',
        call_count: 100,
        total_cputime: 1,
        total_time: 1,
        estimated_time_to_regain_access: minutes,
      }
      return graphError('(#80005) There have been too many leadgen api calls to this Page account.', 80_005, {
        headers: { 'x-business-use-case-usage': JSON.stringify({ '100000000000001': [use] }) },
      })
    }
    case 'unavailable':
      return graphError('An unexpected error has occurred. Please retry your request later.', 2, {
        transient: true,
        status: failure.status,
      })
  }
}
