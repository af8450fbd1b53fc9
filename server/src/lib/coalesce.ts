/**
 * Lets requests that want the same reading share it. Whoever comes while one runs waits for the next, which has not begun: what was written
 * before a request came is always seen by it.
 */
export function createCoalescer() {
  const lanes = new Map<string, { running: Promise<unknown>; next: Promise<unknown> | undefined }>()

  function begin<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
    const running = read()
    const lane = { running, next: undefined }
    lanes.set(key, lane)
    const leave = () => {
      if (lanes.get(key) === lane && lane.next === undefined) lanes.delete(key)
    }
    running.then(leave, leave)
    return running
  }

  return function shared<Value>(key: string, read: () => Promise<Value>): Promise<Value> {
    const lane = lanes.get(key)
    if (!lane) return begin(key, read)
    lane.next ??= lane.running.then(
      () => begin(key, read),
      () => begin(key, read),
    )
    return lane.next as Promise<Value>
  }
}
