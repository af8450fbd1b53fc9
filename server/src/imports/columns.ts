import { type Detail, invalid } from '../api/errors.ts'
import { closed } from '../api/validation.ts'
import { checkOfBuiltIn } from '../events/payload-check.ts'
import type { JsonSchema } from '../events/types/payload.ts'
import { countryCode, folded, readPhone } from '../leads/normalise.ts'
import { NewLead } from '../leads/schema.ts'

/** Which field of a lead each column is; null for columns that are left out. */
export type Mapping = Record<string, string | null>

const plainFields = [
  'email',
  'phone',
  'firstName',
  'lastName',
  'name',
  'company',
  'jobTitle',
  'timezone',
  'source',
  'status',
  'score',
  'amountMinor',
  'currency',
  'persona',
  'tags',
] as const
const addressFields = ['street', 'city', 'state', 'postalCode', 'country'] as const
const known = new Set<string>([...plainFields, ...addressFields.map((name) => `address.${name}`)])

/** What people call these columns, folded, without spaces and signs. */
const names = new Map(
  Object.entries({
    email: 'email emailaddress mail e-mailaddress',
    phone: 'phone phonenumber telephone tel mobile mobilephone cell',
    firstName: 'firstname givenname forename',
    lastName: 'lastname surname familyname',
    name: 'name fullname contactname contact',
    company: 'company companyname organization organisation account',
    jobTitle: 'jobtitle title position role',
    timezone: 'timezone',
    source: 'source leadsource',
    status: 'status stage leadstatus',
    score: 'score leadscore',
    currency: 'currency',
    amountMinor: 'amountminor',
    persona: 'persona',
    tags: 'tags tag labels',
    'address.street': 'street address streetaddress address1',
    'address.city': 'city town',
    'address.state': 'state province region stateregion',
    'address.postalCode': 'postalcode zip zipcode postcode',
    'address.country': 'country countrycode',
  }).flatMap(([field, list]) => list.split(' ').map((name) => [plain(name), field] as const)),
)

function plain(name: string): string {
  return folded(name).replace(/[^a-z0-9]/g, '')
}

/** What a file of errors has besides the columns of the file that it is of. */
export const errorColumns = ['row', 'error'] as const

/** The columns of a file without those that a file of errors adds, so that one may be corrected and imported again. */
export const withoutErrors = (columns: string[]): string[] =>
  errorColumns.every((name, at) => columns.at(at - errorColumns.length) === name)
    ? columns.slice(0, -errorColumns.length)
    : columns

/** @throws ApiError VALIDATION_FAILED for a mapping that is no JSON or names fields that there are not */
export function mappingOf(columns: string[], given: string | undefined): Mapping {
  const wanted = given === undefined ? {} : parsed(given)
  for (const [column, field] of Object.entries(wanted)) {
    if (!columns.includes(column))
      throw invalid('query.mapping', `names ${JSON.stringify(column.slice(0, 80))}, which is not a column of the file`)
    if (field !== null && !known.has(field) && !/^customFields\..{1,100}$/.test(field))
      throw invalid(
        'query.mapping',
        `has ${JSON.stringify(field.slice(0, 80))}, which is not a field; those are ${[...known].join(', ')} and customFields.<name>`,
      )
  }
  const taken = new Set(Object.values(wanted))
  const ofFile = new Set(withoutErrors(columns))
  return Object.fromEntries(
    columns.map((column) => {
      if (Object.hasOwn(wanted, column)) return [column, wanted[column]!]
      const field = names.get(plain(column))
      if (field !== undefined && !taken.has(field)) {
        taken.add(field)
        return [column, field]
      }
      // By code point, so that no letter is cut in two; a line end in a name is a space.
      const name = [...column.replace(/\s+/g, ' ')].slice(0, 100).join('')
      return [column, name === '' || !ofFile.has(column) ? null : `customFields.${name}`]
    }),
  )
}

function parsed(text: string): Mapping {
  try {
    const value: unknown = JSON.parse(text)
    if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((field) => field === null || typeof field === 'string')
    )
      return value as Mapping
  } catch {
    // Said below.
  }
  throw invalid('query.mapping', 'must be a JSON object of columns and fields, such as {"Mail":"email"}')
}

const numbers = new Set(['score', 'amountMinor'])
const check = checkOfBuiltIn(closed(NewLead) as unknown as JsonSchema)

/** Makes a lead of a row, or says what is wrong with it. Empty cells say nothing. */
export function leadOf(columns: string[], mapping: Mapping, cells: string[]): { lead: NewLead } | { message: string } {
  const lead: Record<string, unknown> = {}
  const address: Record<string, string> = {}
  const customFields: Record<string, string> = {}
  for (const [index, column] of columns.entries()) {
    const field = mapping[column]
    const cell = cells[index]?.trim()
    if (!field || !cell) continue
    // An address often has several lines in its cell.
    const line = cell.replace(/\s*[\r\n\t]\s*/g, ' ')
    if (field.startsWith('address.')) address[field.slice(8)] = line
    else if (field.startsWith('customFields.')) customFields[field.slice(13)] = cell
    else if (field === 'tags')
      lead.tags = cell
        .split(/[,;|]/)
        .map((tag) => tag.trim())
        .filter(Boolean)
    else if (field === 'status') lead.status = folded(cell).replaceAll(' ', '_')
    else if (numbers.has(field)) lead[field] = Number(cell)
    else lead[field] = line
  }
  if (Object.keys(address).length > 0) lead.address = address
  if (Object.keys(customFields).length > 0) lead.customFields = customFields
  if (!lead.email && !lead.phone) return { message: 'has neither an e-mail address nor a phone' }
  const faults = check(lead, 'row')
  if (faults) return { message: wordsOf(faults) }
  // By what cannot be read nobody is known again: each import would make the person once more.
  if (!lead.email && !readPhone(String(lead.phone), countryCode(address.country)))
    return {
      message: 'phone cannot be read without its country code or a column with the country, and there is no email',
    }
  return { lead: lead as NewLead }
}

export const wordsOf = (faults: Detail[]): string =>
  faults
    .map(({ field, message }) => `${field.replace(/^(row|body)\./, '')} ${message}`)
    .join('; ')
    .slice(0, 1_000)
