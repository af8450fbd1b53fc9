import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { ConnectorError } from '../../kit/index.ts'

/**
 * A number as E.164, however it was written; one without a country code is of the given country.
 * @throws ConnectorError VALIDATION_FAILED where no such number can be
 */
export function phoneNumber(text: string, country: string | undefined): string {
  const home = country !== undefined && isSupportedCountry(country) ? (country as CountryCode) : undefined
  const read = parsePhoneNumberFromString(text, home)
  if (read?.isPossible()) return read.number
  const hint = text.trim().startsWith('+') ? '' : '; write it with its country code, such as +14155550100'
  throw new ConnectorError(
    'VALIDATION_FAILED',
    `Twilio: this is no phone number that can be${hint} (VALIDATION_FAILED)`,
  )
}
