/**
 * Waits for the work, but no longer than that. Answers whether it ended; what goes on afterwards fails unheard.
 * @throws what the work threw in time
 */
export async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(() => resolve(false), ms)
  try {
    // A race subscribes to both, so a rejection that comes late is not taken for one that nobody handles.
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
