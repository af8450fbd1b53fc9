import { isSamePhone, nationalNumber, phoneKey } from '../../kit/index.ts'
import { isSameEmail } from './entries.ts'
import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { Found, Person, Reply } from './types.ts'

type Known = { email?: string | undefined; phone?: string | undefined }

/**
 * The id of the person who has this address, or else this phone; of several the one that has existed longest. Whom the hub made a moment ago
 * Pipedrive's search does not find yet.
 */
export async function findPersonId(context: PipedriveContext, known: Known): Promise<number | undefined> {
  const { email, phone } = known
  const byEmail = email === undefined ? undefined : await idByEmail(context, email)
  const found = byEmail ?? (phone === undefined ? undefined : await idByPhone(context, phone))
  return found ?? (await recentId(context, known))
}

/** What a person is recognised by: the address and the phone. */
export const keysOf = ({ email, phone }: Known): string[] => [
  ...(email === undefined ? [] : [email.toLowerCase()]),
  ...(phone === undefined ? [] : [phoneKey(phone)]),
]

async function recentId({ http, recent }: PipedriveContext, known: Known): Promise<number | undefined> {
  const id = keysOf(known)
    .map((key) => recent.get(key))
    .find((one) => one !== undefined)
  if (id === undefined) return undefined
  const { status, body } = await http.request<Reply<Person>>('GET', paths.persons(id), { accept: [404] })
  if (status === 404 || body.data.is_deleted) return undefined
  const { emails = [], phones = [] } = body.data
  const isMeant =
    emails.some((own) => known.email !== undefined && isSameEmail(own.value, known.email)) ||
    phones.some((own) => known.phone !== undefined && isSamePhone(own.value, known.phone))
  return isMeant ? body.data.id : undefined
}

const idByEmail = async (context: PipedriveContext, email: string) =>
  oldest(await search(context, 'email', email, true), ({ emails = [] }) =>
    emails.some((own) => isSameEmail(own, email)),
  )

/** Pipedrive finds a phone as it is written, so it is looked for by its national digits, too. */
async function idByPhone(context: PipedriveContext, phone: string): Promise<number | undefined> {
  const national = nationalNumber(phone)
  for (const [term, isExact] of [
    [phone, true],
    [national, false],
  ] as const) {
    if (term.length < 2) continue
    const items = await search(context, 'phone', term, isExact)
    const found = oldest(items, ({ phones = [] }) => phones.some((own) => isSamePhone(own, phone)))
    if (found !== undefined) return found
  }
  return undefined
}

type Item = Found['items'][number]['item']

const oldest = (items: readonly Item[], fits: (item: Item) => boolean): number | undefined => {
  const ids = items.filter(fits).map(({ id }) => id)
  return ids.length === 0 ? undefined : Math.min(...ids)
}

async function search({ http }: PipedriveContext, field: 'email' | 'phone', term: string, exact: boolean) {
  const query = { term, fields: field, exact_match: exact, limit: 100 }
  const { data } = await http.get<Reply<Found | null>>(paths.persons('search'), query)
  return (data?.items ?? []).map(({ item }) => item)
}
