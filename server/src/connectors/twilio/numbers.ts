import { createRequire } from 'node:module'
import type { CountryCode } from 'libphonenumber-js'
import { ConnectorError } from '../../kit/index.ts'

/** Loaded by the first number, since the catalogue loads every connector. */
const phones = () => createRequire(import.meta.url)('libphonenumber-js') as typeof import('libphonenumber-js')

/**
 * A number as E.164, however it was written; one without a country code is of the given country.
 * @throws ConnectorError VALIDATION_FAILED where no such number can be
 */
export function phoneNumber(text: string, country: string | undefined): string {
  const { isSupportedCountry, parsePhoneNumberFromString } = phones()
  const home = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined
  const read = parsePhoneNumberFromString(text, home)
  if (read?.isPossible()) return read.number
  const hint = text.trim().startsWith('+') ? '' : '; write it with its country code, such as +14155550100'
  throw new ConnectorError(
    'VALIDATION_FAILED',
    `Twilio: this is no phone number that can be${hint} (VALIDATION_FAILED)`,
  )
}
