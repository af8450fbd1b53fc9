import type { Field } from './mapping.ts'
import { readPath } from './paths.ts'

/** How many digits a currency has behind the point (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD; 2 where it is not known. */
export function currencyDigits(currency: string | undefined): number {
  if (currency === undefined || !/^[a-z]{3}$/i.test(currency)) return 2
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
}

/** 12.5 and `12.50` EUR → 1250. */
export const toMinor = (major: number | string, currency?: string): number =>
  Math.round(Number(`${Number(major)}e${currencyDigits(currency)}`))

/** 1250 EUR → 12.5. */
export const toMajor = (minor: number, currency?: string): number => Number(`${minor}e-${currencyDigits(currency)}`)

/**
 * Money: ours in the currency's minor unit, theirs in the major one as a number. `currency` is the path of the currency's code in
 * their record; when writing, the input's own `currency` counts.
 */
export const minor = <const P extends string>(path: P, currency?: string): Field<P, number, number> => ({
  path,
  read: (theirs, record) => finite(toMinor(theirs, currencyAt(record, currency))),
  write: (ours, input) => toMajor(ours, currencyAt(input, 'currency')),
})

/** As `minor`, where theirs is text such as `12.50`. */
export const minorText = <const P extends string>(path: P, currency?: string): Field<P, number, string> => ({
  path,
  read: (theirs, record) => finite(toMinor(theirs, currencyAt(record, currency))),
  write: (ours, input) => String(toMajor(ours, currencyAt(input, 'currency'))),
})

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

function currencyAt(record: unknown, path: string | undefined): string | undefined {
  const found = path === undefined ? undefined : readPath(record, path)
  return typeof found === 'string' ? found : undefined
}
