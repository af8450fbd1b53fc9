/** Cuts what flows in into pieces of this size, the last one shorter; one piece is in memory at a time. Nothing flows in: one empty piece. */
export async function* chunksOf(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let bytes = 0
  let count = 0
  for await (const piece of source) {
    for (let rest = piece; rest.length > 0; ) {
      const taken = rest.subarray(0, size - bytes)
      held.push(taken)
      bytes += taken.length
      rest = rest.subarray(taken.length)
      if (bytes < size) continue
      yield Buffer.concat(held, bytes)
      count += 1
      held = []
      bytes = 0
    }
  }
  if (bytes > 0 || count === 0) yield Buffer.concat(held, bytes)
}
