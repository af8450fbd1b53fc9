import type { Lead, Pipeline } from 'tenon-sdk'

/** What a lead is called: the name, or whatever else it is known by. */
export const nameOfLead = ({ name, firstName, lastName, email, phone }: Lead): string =>
  name ?? ([firstName, lastName].filter(Boolean).join(' ') || email || phone || 'Without a name')

/** The stage that a lead is in; undefined where its pipeline has it no more. */
export const stageOf = (pipelines: Pipeline[] | undefined, { pipelineId, status }: Lead): Stage | undefined =>
  pipelines?.find(({ id }) => id === pipelineId)?.stages.find(({ key }) => key === status)

export type Stage = Pipeline['stages'][number]

/** An amount in a currency's minor unit, as people write it. */
export function formatMoney(amountMinor: number, currency: string | null): string {
  if (!currency) return new Intl.NumberFormat('en').format(amountMinor / 100)
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amountMinor / minorUnitsIn(currency))
}

/** How many of the minor unit make one of the currency: 100 cents, but 1 yen. */
export function minorUnitsIn(currency: string): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions()
  return 10 ** maximumFractionDigits
}

/** What a product calls a custom field: `roof_type` and `roofType` → "Roof type". */
export function fieldInWords(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .replaceAll(/[_-]+/g, ' ')
    .trim()
  return words ? words.charAt(0).toUpperCase() + words.slice(1) : name
}

/** `contact_form` → "Contact form". */
export function sourceInWords(source: string): string {
  if (source === 'api' || source === 'sms') return source.toUpperCase()
  const words = source.replaceAll(/[_-]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
