import { search } from './search.ts'
import type { HubSpotContext } from './settings.ts'
import type { HubSpotContact } from './types.ts'

/** Country calling codes of one and two digits (ITU-T E.164); all others have three. */
const shortCodes = /^(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

const digitsOf = (phone: string): string => phone.replace(/\D/g, '')

/** The number without its country, as HubSpot indexes it: `+1 407 978 0655` → `4079780655`. */
export function nationalNumber(phone: string): string {
  const digits = digitsOf(phone)
  if (!phone.trim().startsWith('+')) return digits.replace(/^0+/, '')
  const [code = digits.slice(0, 3)] = shortCodes.exec(digits) ?? []
  return digits.slice(code.length)
}

/** What tells one phone from another, however it is written. */
export const phoneKey = (phone: string): string =>
  phone.trim().startsWith('+') ? `+${digitsOf(phone)}` : nationalNumber(phone)

/** Whether two ways of writing are one number: with both countries known they must agree, too. */
const isSamePhone = (left: string, right: string): boolean => {
  const [a, b] = [phoneKey(left), phoneKey(right)]
  return a.startsWith('+') && b.startsWith('+') ? a === b : nationalNumber(left) === nationalNumber(right)
}

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
