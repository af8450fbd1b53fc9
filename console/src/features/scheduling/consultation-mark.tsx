import type { Consultation } from 'tenon-sdk'
import { Mark } from '../../components/status.tsx'
import { consultationStatuses } from '../../lib/consultation-in-words.ts'

const tones: Record<Consultation['status'], Parameters<typeof Mark>[0]['of'][1]> = {
  requested: 'pending',
  offered: 'retrying',
  scheduled: 'delivered',
  closed: 'quiet',
}

export const ConsultationMark = ({ status }: Pick<Consultation, 'status'>) => (
  <Mark of={[consultationStatuses.find(({ value }) => value === status)?.label ?? status, tones[status]]} />
)
