/**
 * Waits until the check answers something other than undefined or false, and gives it back.
 * For states that nothing announces, such as a row another process writes.
 * @throws Error after thirty seconds, naming what was waited for
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + 30_000
  for (;;) {
    const found = await check()
    if (found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`waited thirty seconds for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
