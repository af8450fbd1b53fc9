const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

let known: Map<string, string> | undefined

/** The country in which a time zone's clocks are read, where there is one: Europe/Paris → FR. */
export function countryOf(timezone: string | undefined): string | undefined {
  if (timezone === undefined) return undefined
  known ??= zones()
  return known.get(timezone)
}

function zones(): Map<string, string> {
  const found = new Map<string, string>()
  for (const first of letters) {
    for (const second of letters) {
      const country = first + second
      for (const zone of new Intl.Locale(`und-${country}`).getTimeZones() ?? [])
        found.set(zone, found.get(zone) ?? country)
    }
  }
  return found
}
