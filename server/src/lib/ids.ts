import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const pool = Buffer.allocUnsafe(8 * 1024)
let used = pool.length

let lastTime = 0
let sequence = 0

/**
 * Makes a UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, a 12-bit counter that keeps the ids of one
 * process in the order they were made, 62 random bits. A clock that steps back does not step the ids back by more than it did.
 */
export function newId(clock: Clock): string {
  let time = clock.now()
  if (time === lastTime) {
    sequence += 1
    // The counter's 4,096 ids of this millisecond are used up: borrow from the next, as RFC 9562 section 6.2 allows.
    if (sequence > 0xfff) {
      time = lastTime += 1
      sequence = 0
    }
  } else if (time < lastTime && lastTime - time < 1_000) {
    time = lastTime
    sequence = (sequence + 1) & 0xfff
    if (sequence === 0) time = lastTime += 1
  } else {
    lastTime = time
    sequence = 0
  }
  if (used + 8 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const r = pool
  const o = used
  used += 8
  const high = Math.floor(time / 0x10000)
  const low = time & 0xffff
  return `${hex[(high >>> 24) & 255]}${hex[(high >>> 16) & 255]}${hex[(high >>> 8) & 255]}${hex[high & 255]}-${hex[low >>> 8]}${hex[low & 255]}-${hex[0x70 | (sequence >>> 8)]}${hex[sequence & 255]}-${hex[0x80 | (r[o]! & 0x3f)]}${hex[r[o + 1]!]}-${hex[r[o + 2]!]}${hex[r[o + 3]!]}${hex[r[o + 4]!]}${hex[r[o + 5]!]}${hex[r[o + 6]!]}${hex[r[o + 7]!]}`
}

/** The time within a UUID of version 7, in epoch milliseconds. */
export const timeOfId = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** The smallest UUID of version 7 that could have been made at the time, for ranges of ids. */
export function firstIdAt(time: number): string {
  const digits = Math.max(0, Math.floor(time)).toString(16).padStart(12, '0')
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-0000-0000-000000000000`
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Answers whether the text is a UUID in the lower-case form that the hub writes. */
export const isId = (text: string): boolean => uuid.test(text)
