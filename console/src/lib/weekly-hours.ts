export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export type Weekday = (typeof weekdays)[number]
export type Hours = { from: string; to: string }[]

/** Hours of a day as people write them: `09:00–12:00, 13:00–17:00`. */
export const printHours = (hours: Hours): string => hours.map(({ from, to }) => `${from}–${to}`).join(', ')

/** Reads what `printHours` writes, and what people write: `9-12, 13:30 - 17`. @throws TypeError naming what is not understood */
export function parseHours(text: string): Hours {
  return text
    .split(/[,;\n]/)
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => {
      const found = /^(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?$/.exec(entry)
      const from = found && clock(found[1]!, found[2])
      const to = found && clock(found[3]!, found[4])
      if (!from || !to || from >= to) throw new TypeError(`“${entry}” are no hours. Write them like 09:00–12:30.`)
      return { from, to }
    })
}

function clock(hour: string, minute = '00'): string | undefined {
  const isTime = Number(hour) < 24 ? Number(minute) < 60 : Number(hour) === 24 && minute === '00'
  return isTime ? `${hour.padStart(2, '0')}:${minute}` : undefined
}
