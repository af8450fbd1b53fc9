import { paths } from './paths.ts'
import type { PipedriveContext } from './settings.ts'
import type { Reply, User } from './types.ts'

/** The currency of an amount: its own, that of the settings, or the one in which the connected user works. */
export async function currencyFor(
  { http, settings }: PipedriveContext,
  { amountMinor, currency }: { amountMinor?: number | null | undefined; currency?: string | null | undefined },
): Promise<string | undefined> {
  const known = currency ?? settings.currency
  if (known !== undefined || typeof amountMinor !== 'number') return known?.toUpperCase()
  return (await http.get<Reply<User>>(paths.me)).data.default_currency
}
