import { ApiError, type Detail, invalid, invalidFields } from '../api/errors.ts'
import { timeOf } from '../events/events.ts'
import { countryCode, namesOf, normaliseEmail, readPhone, searchTextOf } from './normalise.ts'
import type { LeadRow } from './queries.ts'
import type { Consents, LeadChanges, NewLead } from './schema.ts'
import { findTimezone, isTimezone } from './time-zone.ts'

/** What a caller knows of a lead. */
export type Details = Omit<NewLead, 'status' | 'pipelineId'> & Pick<LeadChanges, 'tags'>

/** Fields of a lead that details decide. */
export type Detailed = Pick<
  LeadRow,
  | 'email'
  | 'phone'
  | 'phoneText'
  | 'firstName'
  | 'lastName'
  | 'name'
  | 'company'
  | 'jobTitle'
  | 'street'
  | 'city'
  | 'state'
  | 'postalCode'
  | 'country'
  | 'timezone'
  | 'timezoneSource'
  | 'ownerId'
  | 'amountMinor'
  | 'currency'
  | 'score'
  | 'persona'
  | 'tags'
  | 'customFields'
  | 'consent'
  | 'searchText'
>

/** A lead of whom nothing is known. */
export const nobody: Detailed = {
  email: null,
  phone: null,
  phoneText: null,
  firstName: null,
  lastName: null,
  name: null,
  company: null,
  jobTitle: null,
  street: null,
  city: null,
  state: null,
  postalCode: null,
  country: null,
  timezone: null,
  timezoneSource: null,
  ownerId: null,
  amountMinor: null,
  currency: null,
  score: null,
  persona: null,
  tags: [],
  customFields: {},
  consent: {},
  searchText: '',
}

const maxCustomBytes = 32 * 1_024

/**
 * What schemas cannot say of details: a time zone that exists, times that exist, custom fields that are not too large.
 * @throws ApiError VALIDATION_FAILED
 */
export function checkDetails({ timezone, customFields, consent }: Details, field = 'body'): void {
  const details: Detail[] = []
  if (timezone && !isTimezone(timezone))
    details.push({ field: `${field}.timezone`, message: 'is not an IANA time zone; give one such as Europe/Paris' })
  if (customFields && Buffer.byteLength(JSON.stringify(customFields)) > maxCustomBytes)
    details.push({ field: `${field}.customFields`, message: `are larger than ${maxCustomBytes} bytes together` })
  for (const [channel, { at }] of Object.entries(consent ?? {}))
    if (at !== undefined) {
      try {
        timeOf(`${field}.consent.${channel}.at`, at)
      } catch (error) {
        if (error instanceof ApiError) details.push(...(error.details ?? []))
      }
    }
  if (details.length > 0) throw invalidFields(details)
}

type Merging = {
  /** A caller that edits says what it means; one that captures adds to what is known. */
  mode: 'edit' | 'capture'
  at: Date
}

/** What a lead is after somebody told these details. */
export function withDetails(before: Detailed, given: Details, { mode, at }: Merging): Detailed {
  // What a capture does not know it leaves as it is: a form that was sent without a phone does not take the phone away.
  const chosen = <T>(value: T | null | undefined, present: T | null): T | null =>
    value === undefined || (mode === 'capture' && (value === null || value === '')) ? present : emptied(value)
  const { address = {} } = given
  const place = {
    street: chosen(address.street, before.street),
    city: chosen(address.city, before.city),
    state: chosen(address.state, before.state),
    postalCode: chosen(address.postalCode, before.postalCode),
    country: chosen(address.country, before.country),
  }
  const lead = {
    email: chosen(
      given.email === undefined || given.email === null ? given.email : normaliseEmail(given.email),
      before.email,
    ),
    ...phoneOf(chosen(given.phone, before.phone ?? before.phoneText), place.country),
    ...nameOf(before, given, chosen),
    company: chosen(given.company, before.company),
    jobTitle: chosen(given.jobTitle, before.jobTitle),
    ...place,
    ownerId: chosen(given.ownerId, before.ownerId),
    amountMinor: chosen(given.amountMinor, before.amountMinor),
    currency: chosen(given.currency, before.currency),
    score: chosen(given.score, before.score),
    persona: chosen(given.persona, before.persona),
    tags: tagsOf(before.tags, given.tags, mode),
    customFields: merged(before.customFields, given.customFields),
    consent: consentsOf(before.consent, given.consent, { mode, at }),
  }
  return { ...lead, ...timezoneOf(before, given, lead), searchText: searchTextOf(lead) }
}

