import type { Detail } from '../api/errors.ts'
import type { HostRow } from './host-queries.ts'
import type { Hours, Rules } from './rules.ts'
import { type HostChanges, weekdays } from './schema.ts'
import { dayOf } from './wall-clock.ts'

type Written = { from: string; to: string }[]

/** The rules of a host, ready to work with. */
export function rulesOf(row: HostRow): Rules {
  const { timezone, weekly, overrides, outOfOffice } = row
  return {
    timezone,
    weekly: weekdays.map((name) => hoursOf(weekly[name] ?? [])),
    overrides: new Map(overrides.map(({ date, hours }) => [dayOf(date), hoursOf(hours)])),
    outOfOffice: outOfOffice.map(({ from, to }) => ({ from: Date.parse(from), to: Date.parse(to) })),
    slotMinutes: row.slotMinutes,
    stepMinutes: row.stepMinutes,
    bufferBeforeMinutes: row.bufferBeforeMinutes,
    bufferAfterMinutes: row.bufferAfterMinutes,
    minimumNoticeMinutes: row.minimumNoticeMinutes,
    horizonDays: row.horizonDays,
    maxPerDay: row.maxPerDay,
    maxPerWeek: row.maxPerWeek,
  }
}

const hoursOf = (hours: Written): Hours[] =>
  hours
    .map(({ from, to }) => ({ from: minutesOf(from), to: minutesOf(to) }))
    .sort((one, other) => one.from - other.from)

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

/** Whether the text names a time zone. An offset is none: it does not know when the clock changes. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    return new Temporal.ZonedDateTime(0n, name) !== undefined
  } catch {
    return false
  }
}

/** What is wrong with rules that the schema let through. */
export function faultsOfRules(given: HostChanges): Detail[] {
  const faults: Detail[] = []
  const fault = (field: string, message: string) => void faults.push({ field: `body.${field}`, message })
  if (given.timezone !== undefined && !isTimeZone(given.timezone))
    fault('timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
  for (const [name, hours = []] of Object.entries(given.weekly ?? {})) faultsOfHours(hours, `weekly.${name}`, fault)
  const dates = new Set<string>()
  for (const [index, { date, hours }] of (given.overrides ?? []).entries()) {
    if (!isDate(date)) fault(`overrides[${index}].date`, 'must be a date such as 2026-02-20')
    if (dates.has(date)) fault(`overrides[${index}].date`, 'is there twice')
    dates.add(date)
    faultsOfHours(hours, `overrides[${index}].hours`, fault)
  }
  for (const [index, { from, to }] of (given.outOfOffice ?? []).entries()) {
    // Written so that a time that is none is found, too.
    if (!(Date.parse(from) < Date.parse(to))) fault(`outOfOffice[${index}].to`, 'must be a time after from')
  }
  return faults
}

function faultsOfHours(hours: Written, field: string, fault: (field: string, message: string) => void): void {
  const ordered = hoursOf(hours)
  for (const [index, { from, to }] of ordered.entries()) {
    if (from >= to) fault(`${field}`, 'must end after they begin; hours past midnight are two, one of each day')
    else if (index > 0 && ordered[index - 1]!.to > from) fault(field, 'must not overlap')
  }
}

function isDate(text: string): boolean {
  try {
    return dayOf(text) > -1_000_000
  } catch {
    return false
  }
}
