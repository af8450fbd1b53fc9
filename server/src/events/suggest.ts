/** The known name that a misspelt one probably means; undefined where nothing is close. */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  const wanted = simplify(name)
  // A third of the letters may be wrong; beyond that a suggestion would be a guess.
  let closest = Math.floor(wanted.length / 3) + 1
  let best: string | undefined
  for (const candidate of known) {
    const distance = editDistance(wanted, simplify(candidate), closest)
    if (distance < closest) {
      closest = distance
      best = candidate
    }
  }
  return best
}

const simplify = (name: string) =>
  name
    .slice(0, 128)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

/** Levenshtein's distance; what reaches `limit` is not told apart. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1))
    }
    previous = current
  }
  return previous[to.length]!
}
