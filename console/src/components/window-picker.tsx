import { SegmentedControl } from '@mantine/core'
import type { StatisticsWindow } from 'tenon-sdk'

const windows: { value: StatisticsWindow; label: string }[] = [
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
  { value: '30d', label: '30 days' },
]
type Props = { value: StatisticsWindow; onChange: (window: StatisticsWindow) => void }

export const WindowPicker = ({ value, onChange }: Props) => (
  <SegmentedControl
    aria-label="Time window"
    size="xs"
    data={windows}
    value={value}
    onChange={(chosen) => onChange(chosen as StatisticsWindow)}
  />
)
