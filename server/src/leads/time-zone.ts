import { countryCode, folded, readPhone } from './normalise.ts'
import {
  areaCodes,
  codesOfStates,
  provincesOfPostalCodes,
  statesOfPostcodes,
  statesOfZips,
  zonesOfAreaCodes,
  zonesOfCities,
  zonesOfStates,
  zonesOfZips,
} from './places.ts'

export type Whereabouts = {
  postalCode?: string | null | undefined
  state?: string | null | undefined
  city?: string | null | undefined
  /** A code or an English name. */
  country?: string | null | undefined
  phone?: string | null | undefined
}

/** What a time zone was found by, the most precise first. */
export type TimezoneSource = 'given' | 'postal_code' | 'state' | 'city' | 'country' | 'phone'

/** Answers whether the runtime knows the zone: `Europe/Paris`. Offsets such as `+01:00` are none, since they do not change with the season. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/**
 * Finds the time zone in which somebody lives, from the most precise thing known; undefined where nothing tells. Where a country has several
 * zones and only the country is known, its phone number may tell, and otherwise nothing does.
 */
export function findTimezone(where: Whereabouts): { timezone: string; source: TimezoneSource } | undefined {
  const phone = where.phone ? readPhone(where.phone, countryCode(where.country)) : undefined
  const country = countryCode(where.country) ?? countryOfState(where.state) ?? phone?.country
  const found: [TimezoneSource, string | undefined][] = [
    ['postal_code', country && zoneOfPostalCode(country, where.postalCode)],
    ['state', country && zoneOfState(country, where.state)],
    ['city', zoneOfCity(country, where.city)],
    ['country', onlyZone(countryCode(where.country))],
    ['phone', phone && zoneOfPhone(phone)],
  ]
  for (const [source, timezone] of found) if (timezone) return { timezone, source }
  return undefined
}

/** The country that alone has such a state; a code of two letters may mean several, and then counts as American. */
function countryOfState(state: string | null | undefined): string | undefined {
  if (!state) return undefined
  return Object.keys(zonesOfStates).find((country) => stateCode(country, state) !== undefined)
}

function stateCode(country: string, state: string): string | undefined {
  const name = folded(state)
  const code = name.toUpperCase()
  if (zonesOfStates[country] && Object.hasOwn(zonesOfStates[country], code)) return code
  const known = codesOfStates[country]
  return known && Object.hasOwn(known, name) ? known[name] : undefined
}

function zoneOfState(country: string, state: string | null | undefined): string | undefined {
  const code = state ? stateCode(country, state) : undefined
  return code === undefined ? undefined : zonesOfStates[country]?.[code]
}

function zoneOfPostalCode(country: string, postalCode: string | null | undefined): string | undefined {
  const code = postalCode?.trim().toUpperCase()
  if (!code) return undefined
  if (country === 'US' && /^\d{5}/.test(code)) {
    const start = Number(code.slice(0, 3))
    const within = (list: typeof statesOfZips) => list.find(([from, to]) => start >= from && start <= to)?.[2]
    return within(zonesOfZips) ?? zoneOfState('US', within(statesOfZips))
  }
  if (country === 'CA') return zoneOfState('CA', provincesOfPostalCodes[code[0]!])
  if (country === 'AU' && /^\d{4}$/.test(code)) return zoneOfState('AU', statesOfPostcodes[code[0]!])
  return undefined
}

/** Many zones are named after their largest city, which the runtime knows; the other large cities are in a table. */
function zoneOfCity(country: string | undefined, city: string | null | undefined): string | undefined {
  const name = city ? folded(city) : ''
  if (name === '') return undefined
  if (country) {
    const listed = zonesOfCities[`${country.toLowerCase()}:${name}`]
    if (listed) return listed
    return zonesOf(country).find((zone) => cityOf(zone) === name)
  }
  return citiesOfZones().get(name)
}

let cities: Map<string, string> | undefined
function citiesOfZones(): Map<string, string> {
  cities ??= new Map(
    Intl.supportedValuesOf('timeZone')
      .filter((zone) => zone.includes('/'))
      .map(current)
      .map((zone) => [cityOf(zone), zone]),
  )
  return cities
}

const cityOf = (zone: string): string => zone.split('/').at(-1)!.replaceAll('_', ' ').toLowerCase()

/** The zone of a country that has one, of one whose zones all show the same time, or of the mainland where the others are far islands. */
function onlyZone(country: string | undefined): string | undefined {
  if (!country) return undefined
  if (Object.hasOwn(mainZones, country)) return mainZones[country]
  const zones = zonesOf(country)
  return new Set(zones.map(rulesOf)).size === 1 ? zones[0] : undefined
}

const mainZones: Record<string, string> = {
  CL: 'America/Santiago',
  CN: 'Asia/Shanghai',
  EC: 'America/Guayaquil',
  ES: 'Europe/Madrid',
  NZ: 'Pacific/Auckland',
  PT: 'Europe/Lisbon',
}

/** What clocks show in winter and in summer. */
const rulesOf = (zone: string): string =>
  [Date.UTC(2026, 0, 15), Date.UTC(2026, 6, 15)]
    .map((time) => Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone).offset)
    .join(' ')

function zonesOf(country: string): string[] {
  try {
    const zones = new Intl.Locale(`und-${country}`).getTimeZones() ?? []
    return zones.map(current)
  } catch {
    return []
  }
}

/** The runtime names some zones as they were called long ago. */
const renamed: Record<string, string> = {
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Europe/Kiev': 'Europe/Kyiv',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
}
const current = (zone: string): string => renamed[zone] ?? zone

function zoneOfPhone({ phone, country }: { phone: string; country: string | undefined }): string | undefined {
  if (phone.startsWith('+1')) {
    const area = phone.slice(2, 5)
    const state = areaCodes[area]
    return zonesOfAreaCodes[area] ?? (state && (zoneOfState('US', state) ?? zoneOfState('CA', state)))
  }
  return onlyZone(country)
}
