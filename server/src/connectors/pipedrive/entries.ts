import { isSamePhone } from '../../kit/index.ts'
import type { Entry } from './types.ts'

/** Whether two spellings are one address, or one number. */
export const isSameEmail = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

/**
 * A person's addresses (or numbers) with one as the main one, since Pipedrive replaces the whole list. Where `replaces` is set it takes
 * the place of the main one; otherwise it comes besides those that are there.
 */
export function withMain(
  entries: readonly Entry[],
  value: string,
  { isSame, replaces }: { isSame: (left: string, right: string) => boolean; replaces: boolean },
): Entry[] {
  const main = entries.find(({ primary }) => primary) ?? entries[0]
  const known = entries.find((entry) => isSame(entry.value, value))
  const others = entries.filter((entry) => entry !== known && entry.value !== '' && !(replaces && entry === main))
  const { label } = known ?? (replaces ? main : undefined) ?? {}
  return [
    { value, primary: true, ...(label === undefined ? {} : { label }) },
    ...others.map((entry) => ({ ...entry, primary: false })),
  ]
}

/** The lists to send for what is given of address and phone; nothing where the person has them so already. */
export function changedEntries(
  current: { emails: readonly Entry[]; phones: readonly Entry[] },
  given: { email?: string | null | undefined; phone?: string | null | undefined },
  replaces: boolean,
): { emails?: Entry[]; phones?: Entry[] } {
  const list = (
    entries: readonly Entry[],
    value: string | null | undefined,
    isSame: (left: string, right: string) => boolean,
  ): Entry[] | undefined => {
    if (value === undefined) return undefined
    if (value === null) return entries.length === 0 ? undefined : []
    const main = entries.find(({ primary }) => primary) ?? entries[0]
    if (main && isSame(main.value, value) && (!replaces || main.value === value)) return undefined
    return withMain(entries, value, { isSame, replaces })
  }
  const emails = list(current.emails, given.email, isSameEmail)
  const phones = list(current.phones, given.phone, isSamePhone)
  return { ...(emails === undefined ? {} : { emails }), ...(phones === undefined ? {} : { phones }) }
}
