/** Waits for the turn at a key among all processes of the hub, and gives it back when `run` has ended. */
export type Turns = <T>(key: string, run: () => Promise<T>) => Promise<T>

const lasts = new Map<string, Promise<unknown>>()

/**
 * Does things of one key one after another within this process: for vendors that cannot upsert, so that two calls at the same moment
 * do not both look, find nothing and create. Different keys do not wait for each other. A connector uses its context's `inTurn`, which
 * holds among all processes.
 */
export async function inTurn<T>(key: string, run: () => Promise<T>): Promise<T> {
  const before = lasts.get(key)
  const own = (async () => {
    // Whoever was before told its own caller of its failure.
    await before?.catch(() => {})
    return await run()
  })()
  lasts.set(key, own)
  try {
    return await own
  } finally {
    if (lasts.get(key) === own) lasts.delete(key)
  }
}
