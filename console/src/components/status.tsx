import type { CSSProperties } from 'react'
import type { DeliveryStatus, Endpoint, InboundWebhook, Integration, OperationLogEntry, Replay } from 'tenon-sdk'
import { inboundStatusWord } from '../lib/inbound-in-words.ts'
import { type Condition, conditionOf } from '../lib/integration-in-words.ts'

type Tone = 'delivered' | 'retrying' | 'dead' | 'pending' | 'quiet'

const deliveries: Record<DeliveryStatus, [string, Tone]> = {
  pending: ['Pending', 'pending'],
  retrying: ['Retrying', 'retrying'],
  delivered: ['Delivered', 'delivered'],
  dead: ['Failed', 'dead'],
  cancelled: ['Cancelled', 'quiet'],
}
const healths: Record<Endpoint['health'], [string, Tone]> = {
  healthy: ['Healthy', 'delivered'],
  failing: ['Failing', 'dead'],
  paused: ['Paused', 'retrying'],
  disabled: ['Disabled', 'quiet'],
  unused: ['Not used yet', 'pending'],
}
const replays: Record<Replay['status'], [string, Tone]> = {
  running: ['Running', 'pending'],
  completed: ['Completed', 'delivered'],
  cancelled: ['Cancelled', 'quiet'],
  failed: ['Failed', 'dead'],
}

const conditions: Record<Condition, [string, Tone]> = {
  working: ['Working', 'delivered'],
  paused: ['Paused', 'retrying'],
  reauth_required: ['Reconnect', 'retrying'],
  error: ['Error', 'dead'],
  pending: ['Not connected yet', 'pending'],
  disconnected: ['Disconnected', 'quiet'],
  off: ['Switched off', 'quiet'],
}
const operations: Record<OperationLogEntry['status'], [string, Tone]> = {
  success: ['Done', 'delivered'],
  failed: ['Failed', 'dead'],
  unknown: ['Unknown', 'retrying'],
}
const inbounds: Record<InboundWebhook['status'], Tone> = {
  received: 'pending',
  processed: 'delivered',
  duplicate: 'quiet',
  failed: 'dead',
  refused: 'dead',
  unmatched: 'retrying',
}

/** The CSS variable that colours what belongs to a delivery in this state. */
export const toneOf = (status: DeliveryStatus): CSSProperties =>
  ({ '--status': `var(--tenon-${deliveries[status][1]})` }) as CSSProperties

export const DeliveryStatusMark = ({ status }: { status: DeliveryStatus }) => <Mark of={deliveries[status]} />
export const HealthMark = ({ health }: { health: Endpoint['health'] }) => <Mark of={healths[health]} />
export const ReplayStatusMark = ({ status }: { status: Replay['status'] }) => <Mark of={replays[status]} />

export const IntegrationMark = ({ integration }: { integration: Integration }) => (
  <Mark of={conditions[conditionOf(integration)]} />
)
export const ConditionMark = ({ condition }: { condition: Condition }) => <Mark of={conditions[condition]} />
export const OperationStatusMark = ({ status }: { status: OperationLogEntry['status'] }) => (
  <Mark of={operations[status]} />
)
export const InboundStatusMark = ({ status }: { status: InboundWebhook['status'] }) => (
  <Mark of={[inboundStatusWord[status], inbounds[status]]} />
)

/** The word for a delivery's state, as lists and filters show it. */
export const deliveryStatusWord = (status: DeliveryStatus): string => deliveries[status][0]

// A hollow mark for what is not finished tells states apart where colours cannot.
export function Mark({ of: [word, tone] }: { of: [string, Tone] }) {
  return (
    <span
      className="status"
      data-hollow={tone === 'pending' || tone === 'retrying' || undefined}
      style={{ '--status': `var(--tenon-${tone})` } as CSSProperties}
    >
      {word}
    </span>
  )
}