/** The fields whose values differ. */
export const changedFields = (before: Detailed, after: Detailed): (keyof Detailed)[] =>
  (Object.keys(after) as (keyof Detailed)[]).filter(
    (name) => name !== 'searchText' && !isSame(before[name], after[name]),
  )

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && one !== null && ordered(one) === ordered(other))

/** JSON whose keys are in order: PostgreSQL keeps its own order of them. */
const ordered = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )

const emptied = <T>(value: T): T | null => (typeof value === 'string' ? ((value.trim() || null) as T | null) : value)

function phoneOf(text: string | null, country: string | null): Pick<Detailed, 'phone' | 'phoneText'> {
  if (text === null) return { phone: null, phoneText: null }
  const read = readPhone(text, countryCode(country))
  return read ? { phone: read.phone, phoneText: null } : { phone: null, phoneText: text }
}

type Choose = <T>(value: T | null | undefined, present: T | null) => T | null

/** A new part of a name makes the whole name anew; a new whole name replaces the parts. */
function nameOf(before: Detailed, given: Details, chosen: Choose): Pick<Detailed, 'firstName' | 'lastName' | 'name'> {
  const hasParts = (given.firstName ?? given.lastName) !== undefined && (given.firstName ?? given.lastName) !== null
  const isEmptied = given.firstName === null || given.lastName === null
  if (hasParts || isEmptied) {
    const parts = {
      firstName: chosen(given.firstName, before.firstName),
      lastName: chosen(given.lastName, before.lastName),
    }
    const isNew = parts.firstName !== before.firstName || parts.lastName !== before.lastName
    return namesOf({ ...parts, name: given.name ?? (isNew ? undefined : before.name) })
  }
  const name = chosen(given.name, before.name)
  if (name === before.name) return { firstName: before.firstName, lastName: before.lastName, name }
  return namesOf({ name })
}

function tagsOf(before: string[], given: string[] | undefined, mode: Merging['mode']): string[] {
  if (given === undefined) return before
  const tags = given.map((tag) => tag.trim())
  return [...new Set(mode === 'edit' ? tags : [...before, ...tags])].slice(0, 100)
}

/** @throws ApiError VALIDATION_FAILED where the lead would have more in them than it may */
function merged(before: Record<string, unknown>, given: Record<string, unknown> | undefined): Record<string, unknown> {
  if (!given) return before
  const both = Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== null))
  const size = Buffer.byteLength(JSON.stringify(both))
  // A merge may have made more of them, which may become fewer.
  if (size > maxCustomBytes && size > Buffer.byteLength(JSON.stringify(before)))
    throw invalid('body.customFields', `and those that the lead has are larger than ${maxCustomBytes} bytes together`)
  return both
}

/** When a word about a channel was given; before all others where that is not known. */
export const consentTime = (consent: { at?: string } | undefined): number =>
  consent?.at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(consent.at)

function consentsOf(before: Consents, given: Consents | undefined, { mode, at }: Merging): Consents {
  if (!given) return before
  const told = Object.entries(given).map(([channel, consent]) => {
    const present = before[channel]
    // Told again without a time, it is no other consent.
    const isRepeated = consent.at === undefined && present?.granted === consent.granted
    // What comes late, such as an old list, takes back no later word.
    const isOlder = mode === 'capture' && consent.at !== undefined && consentTime(consent) < consentTime(present)
    const stays = present && (isRepeated || isOlder)
    return [channel, stays ? present : { ...consent, at: consent.at ?? at.toISOString() }] as const
  })
  return { ...before, ...Object.fromEntries(told) }
}

/** A zone that was given stays until another is; one that was found is found anew when the place changes. */
function timezoneOf(
  before: Detailed,
  given: Details,
  lead: Pick<Detailed, 'postalCode' | 'state' | 'city' | 'country' | 'phone'>,
): Pick<Detailed, 'timezone' | 'timezoneSource'> {
  if (given.timezone) return { timezone: given.timezone, timezoneSource: 'given' }
  if (before.timezoneSource === 'given' && given.timezone === undefined)
    return { timezone: before.timezone, timezoneSource: 'given' }
  const found = findTimezone(lead)
  return { timezone: found?.timezone ?? null, timezoneSource: found?.source ?? null }
}
