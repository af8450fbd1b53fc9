import { connect, isIP, type Socket } from 'node:net'
import { type AddressPolicy, checkAllowedRanges } from './addresses.ts'
import { judgedLookup, refusalOf } from './judged-lookup.ts'
import { cachedLookup, type Lookup, systemLookup } from './lookup.ts'

/** Opens a TCP connection. Rejects with an `AddressRefusedError`, or with the error of the system. */
export type Dial = (target: { host: string; port: number; timeoutMs: number; signal: AbortSignal }) => Promise<Socket>

/**
 * Creates the function by which protocols other than HTTP connect: to public addresses only, judged as `createSafeAgent` judges them,
 * and to the very addresses that were judged.
 */
export function createSafeDial(options: AddressPolicy & { lookup?: Lookup } = {}): Dial {
  const { allowLoopback = false, allow = [], lookup = systemLookup } = options
  checkAllowedRanges(allow)
  const policy = { allowLoopback, allow }
  const judged = judgedLookup(cachedLookup(lookup), policy)

  return async ({ host, port, timeoutMs, signal }) => {
    const name = host.replace(/^\[(.*)\]$/, '$1')
    // Node does not call `lookup` for a literal host.
    const refusal = isIP(name) ? refusalOf(name, [name], policy) : undefined
    if (refusal) throw refusal
    signal.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Socket>()
    const socket = connect({ host: name, port, lookup: judged })
    const timer = setTimeout(() => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs)
    const abort = () => socket.destroy(new Error('the connection was called off'))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', reject)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.off('error', reject)
    }
  }
}
