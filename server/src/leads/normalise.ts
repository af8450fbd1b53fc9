import { createRequire } from 'node:module'
import type { CountryCode } from 'libphonenumber-js'
import { lazily } from '../lib/lazily.ts'

/** Loaded by the first number: every country's numbering plan is 20 MB that a hub without phones need not hold. */
const phones = lazily(() => createRequire(import.meta.url)('libphonenumber-js') as typeof import('libphonenumber-js'))

/** An e-mail address as leads are found by it: without spaces around it and in lower case. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase()

export type ReadPhone = { phone: string; country: string | undefined }

/**
 * Reads a phone number into E.164, `+442079460958`; undefined where it is none. A number without a country code needs the country.
 */
export function readPhone(text: string, country?: string): ReadPhone | undefined {
  const found = phones().parsePhoneNumberFromString(text, country as CountryCode | undefined)
  // Possible rather than valid: numbering plans change sooner than their description, and a wrong refusal loses a lead.
  if (!found?.isPossible()) return undefined
  return { phone: found.number, country: found.country }
}

/** The code of a country (ISO 3166-1, two letters) by its code or English name; undefined where it is neither. */
export function countryCode(text: string | null | undefined): string | undefined {
  const given = text?.trim()
  if (!given) return undefined
  if (/^[a-z]{2}$/i.test(given)) {
    const code = given.toUpperCase()
    return codes().has(code) ? code : otherCodes[code]
  }
  return namedCodes().get(folded(given))
}

const otherCodes: Record<string, string> = { UK: 'GB' }
const otherNames: Record<string, string> = {
  usa: 'US',
  'united states of america': 'US',
  america: 'US',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'great britain': 'GB',
  holland: 'NL',
  'czech republic': 'CZ',
  turkey: 'TR',
}

let known: { codes: Set<string>; names: Map<string, string> } | undefined
const codes = () => countries().codes
const namedCodes = () => countries().names

/** Every country that the runtime has a name for. */
function countries(): { codes: Set<string>; names: Map<string, string> } {
  if (known) return known
  const display = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
  const found = new Map<string, string>()
  for (const first of letters)
    for (const second of letters) {
      const name = display.of(first + second)
      // ZZ stands for an unknown place.
      if (name && first + second !== 'ZZ') found.set(first + second, name)
    }
  const names = new Map([...found].map(([code, name]) => [folded(name), code] as const))
  for (const [name, code] of Object.entries(otherNames)) names.set(name, code)
  known = { codes: new Set(found.keys()), names }
  return known
}

/** Text as search compares it: lower case, without accents, one space between words. */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()

/** What a lead is searched by. The space in front lets the beginning of a word be told from its middle. */
export const searchTextOf = (lead: {
  name: string | null
  email: string | null
  phone: string | null
  phoneText: string | null
  company: string | null
}): string =>
  [lead.name, lead.email, lead.phone ?? lead.phoneText, lead.company]
    .flatMap((text) => (text ? ` ${folded(text)}` : []))
    .join('')

/** A name in its parts and as a whole, whichever of them are given. Two words are a first and a last name; more cannot be told apart. */
export function namesOf(given: {
  firstName?: string | null | undefined
  lastName?: string | null | undefined
  name?: string | null | undefined
}): { firstName: string | null; lastName: string | null; name: string | null } {
  const [firstName, lastName, name] = [clean(given.firstName), clean(given.lastName), clean(given.name)]
  if (firstName || lastName)
    return { firstName, lastName, name: name ?? [firstName, lastName].filter(Boolean).join(' ') }
  const words = name?.split(' ') ?? []
  return words.length === 2 ? { firstName: words[0]!, lastName: words[1]!, name } : { firstName, lastName, name }
}

const clean = (text: string | null | undefined): string | null => text?.replace(/\s+/g, ' ').trim() || null
