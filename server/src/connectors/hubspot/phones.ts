import { isSamePhone, nationalNumber, phoneKey } from '../../kit/index.ts'
import { objects } from './paths.ts'
import { search } from './search.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotContact } from './types.ts'

type WithPhones = HubSpotContact & { properties: { mobilephone?: string | null } }

/**
 * The contacts that have these phones, by `phoneKey`; of several the one that has existed longest. HubSpot indexes phones without
 * their country, so what it finds is compared once more. Whom the hub made a moment ago its search does not find yet.
 */
export async function findByPhones(
  context: HubSpotContext,
  phones: readonly string[],
  properties: readonly string[],
): Promise<Map<string, HubSpotContact>> {
  const values = [...new Set(phones.map(nationalNumber))]
  const groups = ['hs_searchable_calculated_phone_number', 'hs_searchable_calculated_mobile_number'].map(
    (propertyName) => [{ propertyName, operator: 'IN', values }],
  )
  const asked = [...properties, 'mobilephone']
  const { results } = await search<WithPhones>(context, 'contacts', asked, { groups, sort: 'hs_object_id' })
  const found = new Map<string, HubSpotContact>()
  for (const phone of phones) {
    const has = ({ properties: { phone: main, mobilephone } }: WithPhones) =>
      [main, mobilephone].some((own) => own && isSamePhone(own, phone))
    const match = results.find(has) ?? (await recent(context, phone, asked))
    if (match && has(match)) found.set(phoneKey(phone), match)
  }
  return found
}

async function recent({ http, recent }: HubSpotContext, phone: string, properties: readonly string[]) {
  const id = recent.get(phoneKey(phone))
  if (id === undefined) return undefined
  const query = { properties: properties.join(',') }
  const { status, body } = await http.request<WithPhones>('GET', objects('contacts', id), { query, accept: [404] })
  return status === 404 ? undefined : body
}
