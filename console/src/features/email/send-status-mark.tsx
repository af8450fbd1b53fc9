import { Mark } from '../../components/status.tsx'
import { type SendStatus, sendStatuses } from '../../lib/email-in-words.ts'

const tones: Record<SendStatus, Parameters<typeof Mark>[0]['of'][1]> = {
  queued: 'pending',
  sending: 'pending',
  sent: 'delivered',
  kept: 'retrying',
  failed: 'dead',
  unknown: 'retrying',
}

export const SendStatusMark = ({ status }: { status: SendStatus }) => (
  <Mark of={[sendStatuses.find(({ value }) => value === status)?.label ?? status, tones[status]]} />
)
