import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Slots } from 'tenon-sdk'
import { Notice } from '../../components/notice.tsx'
import { Problem } from '../../components/problem.tsx'
import { ownTimeZone } from '../../lib/booking-in-words.ts'
import { slotsQuery } from './scheduling-queries.ts'

type Slot = Slots['slots'][number]
type Props = { hostIds: string[]; durationMinutes?: number; chosen: string | null; onChoose: (slot: Slot) => void }

const dayMs = 86_400_000
const shownDays = 7

/** The free times of a week, day by day, by the reader's clock. */
export function SlotPicker({ hostIds, durationMinutes, chosen, onChoose }: Props) {
  const [week, setWeek] = useState(0)
  const [now] = useState(Date.now)
  const from = now + week * shownDays * dayMs
  const slots = useQuery(
    slotsQuery({
      hostIds,
      from: new Date(from).toISOString(),
      to: new Date(from + shownDays * dayMs).toISOString(),
      ...(durationMinutes && { durationMinutes }),
    }),
  )
  const days = slots.data && Map.groupBy(slots.data.slots, ({ startsAt }) => dayOf(startsAt))
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {dayOf(new Date(from).toISOString())} and the six days after, by the clock of {ownTimeZone()}
        </Text>
        <Button.Group>
          <Button size="compact-sm" variant="default" disabled={week === 0} onClick={() => setWeek(week - 1)}>
            Earlier
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setWeek(week + 1)}>
            Later
          </Button>
        </Button.Group>
      </Group>
      {slots.error && <Problem error={slots.error} onRetry={() => void slots.refetch()} />}
      {!slots.data && !slots.error && <Skeleton height={140} />}
      {slots.data?.status === 'degraded' && (
        <Notice tone="retrying" title="A calendar could not be read">
          {slots.data.degraded.map(({ providerId, error }) => (
            <Text size="sm" key={providerId}>
              {error}
            </Text>
          ))}
          Times of its host are left out until it can be read again.
        </Notice>
      )}
      {days?.size === 0 && <Text size="sm">Nothing is free in this week. Look later.</Text>}
      <div className="slots" role="radiogroup" aria-label="Free times">
        {[...(days ?? [])].map(([day, free]) => (
          <div key={day}>
            <Text size="sm" fw={600} mb={4}>
              {day}
            </Text>
            <Group gap={6}>
              {free.map((slot) => (
                <Button
                  key={slot.startsAt}
                  size="compact-sm"
                  variant={slot.startsAt === chosen ? 'filled' : 'default'}
                  role="radio"
                  aria-checked={slot.startsAt === chosen}
                  aria-label={`${day}, ${timeOf(slot.startsAt)}`}
                  onClick={() => onChoose(slot)}
                >
                  {timeOf(slot.startsAt)}
                </Button>
              ))}
            </Group>
          </div>
        ))}
      </div>
    </Stack>
  )
}

const dayOf = (iso: string): string =>
  new Intl.DateTimeFormat('en', { weekday: 'long', month: 'short', day: 'numeric' }).format(Date.parse(iso))
const timeOf = (iso: string): string =>
  new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' }).format(Date.parse(iso))
