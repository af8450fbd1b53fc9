import { isSamePhone, nationalNumber } from '../../kit/index.ts'
import { isSameEmail } from './entries.ts'
import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { Found, Reply } from './types.ts'

type Known = { email?: string | undefined; phone?: string | undefined }

/** The id of the person who has this address, or else this phone; of several the one that has existed longest. */
export async function findPersonId(context: PipedriveContext, { email, phone }: Known): Promise<number | undefined> {
  const byEmail = email === undefined ? undefined : await idByEmail(context, email)
  return byEmail ?? (phone === undefined ? undefined : await idByPhone(context, phone))
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
