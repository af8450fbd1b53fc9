import { type Detail, invalidFields } from '../api/errors.ts'
import { matchesType } from '../engine/subscriptions.ts'
import { aliases, canonicalType } from './catalogue.ts'
import { suggest } from './suggest.ts'

/**
 * Refuses patterns that match no type of the workspace: most are typing mistakes, and an endpoint that never hears anything is
 * found out late. A known name may itself be a family, such as `hubspot.*`: all types that begin so are known.
 * @throws ApiError VALIDATION_FAILED naming each, with a suggestion
 */
export function checkPatterns(patterns: string[], known: string[], name = 'body.events'): void {
  const details: Detail[] = []
  for (const [index, pattern] of patterns.entries()) {
    const wanted = canonicalType(pattern)
    if (known.some((type) => matchesType(wanted, type) || (type.endsWith('.*') && matchesType(type, wanted)))) continue
    const field = `${name}[${index}]`
    if (pattern.endsWith('.*')) {
      const families = [
        ...new Set(known.filter((type) => type.includes('.')).map((type) => type.slice(0, type.lastIndexOf('.')))),
      ]
      details.push({
        field,
        message: `matches no event type${didYouMean(suggest(pattern.slice(0, -2), families), '.*')}`,
      })
    } else {
      const close = suggest(pattern, [...known, ...Object.keys(aliases)])
      details.push({ field, message: `is not a known event type${didYouMean(close)}; GET /api/event-types lists them` })
    }
  }
  if (details.length > 0) throw invalidFields(details)
}

const didYouMean = (close: string | undefined, rest = '') => (close ? `; did you mean ${close}${rest}?` : '')

/**
 * The types that an endpoint knows by an older name only: a delivery then bears the name subscribed. Where it also subscribes
 * under the canonical name, that one wins.
 */
export function aliasedTypes(patterns: string[]): ReadonlyMap<string, string> | undefined {
  const found = new Map<string, string>()
  for (const pattern of patterns) {
    const type = canonicalType(pattern)
    if (type !== pattern && !patterns.some((other) => matchesType(other, type))) found.set(type, pattern)
  }
  return found.size > 0 ? found : undefined
}
