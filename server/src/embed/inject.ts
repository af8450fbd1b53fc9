import type { InjectOptions } from 'fastify'
import type { Server } from '../api/server.ts'

/** A `fetch` whose requests are answered by this server without a socket. It knows text bodies, which is all that the SDK sends. */
export function fetchInside(server: Server): typeof globalThis.fetch {
  return async (input, init = {}) => {
    const request = input instanceof Request ? input : undefined
    const url = new URL(request ? request.url : String(input))
    const body = init.body ?? (request?.body ? await request.text() : undefined)
    if (body !== undefined && body !== null && typeof body !== 'string') {
      throw new TypeError('Requests within the process take a string as body.')
    }
    init.signal?.throwIfAborted()
    const answer = await server.inject({
      method: (init.method ?? request?.method ?? 'GET') as InjectOptions['method'],
      url: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init.headers ?? request?.headers)),
      ...(typeof body === 'string' ? { payload: body } : {}),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(answer.headers)) {
      for (const one of [value ?? []].flat()) headers.append(name, String(one))
    }
    // The Fetch standard allows no body with these.
    const isEmpty = answer.statusCode === 204 || answer.statusCode === 304
    return new Response(isEmpty ? null : new Uint8Array(answer.rawPayload), { status: answer.statusCode, headers })
  }
}
