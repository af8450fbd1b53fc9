import { Group, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Since, TimeRange } from '../lib/filters.ts'

const choices: { value: Since | 'any' | 'between'; label: string }[] = [
  { value: 'any', label: 'Any time' },
  { value: '15m', label: 'Last 15 minutes' },
  { value: '1h', label: 'Last hour' },
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: 'between', label: 'Between …' },
]
type Props = { value: TimeRange; onChange: (range: TimeRange) => void; label?: string }

/** Picks a range that moves with the clock, or two fixed times. */
export function TimeRangeFilter({ value, onChange, label = 'Time' }: Props) {
  const [isBetween, setBetween] = useState(Boolean(value.after || value.before))
  const choose = (choice: string | null) => {
    setBetween(choice === 'between')
    onChange(choice === 'any' || choice === 'between' || !choice ? {} : { since: choice as Since })
  }
  return (
    <Group gap="xs" align="flex-end" className="time-range">
      <Select
        label={label}
        data={choices}
        value={isBetween ? 'between' : (value.since ?? 'any')}
        onChange={choose}
        allowDeselect={false}
        w={{ base: '100%', xs: 170 }}
      />
      {isBetween && (
        <>
          <TimeInput label="From" value={value.after} onChange={(after) => onChange(without({ ...value, after }))} />
          <TimeInput label="To" value={value.before} onChange={(before) => onChange(without({ ...value, before }))} />
        </>
      )}
    </Group>
  )
}

type InputProps = { label: string; value: string | undefined; onChange: (iso: string | undefined) => void }

function TimeInput({ label, value, onChange }: InputProps) {
  return (
    <TextInput
      type="datetime-local"
      label={label}
      value={value ? toLocal(value) : ''}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value ? new Date(currentTarget.value).toISOString() : undefined)
      }
    />
  )
}

/** The form that `datetime-local` wants: local time to the minute, without zone. */
function toLocal(iso: string): string {
  const time = new Date(iso)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

const without = ({
  since: _,
  after,
  before,
}: {
  since?: Since
  after?: string | undefined
  before?: string | undefined
}): TimeRange => ({
  ...(after && { after }),
  ...(before && { before }),
})
