import { serve } from '../children.ts'

/** One library at work on trivial jobs, so that all are measured by the same code. */
export type Queue = {
  /** Adds so many jobs in one call. */
  add(count: number): Promise<unknown>
  /** How many jobs the library's own store still holds as not done. */
  open(): Promise<number>
  close(): Promise<unknown>
}

/** How many jobs run at a time, of every library. */
export const concurrency = 64

/**
 * Serves a queue to the bench: `start` makes it, with a function that its handler calls for each job; `measure` adds jobs in
 * batches while the worker runs, and answers the jobs a second from the first call to the last job's durable end.
 */
export function serveQueue(open: (where: string, done: () => void) => Promise<Queue>): void {
  let queue: Queue
  let done = 0
  serve({
    start: async (where: string) => {
      queue = await open(where, () => {
        done += 1
      })
    },
    measure: async ({ jobs, batch }: { jobs: number; batch: number }) => {
      done = 0
      const began = performance.now()
      for (let added = 0; added < jobs; added += batch) await queue.add(Math.min(batch, jobs - added))
      while (done < jobs || (await queue.open()) > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      return (jobs / (performance.now() - began)) * 1_000
    },
    close: () => queue.close(),
  })
}
