import { ConnectorError } from '../../kit/index.ts'
import { quoted } from './paths.ts'
import { readSome } from './records.ts'
import type { DynamicsContext } from './settings.ts'
import type { Row } from './types.ts'

/** The currency of a record stands in another, whose code is read along. */
export const withCurrency = 'transactioncurrencyid($select=isocurrencycode)'

/**
 * Names the currency of a record, where one is given.
 * @throws ConnectorError VENDOR_REJECTED where the environment does not have it
 */
export async function inCurrency(context: DynamicsContext, currency: string | null | undefined): Promise<Row> {
  if (!currency) return {}
  const [found] = await readSome(context, 'transactioncurrencies', {
    $select: 'transactioncurrencyid',
    $filter: `isocurrencycode eq ${quoted(currency.toUpperCase())} and statecode eq 0`,
    $top: 1,
  })
  if (found) return { 'transactioncurrencyid@odata.bind': `/transactioncurrencies(${found.transactioncurrencyid})` }
  throw new ConnectorError(
    'VENDOR_REJECTED',
    `This environment of Dynamics 365 has no currency ${currency}; add it there first (VENDOR_REJECTED)`,
  )
}
