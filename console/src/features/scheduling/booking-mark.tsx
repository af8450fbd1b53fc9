import type { Booking } from 'tenon-sdk'
import { Mark } from '../../components/status.tsx'
import { bookingStatuses } from '../../lib/booking-in-words.ts'

const tones: Record<Booking['status'], Parameters<typeof Mark>[0]['of'][1]> = {
  confirmed: 'delivered',
  cancelled: 'quiet',
  no_show: 'retrying',
}

export const BookingMark = ({ status }: { status: Booking['status'] }) => (
  <Mark of={[bookingStatuses.find(({ value }) => value === status)?.label ?? status, tones[status]]} />
)
