import { createHash } from 'node:crypto'
import type { ConvertedPerson } from '../../kit/index.ts'

/*
 * What Meta wants to know of a person, normalised by its rules and hashed, so that it learns nothing of whom it does not know already
 * (https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters).
 */

/** A person as Meta takes it. */
export type UserData = {
  [field in 'em' | 'ph' | 'fn' | 'ln' | 'ct' | 'st' | 'zp' | 'country' | 'external_id']?: string[]
} & {
  client_ip_address?: string
  client_user_agent?: string
  fbc?: string
  fbp?: string
  lead_id?: string
}

const lower = (text: string): string => text.trim().toLowerCase()
/** Letters of every script, and digits. */
const bare = (text: string): string => lower(text).replace(/[^\p{L}\p{M}\p{N}]+/gu, '')
/** Names keep the spaces between their parts. */
const named = (text: string): string =>
  lower(text)
    .replace(/[^\p{L}\p{M}\p{N}\s]+/gu, '')
    .replace(/\s+/g, ' ')
    .trim()
const phone = (text: string): string => text.replace(/\D+/g, '').replace(/^0+/, '')
const postal = (text: string, isAmerican: boolean): string => {
  const code = lower(text).replace(/[\s-]+/g, '')
  return isAmerican ? code.slice(0, 5) : code
}
const country = (text: string): string => {
  const code = lower(text)
  return /^[a-z]{2}$/.test(code) ? code : ''
}

export function userDataOf(person: ConvertedPerson): UserData {
  const isAmerican = /^(us|usa|united states)$/i.test(person.country?.trim() ?? '')
  const hashed = {
    em: person.email && lower(person.email),
    ph: person.phone && phone(person.phone),
    fn: person.firstName && named(person.firstName),
    ln: person.lastName && named(person.lastName),
    ct: person.city && bare(person.city),
    st: person.state && bare(person.state),
    zp: person.postalCode && postal(person.postalCode, isAmerican),
    country: person.country && country(person.country),
    external_id: person.externalId?.trim(),
  }
  const plain = {
    client_ip_address: person.ipAddress,
    client_user_agent: person.userAgent,
    fbc: person.clickId,
    fbp: person.browserId,
    lead_id: person.leadId,
  }
  return {
    ...Object.fromEntries(Object.entries(hashed).flatMap(([name, text]) => (text ? [[name, [sha256(text)]]] : []))),
    ...Object.fromEntries(Object.entries(plain).filter(([, text]) => text !== undefined)),
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
