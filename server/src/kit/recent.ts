import { LRUCache } from 'lru-cache'

/** The records an integration made a moment ago, by what they are recognised by. */
export type Recent = {
  get(key: string): string | undefined
  note(key: string, externalId: string): void
}

/** By then every vendor's search knows what was made. */
const ttl = 5 * 60_000
const made = new LRUCache<string, string>({ max: 20_000, ttl })

/**
 * Remembers what an integration made: searches of some vendors find it only seconds later, and whoever looked for it in between would make it
 * once more. It is known within this process alone, and may have been deleted since, so a connector asks the vendor for it by its id.
 */
export const recentOf = (integrationId: string): Recent => ({
  get: (key) => made.get(`${integrationId}/${key}`),
  note: (key, externalId) => {
    made.set(`${integrationId}/${key}`, externalId)
  },
})
