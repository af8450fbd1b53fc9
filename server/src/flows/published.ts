import type { Db } from '../db/database.ts'
import type { Engine, PublishedEvent } from '../engine/types.ts'

/** An event that a transaction published. */
export type Published = Pick<PublishedEvent, 'id' | 'type' | 'deliveries'> & { payload: unknown }

export type WatchedEngine = Engine & {
  /** Everything that this transaction has published so far, by whichever part of the hub, first things first. */
  publishedIn(tx: Db): readonly Published[]
}

/** The same engine, which remembers what each transaction published until that has ended: a flow tells of all that it caused. */
export function watchPublishing(engine: Engine): WatchedEngine {
  const published = new WeakMap<Db, Published[]>()
  return {
    ...engine,
    async publish(tx, workspaceId, events) {
      const stored = await engine.publish(tx, workspaceId, events)
      const before = published.get(tx) ?? []
      before.push(
        ...stored.map(({ id, type, deliveries }, index) => ({ id, type, deliveries, payload: events[index]!.payload })),
      )
      published.set(tx, before)
      return stored
    },
    publishedIn: (tx) => published.get(tx) ?? [],
  }
}
