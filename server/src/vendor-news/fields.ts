import { isTimeZone } from '../scheduling/host-rules.ts'

/* Reading what vendors tell, of which nothing is certain. */

export const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

export function dateOf(value: unknown): Date | undefined {
  const at = typeof value === 'string' || typeof value === 'number' ? new Date(value) : undefined
  return at && !Number.isNaN(at.getTime()) ? at : undefined
}

export const emailOf = (text: string | undefined): string | undefined =>
  text && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? text : undefined

/** A time zone that a booking or a lead can have. */
export const zoneOf = (value: unknown): string | undefined =>
  typeof value === 'string' && isTimeZone(value) ? value : undefined
