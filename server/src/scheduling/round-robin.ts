/** What a host's turn depends on. */
export type Turn = {
  hostId: string
  /** A host of weight 2 is booked twice as often as one of weight 1. */
  weight: number
  lastBookedAt: number | null
  /** How many bookings the host ever got by turns. */
  turns: number
}

/**
 * The hosts in the order of their turns: longest since the last booking first, that time counted as often as the host's weight says.
 * A host who was never booked comes first. Where that decides nothing, fewest bookings for the weight, then the greater weight.
 */
export function inTurn(hosts: readonly Turn[], now: number): Turn[] {
  const waited = ({ lastBookedAt, weight }: Turn) =>
    lastBookedAt === null ? Number.POSITIVE_INFINITY : Math.max(0, now - lastBookedAt) * weight
  const compare = (one: Turn, other: Turn) => {
    const [mine, theirs] = [waited(one), waited(other)]
    if (mine !== theirs) return theirs > mine ? 1 : -1
    return (
      one.turns / one.weight - other.turns / other.weight ||
      other.weight - one.weight ||
      (one.hostId < other.hostId ? -1 : 1)
    )
  }
  return hosts.toSorted(compare)
}
