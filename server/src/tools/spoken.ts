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
 * Reads a day: `2026-02-20`, `tomorrow morning`, `Monday`, `next Friday`, `Tuesday next week`, `in two weeks`, `the 5th`, `February 20th`, `2/20`. What
 * names no month or year is the next such day. Undefined where it is none.
 */
export function readDay(text: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const said = text
    .trim()
    .toLowerCase()
    .replace(/[,.]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^(on|the|for) /, '')
    .replace(/(?<=.) (in the )?(morning|afternoon|evening|night)$/, '')
  if (said === 'today' || said === 'tonight') return today
  if (said === 'tomorrow') return today.add({ days: 1 })
  if (said === 'the day after tomorrow' || said === 'day after tomorrow') return today.add({ days: 2 })
  const [, count, unit] =
    /^in (\d{1,3}|an?|[a-z]+) (day|week)s?$/.exec(said) ??
    /^(an?|[a-z]+) (day|week)s? from (?:today|now)$/.exec(said) ??
    []
  const ahead = count === undefined ? 0 : countOf(count)
  if (ahead > 0) return today.add({ days: unit === 'week' ? ahead * 7 : ahead })
  const [iso] = /^\d{4}-\d{1,2}-\d{1,2}/.exec(said) ?? []
  if (iso !== undefined) {
    const [year = 0, month = 0, day = 0] = iso.split('-').map(Number)
    return dateOf(year, month, day)
  }
  return weekdayIn(said, today) ?? monthDayIn(said, today)
}

/** `monday` and `this monday` are the next one that is not today; `next monday` is that of the week after where today's week still has one. */
function weekdayIn(said: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const [, , nameOfNext] = /^(next week )?([a-z]+)(?:(?: of)? next week)?$/.exec(said) ?? []
  const isNextWeek = said.includes('next week')
  const [, how, name = ''] = isNextWeek
    ? [said, '', nameOfNext]
    : (/^(next |this coming |this |coming )?([a-z]+)$/.exec(said) ?? [])
  const wanted = name.length < 3 ? -1 : weekdays.findIndex((day) => day.startsWith(name))
  if (wanted < 0) return undefined
  if (isNextWeek) return today.add({ days: 8 - today.dayOfWeek + wanted })
  const ahead = (wanted + 1 - today.dayOfWeek + 7) % 7 || 7
  const isThisWeek = today.dayOfWeek + ahead <= 7
  return today.add({ days: how === 'next ' && isThisWeek ? ahead + 7 : ahead })
}

function monthDayIn(said: string, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  const withoutWeekday = said.replace(/^(mon|tue|wed|thu|fri|sat|sun)[a-z]* /, '').replace(/^the /, '')
  const [, dayOnly] = /^(\d{1,2})(?:st|nd|rd|th)(?: of (?:the|this) month)?$/.exec(withoutWeekday) ?? []
  if (dayOnly !== undefined) return nextDayOfMonth(Number(dayOnly), today)
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

/** The next day of this number, in a month that has one. */
function nextDayOfMonth(day: number, today: Temporal.PlainDate): Temporal.PlainDate | undefined {
  for (let month = today.toPlainYearMonth(), tries = 0; tries < 3; month = month.add({ months: 1 }), tries++) {
    const found = dateOf(month.year, month.month, day)
    if (found && Temporal.PlainDate.compare(found, today) >= 0) return found
  }
  return undefined
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
 * Reads a time of day: `14:00`, `2:30 pm`, `2.30 pm`, `1430`, `half past two`, `quarter to three`, `two thirty`, `noon`, `9 o'clock in the morning`. A bare
 * hour from 1 to 7 is in the afternoon, as nobody books in the night. Undefined where it is none.
 */
export function readTime(text: string): Temporal.PlainTime | undefined {
  const said = text.trim().toLowerCase().replace(/\./g, '').replace(/\s+/g, ' ').replace(/^at /, '')
  if (Object.hasOwn(named, said)) return Temporal.PlainTime.from(named[said]!)
  const digits = said
    .replace(/^\d{4}-\d{2}-\d{2}[t ]/, '')
    .replace(/[a-z]+/g, (word) => (numberOf(word) > 0 ? String(numberOf(word)) : word))
    .replace(/^(?:a )?(half|quarter) past (\d{1,2})/, (_, part, hour) => `${hour}:${part === 'half' ? 30 : 15}`)
    .replace(/^(?:a )?quarter (?:to|before) (\d{1,2})/, (_, hour) => `${Number(hour) - 1 || 12}:45`)
    .replace(
      /^(\d{1,2}) (fifteen|thirty|forty-? ?(?:five|5))/,
      (_, hour, minutes) => `${hour}:${minuteWords[minutes.slice(0, 2)]}`,
    )
    .replace(/^(\d{1,2})(\d{2})(?=$| |[ap]m)/, '$1:$2')
    .replace(/^12 ?(noon|midday)$/, '12:00')
  const [, hourText, minuteText = '0', rest = ''] = /^(\d{1,2})(?:[:h](\d{2}))?(?::\d{2})?\s*(.*)$/.exec(digits) ?? []
  if (hourText === undefined) return undefined
  const isExact = /^\d{2}:/.test(digits)
  const tail = rest.replace(/^o'?clock ?/, '')
  const isPm = /^(pm|p m|in the afternoon|in the evening|at night|tonight|this (?:afternoon|evening))$/.test(tail)
  const isAm = /^(am|a m|in the morning|this morning)$/.test(tail)
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
const minuteWords: Readonly<Record<string, number>> = { fi: 15, th: 30, fo: 45 }
/** `3`, `three`, `a`; 0 where it is no count. */
const countOf = (text: string): number => (/^an?$/.test(text) ? 1 : numberOf(text) || Number(text) || 0)

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
