import dns from 'node:dns/promises'
import { LRUCache } from 'lru-cache'

/** Answers all addresses of a name, IPv4 and IPv6, or throws the resolver's error. */
export type Lookup = (hostname: string) => Promise<string[]>

/** Asks the resolver of the system, hosts file included: the answers that a plain connection would use. */
export const systemLookup: Lookup = async (hostname) =>
  (await dns.lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address)

/**
 * Remembers answers for `ttlMs` and lets concurrent questions about one name share one answer, because many
 * connections to one host open at once and getaddrinfo holds one of libuv's few threads each.
 * Failures are not remembered.
 */
export function cachedLookup(lookup: Lookup, { ttlMs = 5_000, max = 10_000 } = {}): Lookup {
  const answers = new LRUCache<string, Promise<string[]>>({ ttl: ttlMs, max })
  return (hostname) => {
    const known = answers.get(hostname)
    if (known) return known
    const answer = lookup(hostname)
    answers.set(hostname, answer)
    answer.catch(() => {
      if (answers.peek(hostname) === answer) answers.delete(hostname)
    })
    return answer
  }
}
