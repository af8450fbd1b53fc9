import type { Search } from './filters.ts'

/** What the list of leads is searched by, as its address holds it. */
export type LeadFilter = {
  q?: string
  status?: string
  pipelineId?: string
  source?: string
  tag?: string
  sort?: LeadSort
}
export type LeadSort = 'created' | 'activity' | 'score' | 'name'

export const leadSorts: { value: LeadSort; label: string }[] = [
  { value: 'created', label: 'Newest first' },
  { value: 'activity', label: 'Latest activity first' },
  { value: 'score', label: 'Highest score first' },
  { value: 'name', label: 'By name' },
]

/** Reads the filter of the list of leads; what is not understood is left out. */
export function readLeadFilter(search: Search): LeadFilter {
  const filter = {
    q: textOf(search.q),
    status: textOf(search.status),
    pipelineId: textOf(search.pipelineId),
    source: textOf(search.source),
    tag: textOf(search.tag),
    sort: leadSorts.find(({ value }) => value === search.sort)?.value,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as LeadFilter
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined
