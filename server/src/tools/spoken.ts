/** What people and voice models call days and times, as days and times. */

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const named: Record<string, string> = { noon: '12:00', midday: '12:00', midnight: '00:00' }

/**
 * Reads a day: `2026-02-20`, `tomorrow`, `Monday`, `next Friday`, `February 20th`, `20 Feb`, `2/20`. What names no year is the next such day.
 * Undefined where it is none.
 */
export function readDay(text: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/[,.]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^on |^the /, '')
  if (said === 'today' || said === 'tonight') return today
  if (said === 'tomorrow') return today.add({ days: 1 })
  if (said === 'the day after tomorrow' || said === 'day after tomorrow') return today.add({ days: 2 })
  const [, days] = /^in (\d{1,3}) days?$/.exec(said) ?? []
  if (days !== undefined) return today.add({ days: Number(days) })
  const [iso] = /^\d{4}-\d{1,2}-\d{1,2}/.exec(said) ?? []
  if (iso !== undefined) {
    const [year = 0, month = 0, day = 0] = iso.split('-').map(Number)
    return dateOf(year, month, day)
  }
  return weekdayIn(said, today) ?? monthDayIn(said, today)
}

/** `monday` and `this monday` are the next one that is not today; `next monday` is that of the week after where today's week still has one. */
function weekdayIn(said: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const [, how, name = ''] = /^(next |this |coming )?([a-z]+)$/.exec(said) ?? []
  const wanted = name.length < 3 ? -1 : weekdays.findIndex((day) => day.startsWith(name))
  if (wanted < 0) return undefined
  const ahead = (wanted + 1 - today.dayOfWeek + 7) % 7 || 7
  const isThisWeek = today.dayOfWeek + ahead <= 7
  return today.add({ days: how === 'next ' && isThisWeek ? ahead + 7 : ahead })
}

function monthDayIn(said: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const withoutWeekday = said.replace(/^(mon|tue|wed|thu|fri|sat|sun)[a-z]* /, '')
  const [, number, monthText, yearText] =
    /^(\d{1,2})(?:st|nd|rd|th)?(?: of)? ([a-z]{3,9})(?: (\d{4}))?$/.exec(withoutWeekday) ??
    swapped(/^([a-z]{3,9}) (?:the )?(\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?$/.exec(withoutWeekday)) ??
    swapped(/^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}))?$/.exec(withoutWeekday)) ??
    []
  if (number === undefined || monthText === undefined) return undefined
  const month = /^\d/.test(monthText) ? Number(monthText) : months.findIndex((name) => name.startsWith(monthText)) + 1
  if (yearText !== undefined) return dateOf(Number(yearText), month, Number(number))
  const own = dateOf(today.year, month, Number(number))
  if (own && Temporal.PlainDate.compare(own, today) >= 0) return own
  return dateOf(today.year + 1, month, Number(number))
}

const swapped = (match: RegExpExecArray | null) => match && [match[0], match[2], match[1], match[3]]

function dateOf(year: number, month: number, day: number): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' })
  } catch {
    return undefined
  }
}

/**
 * Reads a time of day: `14:00`, `2:30 pm`, `2 PM`, `half past two`, `noon`, `9 o'clock in the morning`. A bare hour from 1 to 7 is in the
 * afternoon, as nobody books in the night. Undefined where it is none.
 */
export function readTime(text: string): Temporal.PlainTime | undefined {
  const said = text.trim().toLowerCase().replace(/\./g, '').replace(/\s+/g, ' ').replace(/^at /, '')
  if (Object.hasOwn(named, said)) return Temporal.PlainTime.from(named[said]!)
  const words = said.replace(/^half past ([a-z]+|\d{1,2})/, '$1:30').replace(/^quarter past ([a-z]+|\d{1,2})/, '$1:15')
  const digits = words.replace(/^(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b/, (word) =>
    String(numberOf(word)),
  )
  const [, hourText, minuteText = '0', rest = ''] = /^(\d{1,2})(?:[:h](\d{2}))?(?::\d{2})?\s*(.*)$/.exec(digits) ?? []
  if (hourText === undefined) return undefined
  const isExact = /^\d{2}:/.test(digits)
  const tail = rest.replace(/^o'?clock ?/, '')
  const isPm = /^(pm|p m|in the afternoon|in the evening|tonight)$/.test(tail)
  const isAm = /^(am|a m|in the morning)$/.test(tail)
  if (tail !== '' && !isPm && !isAm) return undefined
  const hour = Number(hourText)
  if ((isPm || isAm) && (hour < 1 || hour > 12) && !(isPm && hour < 24 && hour > 12)) return undefined
  const twelve = isPm && hour < 12 ? hour + 12 : isAm && hour === 12 ? 0 : hour
  const isBare = !isPm && !isAm && !isExact && hour >= 1 && hour <= 7
  try {
    return Temporal.PlainTime.from(
      { hour: isBare ? hour + 12 : twelve, minute: Number(minuteText) },
      { overflow: 'reject' },
    )
  } catch {
    return undefined
  }
}

const numberWords = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const numberOf = (word: string): number => numberWords.indexOf(word) + 1

/** `Tuesday, May 5 at 10:00 AM`, to be spoken. */
export function spoken(at: Date, timezone: string): string {
  const day = new Intl.DateTimeFormat('en-US', { timeZone: timezone, weekday: 'long', month: 'long', day: 'numeric' })
  return `${day.format(at)} at ${spokenTime(at, timezone)}`
}

const spokenTime = (at: Date, timezone: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone: timezone, hour: 'numeric', minute: '2-digit' })
    .format(at)
    .replace(/\u202f/g, ' ')

/** Some times as a sentence's end: `9:00 AM, 9:30 AM or 10:00 AM`, with their days where those differ. */
export function spokenChoices(times: readonly Date[], timezone: string, isOneDay: boolean): string {
  const words = times.map((at) => (isOneDay ? spokenTime(at, timezone) : spoken(at, timezone)))
  const last = words.pop() ?? ''
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`
}
