import type { AdLead } from '../../kit/index.ts'

type Person = AdLead['person']
type Address = NonNullable<Person['address']>

/** Facebook's own questions (https://developers.facebook.com/docs/marketing-api/guides/lead-ads/create); the best of several comes first. */
const details: { [Name in Exclude<keyof Person, 'address'>]: readonly string[] } = {
  email: ['email', 'work_email'],
  phone: ['phone_number', 'phone', 'work_phone_number', 'whatsapp_number'],
  firstName: ['first_name'],
  lastName: ['last_name'],
  name: ['full_name'],
  company: ['company_name'],
  jobTitle: ['job_title'],
}
const places: { [Name in keyof Address]-?: readonly string[] } = {
  street: ['street_address'],
  city: ['city'],
  state: ['state', 'province'],
  postalCode: ['zip_code', 'zip', 'post_code'],
  country: ['country'],
}

/** Tells the details of the person from the answers to other questions, which keep the names that the form gives them. */
export function personOf(data: readonly { name: string; values?: string[] }[]): Pick<AdLead, 'person' | 'answers'> {
  const given = new Map(
    data.flatMap(({ name, values = [] }) => {
      const text = values.filter((value) => typeof value === 'string' && value.trim() !== '').join(', ')
      return text === '' ? [] : [[name.toLowerCase(), { name, text }] as const]
    }),
  )
  const take = <Names extends object>(known: { [name in keyof Names]: readonly string[] }) => {
    const found: Partial<Record<string, string>> = {}
    for (const [ours, theirs] of Object.entries<readonly string[]>(known)) {
      const name = theirs.find((one) => given.has(one))
      if (name === undefined) continue
      found[ours] = given.get(name)!.text.trim()
      given.delete(name)
    }
    return found
  }
  const person: Person = take<typeof details>(details)
  const address: Address = take<typeof places>(places)
  return {
    person: { ...person, ...(Object.keys(address).length > 0 ? { address } : {}) },
    answers: Object.fromEntries([...given.values()].map(({ name, text }) => [name, text])),
  }
}
