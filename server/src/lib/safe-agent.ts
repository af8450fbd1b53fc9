import { isIP } from 'node:net'
import { Agent, buildConnector, Client, type Dispatcher, Pool } from 'undici'
import { type AddressPolicy, checkAllowedRanges } from './addresses.ts'
import { judgedLookup, refusalOf } from './judged-lookup.ts'
import { cachedLookup, type Lookup, systemLookup } from './lookup.ts'

export type SafeAgentOptions = AddressPolicy & {
  /** Covers name resolution, TCP and TLS. Default: 5,000. */
  connectTimeoutMs?: number
  /** Default: 32. */
  maxConnectionsPerOrigin?: number
  /**
   * How long an idle connection is kept, unless the receiver's `Keep-Alive` header says less. Default: 4,000, which is
   * below the 5 s after which common servers close, so that a request rarely meets a connection on its way down.
   */
  keepAliveMs?: number
  /** All addresses of a name. Default: the resolver of the system. Answers are kept for 5 s. */
  lookup?: Lookup
}

/**
 * Creates an undici agent that reaches public addresses only. Every address is judged when a connection opens:
 * a literal host as it stands, a name by all of its answers, of which one bad one refuses the host. The socket then
 * goes to the addresses just judged, so a name cannot be re-pointed in between. Requests on an open connection cost
 * nothing extra. Redirects are never followed, HTTP/2 is not offered.
 */
export function createSafeAgent(options: SafeAgentOptions = {}): Agent {
  const { allowLoopback = false, allow = [], connectTimeoutMs = 5_000, maxConnectionsPerOrigin = 32 } = options
  const { keepAliveMs = 4_000, lookup = systemLookup } = options
  checkAllowedRanges(allow)
  const policy = { allowLoopback, allow }

  const connectJudged = buildConnector({
    allowH2: false,
    timeout: connectTimeoutMs,
    lookup: judgedLookup(cachedLookup(lookup), policy),
  })
  const connect: buildConnector.connector = (target, callback) => {
    // Node does not call `lookup` for a literal host.
    const refusal = isIP(target.hostname) ? refusalOf(target.hostname, [target.hostname], policy) : undefined
    if (refusal) queueMicrotask(() => callback(refusal, null))
    else connectJudged(target, callback)
  }

  return new Agent({
    connect,
    connections: maxConnectionsPerOrigin,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    // Given to the pool rather than to the agent, which would build a longer key for every request.
    factory: (origin, poolOptions) =>
      new Pool(origin, { ...poolOptions, allowH2: false, factory: (url, client) => new SteadyClient(url, client) }),
  })
}

/**
 * When a request is invalid (a line break in a header, a space in the path), undici's Client answers false as if it were
 * busy, and the Pool waits forever for its `drain`: as many such requests as it has connections would silence an origin.
 */
class SteadyClient extends Client {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, handler) || this.stats.size === 0
  }
}
