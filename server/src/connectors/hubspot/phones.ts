import { isSamePhone, nationalNumber, phoneKey } from '../../kit/index.ts'
import { search } from './search.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotContact } from './types.ts'

/**
 * The contacts that have these phones, by `phoneKey`; of several the one that has existed longest. HubSpot indexes phones without
 * their country, so what it finds is compared once more.
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
  const { results } = await search<HubSpotContact & { properties: { mobilephone?: string | null } }>(
    context,
    'contacts',
    asked,
    { groups, sort: 'hs_object_id' },
  )
  const found = new Map<string, HubSpotContact>()
  for (const phone of phones) {
    const match = results.find(({ properties: { phone: main, mobilephone } }) =>
      [main, mobilephone].some((own) => own && isSamePhone(own, phone)),
    )
    if (match) found.set(phoneKey(phone), match)
  }
  return found
}
