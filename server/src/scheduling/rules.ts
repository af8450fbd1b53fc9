import type { Span } from './spans.ts'

/** Part of a day by the wall clock, in minutes since midnight; 1,440 is its end. */
export type Hours = { from: number; to: number }

/** When a host can be booked. Everything about days and hours goes by the clock of the host's own zone. */
export type Rules = {
  /** IANA name. */
  timezone: string
  /** Seven days, Monday first; the hours of a day are in order and do not overlap. */
  weekly: readonly (readonly Hours[])[]
  /** Hours that replace those of the weekday, by days since 1 January 1970; none close the day. */
  overrides: ReadonlyMap<number, readonly Hours[]>
  outOfOffice: readonly Span[]
  slotMinutes: number
  /** From the start of one slot to that of the next. */
  stepMinutes: number
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  minimumNoticeMinutes: number
  /** How many days after today can be booked. */
  horizonDays: number
  maxPerDay: number | null
  maxPerWeek: number | null
}

/** What a booking or hold takes of a host: its own time, and that time with the buffers that it was made with. */
export type Taken = Span & { blockedFrom: number; blockedTo: number }

/** Why a time cannot be booked. */
export type Problem =
  | 'off_grid'
  | 'too_soon'
  | 'too_far'
  | 'closed'
  | 'out_of_office'
  | 'taken'
  | 'busy'
  | 'day_full'
  | 'week_full'
