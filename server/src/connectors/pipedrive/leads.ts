import type { Lead, New, OperationInput } from '../../kit/index.ts'
import { startPages } from './changes.ts'
import { currencyFor } from './currency.ts'
import { lead } from './mappings.ts'
import { paths } from './paths.ts'
import { ownedBy, type PipedriveContext } from './settings.ts'
import type { PipedriveLead, Reply } from './types.ts'

export const leads = {
  /** Pipedrive refuses a lead without a person. New ones are open, whatever status is given. */
  async create(context: PipedriveContext, input: New<Lead>): Promise<Lead> {
    const { status: _, ...rest } = input
    const body = { ...withValue(await withCurrency(context, rest)), ...ownedBy(context.settings) }
    return lead.read((await context.http.post<Reply<PipedriveLead>>(paths.leads(), body)).data)
  },

  async update(context: PipedriveContext, { externalId, changes }: OperationInput<'leads.update'>): Promise<Lead> {
    const { http } = context
    const { amountMinor, currency } = changes
    // An amount and its currency are one field, so the one that is not given must be known.
    const isHalf = (amountMinor === undefined) !== (currency === undefined)
    const current = isHalf ? lead.read((await http.get<Reply<PipedriveLead>>(paths.leads(externalId))).data) : undefined
    const whole = { ...changes, ...(isHalf ? halves(changes, current) : {}) }
    const body = withValue(await withCurrency(context, whole))
    return lead.read((await http.patch<Reply<PipedriveLead>>(paths.leads(externalId), body, { repeatable: true })).data)
  },

  /** Pipedrive lists leads whole, without a time since when. */
  async *list({ http }: PipedriveContext, { updatedSince }: OperationInput<'leads.list'>) {
    for await (const record of http.pages<PipedriveLead>(paths.leads(), { sort: 'id' }, { pages: startPages })) {
      if (updatedSince === undefined || Date.parse(record.update_time) >= updatedSince.getTime())
        yield lead.read(record)
    }
  },
}

type Amount = { amountMinor?: number | null | undefined; currency?: string | null | undefined }

const halves = (changes: Amount, current: Lead | undefined): Amount => ({
  amountMinor: changes.amountMinor === undefined ? current?.amountMinor : changes.amountMinor,
  currency: changes.currency ?? current?.currency,
})

const withCurrency = async <T extends Amount>(context: PipedriveContext, input: T): Promise<T> => ({
  ...input,
  currency: typeof input.amountMinor === 'number' ? await currencyFor(context, input) : undefined,
})

/** An amount of null empties the field as a whole. */
function withValue(input: Parameters<typeof lead.write>[0]) {
  if (input.amountMinor !== null) return lead.write(input)
  const { amountMinor: _, currency: __, ...rest } = input
  return { ...lead.write(rest), value: null }
}
