import type { Replay } from 'tenon-sdk'
import type { EndedStatus } from './filters.ts'
import { formatExact } from './format.ts'

/** What is repeated where no state is named. */
export const replayedByDefault: EndedStatus[] = ['dead']

const statusWords = {
  delivered: 'delivered',
  dead: 'failed',
  cancelled: 'cancelled',
} as const

/** What a replay repeats, as a sentence. `endpointName` answers the name of an endpoint, where it still exists. */
export function replayInWords(filter: Replay['filter'], endpointName: (id: string) => string | undefined): string {
  const { endpointId, types, status, after, before, missed } = filter
  const states = `${listed((status ?? replayedByDefault).map((one) => statusWords[one]))} deliveries`
  return [
    capitalised(missed ? `${states} and events that were missed` : states),
    types?.length ? `of ${listed(types)}` : '',
    endpointId ? `to ${endpointName(endpointId) ?? 'an endpoint that was deleted'}` : 'to every endpoint',
    after ? `after ${formatExact(after)}` : '',
    before ? `before ${formatExact(before)}` : '',
  ]
    .filter(Boolean)
    .join(' ')
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
const listed = (words: string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
