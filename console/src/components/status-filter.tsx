import { Chip, Group } from '@mantine/core'
import type { DeliveryStatus } from 'tenon-sdk'
import { deliveryStatuses } from '../lib/filters.ts'
import { deliveryStatusWord } from './status.tsx'

type Props = {
  value: DeliveryStatus[] | undefined
  among?: DeliveryStatus[]
  onChange: (statuses: DeliveryStatus[] | undefined) => void
}

/** Any number of delivery states; none chosen means all. */
export const StatusFilter = ({ value = [], among = deliveryStatuses, onChange }: Props) => (
  <Chip.Group
    multiple
    value={value}
    onChange={(chosen) => onChange(chosen.length ? (chosen as DeliveryStatus[]) : undefined)}
  >
    <Group gap={6} role="group" aria-label="Status">
      {among.map((status) => (
        <Chip key={status} value={status} size="xs" radius="sm">
          {deliveryStatusWord(status)}
        </Chip>
      ))}
    </Group>
  </Chip.Group>
)
