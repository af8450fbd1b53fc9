import type { FastifyRequest } from 'fastify'
import { needZone } from './zones.ts'

/** What a client prefers (https://learn.microsoft.com/graph/api/calendar-list-calendarview#request-headers). */
export type Preferences = { timeZone: string; isImmutable: boolean; isText: boolean; pageSize: number }

/** @throws the refusal 400 for a zone that Outlook does not know */
export function preferencesOf({ headers: { prefer = '' } }: FastifyRequest): Preferences {
  const given = Array.isArray(prefer) ? prefer.join(',') : prefer
  const value = (name: string) => new RegExp(`(?:^|[,;]\\s*)${name}\\s*=\\s*"?([^",;]+)"?`, 'i').exec(given)?.[1]
  const timeZone = value('outlook\\.timezone') ?? 'UTC'
  needZone(timeZone)
  return {
    timeZone,
    isImmutable: value('IdType')?.toLowerCase() === 'immutableid',
    isText: value('outlook\\.body-content-type')?.toLowerCase() === 'text',
    pageSize: Number(value('odata\\.maxpagesize') ?? 10),
  }
}
