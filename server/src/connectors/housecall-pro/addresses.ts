import { type Address, ConnectorError } from '../../kit/index.ts'
import { paths } from './paths.ts'
import type { HcpContext } from './settings.ts'
import type { HcpAddress, HcpCompany, HcpCustomer } from './types.ts'

/** Whether it has what Housecall Pro wants of an address that is added; a country that is missing is the United States. */
export const isWhole = ({ street, city, state, postalCode }: Address): boolean =>
  [street, city, state, postalCode].every((part) => part !== undefined && part.trim() !== '')

export const addressBody = ({ street, city, state, postalCode, country }: Address): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ street, city, state, zip: postalCode, country: country ?? 'US' }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  )

export const hasAddress = ({ addresses }: HcpCustomer, { street, postalCode }: Address): boolean =>
  (addresses ?? []).some((own) => isSame(own.street, street) && isSame(own.zip, postalCode))

const isSame = (left: string | null | undefined, right: string | null | undefined): boolean =>
  (left ?? '').trim().toLowerCase() === (right ?? '').trim().toLowerCase()

/** `12 Main St, Orlando, FL 32801`, as people write where they live. */
export function readAddress(line: string | undefined): Address | undefined {
  const [, street, city, state, postalCode] =
    /^\s*(.+?),\s*([^,]+?),\s*([A-Za-z]{2}),?\s+(\d{5}(?:-\d{4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d)\b/.exec(
      line ?? '',
    ) ?? []
  if (!street || !city || !state || !postalCode) return undefined
  return { street, city, state: state.toUpperCase(), postalCode, country: /^\d/.test(postalCode) ? 'US' : 'CA' }
}

/** Where a job is to be done: the place that is given, or the customer's own; the company's where the settings say so. */
export async function addressIdOf(context: HcpContext, customer: HcpCustomer, location: string | undefined) {
  const { addresses } = customer
  const given = readAddress(location)
  if (given && !hasAddress(customer, given)) return await add(context, customer, addressBody(given))
  const known = (addresses ?? []).filter(({ id }) => id)
  const asked = given && known.find((own) => hasAddress({ ...customer, addresses: [own] }, given))
  const own = asked ?? known.find(({ type }) => type === 'service') ?? known[0]
  if (own?.id) return own.id
  if (context.settings.use_company_address === true) {
    const { address } = await context.http.get<HcpCompany>(paths.company)
    const { street = '', city = '', state = '', zip = '', country = 'US' } = address ?? {}
    const body = { street, city, state, zip, country }
    if (Object.values(body).every((part) => part)) return await add(context, customer, body)
  }
  const help = 'give a "location" such as "12 Main St, Orlando, FL 32801", or the contact an address'
  throw new ConnectorError(
    'VALIDATION_FAILED',
    `Housecall Pro: a job is done at an address, and this customer has none; ${help} (VALIDATION_FAILED)`,
  )
}

async function add({ http }: HcpContext, { id }: HcpCustomer, body: object): Promise<string> {
  const { id: made } = await http.post<HcpAddress>(paths.customer(id, 'addresses'), body)
  return made ?? ''
}
