import type { Call } from 'tenon-sdk'
import { Mark } from '../../components/status.tsx'
import { type CallDelivery, callStatuses } from '../../lib/call-in-words.ts'

type Of = Parameters<typeof Mark>[0]['of']

const tones: Record<Call['status'], Of[1]> = { started: 'pending', ended: 'pending', completed: 'delivered' }
const deliveries: Record<CallDelivery['status'], Of> = {
  pending: ['On its way', 'pending'],
  retrying: ['Retrying', 'retrying'],
  delivered: ['Done', 'delivered'],
  failed: ['Failed', 'dead'],
  unknown: ['Unknown', 'retrying'],
}

export const CallMark = ({ status }: Pick<Call, 'status'>) => (
  <Mark of={[callStatuses.find(({ value }) => value === status)?.label ?? status, tones[status]]} />
)

/** How a call stands at an integration. */
export const CallDeliveryMark = ({ status }: Pick<CallDelivery, 'status'>) => <Mark of={deliveries[status]} />
