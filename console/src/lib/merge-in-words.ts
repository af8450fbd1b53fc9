import type { Lead, NewLeadMerge, Pipeline } from 'tenon-sdk'
import { formatMoney, nameOfLead, sourceInWords, stageOf } from './lead-in-words.ts'

export type MergeField = NonNullable<NewLeadMerge['fields']>[number]
/** What one lead says in a field and what the other says; null where it says nothing. */
export type FieldToMerge = { field: MergeField; label: string; kept: string | null; other: string | null }

const addressOf = ({ address: { street, postalCode, city, state, country } }: Lead): string | null =>
  [street, [postalCode, city].filter(Boolean).join(' '), state, country].filter(Boolean).join(', ') || null

const hasName = ({ name, firstName, lastName }: Lead): boolean => Boolean(name || firstName || lastName)

type Readers = Record<MergeField, [label: string, read: (lead: Lead) => string | null]>
const readers = (pipelines: Pipeline[] | undefined, ownerOf: (id: string) => string): Readers => ({
  name: ['Name', (lead) => (hasName(lead) ? nameOfLead(lead) : null)],
  email: ['E-mail', ({ email }) => email],
  phone: ['Phone', ({ phone }) => phone],
  company: ['Company', ({ company }) => company],
  jobTitle: ['Job title', ({ jobTitle }) => jobTitle],
  address: ['Address', addressOf],
  timezone: ['Time zone', ({ timezone }) => timezone],
  status: ['Stage', (lead) => stageOf(pipelines, lead)?.name ?? lead.status],
  amount: ['Worth', ({ amountMinor, currency }) => (amountMinor === null ? null : formatMoney(amountMinor, currency))],
  score: ['Score', ({ score }) => (score === null ? null : String(score))],
  persona: ['Persona', ({ persona }) => persona],
  source: ['Source', ({ source }) => sourceInWords(source)],
  ownerId: ['Owner', ({ ownerId }) => (ownerId === null ? null : ownerOf(ownerId))],
})

/** Field by field what two leads say, without those of which neither says anything. */
export function fieldsToMerge(
  kept: Lead,
  other: Lead,
  pipelines: Pipeline[] | undefined,
  ownerOf: (id: string) => string,
): FieldToMerge[] {
  const entries = Object.entries(readers(pipelines, ownerOf)) as [MergeField, Readers[MergeField]][]
  return entries
    .map(([field, [label, read]]) => ({ field, label, kept: read(kept), other: read(other) }))
    .filter(({ kept, other }) => kept !== null || other !== null)
}

/** Whether there is anything to choose: both say something, and not the same. */
export const isContested = ({ kept, other }: FieldToMerge): boolean => kept !== null && other !== null && kept !== other

/** Why two leads may be one person. */
export const duplicateReasonInWords = {
  phone: 'The same phone',
  email: 'The same mailbox',
  name_and_company: 'The same name and company',
} as const
