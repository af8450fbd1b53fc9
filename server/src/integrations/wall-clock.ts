/** The whole day of a date in a time zone, summer time and all; undefined where either is none. */
export function dayIn(date: string, timezone: string): { from: Date; to: Date } | undefined {
  try {
    const start = Temporal.PlainDate.from(date).toZonedDateTime(timezone)
    const instant = (moment: Temporal.ZonedDateTime) => new Date(moment.epochMilliseconds)
    return { from: instant(start), to: instant(start.add({ days: 1 })) }
  } catch {
    return undefined
  }
}

/** An instant from wall-clock words; undefined where they are none. */
export function instantIn(date: string, time: string, timezone: string): Date | undefined {
  try {
    const moment = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timezone)
    return new Date(moment.epochMilliseconds)
  } catch {
    return undefined
  }
}
