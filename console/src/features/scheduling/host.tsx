import { Group } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Host } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Pairs } from '../../components/pairs.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError } from '../../lib/api.ts'
import { formatDuration } from '../../lib/format.ts'
import { useMayChange } from '../../lib/session.ts'
import { printHours, weekdays } from '../../lib/weekly-hours.ts'
import { Calendars } from './calendars.tsx'
import { HostDialog } from './host-dialog.tsx'
import { hostQuery } from './scheduling-queries.ts'

const route = getRouteApi('/signed-in/hosts/$hostId')

/** Somebody who can be booked: hours, rules and connected calendars. */
export function HostPage() {
  const { hostId } = route.useParams()
  const { data: host, error, refetch } = useQuery(hostQuery(hostId))
  if (error && !host)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This host is not here" action={<LinkButton to="/hosts">See all hosts</LinkButton>}>
        It was deleted, or belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Host">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!host)
    return (
      <Page title="Host">
        <Panel flush>
          <SkeletonRows count={5} />
        </Panel>
      </Page>
    )
  return <Known host={host} />
}

function Known({ host }: { host: Host }) {
  const mayChange = useMayChange()
  return (
    <Page
      title={host.name}
      about={
        <Group gap="md">
          <Mark of={host.isActive ? ['Can be booked', 'delivered'] : ['Closed', 'quiet']} />
          <span>{[host.email, host.timezone].filter(Boolean).join(' · ')}</span>
        </Group>
      }
      actions={
        <>
          <LinkButton variant="default" to="/bookings" search={{ hostId: host.id }}>
            Its bookings
          </LinkButton>
          {mayChange && <HostDialog existing={host} size="sm" />}
        </>
      }
    >
      <Calendars host={host} />
      <div className="beside">
        <Panel title="Hours">
          <Pairs
            label="Hours"
            pairs={Object.fromEntries(
              weekdays.map((day) => [
                day.charAt(0).toUpperCase() + day.slice(1),
                printHours(host.weekly[day] ?? []) || 'Closed',
              ]),
            )}
          />
        </Panel>
        <Panel title="Rules">
          <Pairs label="Rules" pairs={rulesOf(host)} />
        </Panel>
      </div>
    </Page>
  )
}

const minutes = (count: number): string => formatDuration(count * 60_000)

const rulesOf = (host: Host): Record<string, ReactNode> => ({
  'A slot': minutes(host.slotMinutes),
  'Free before': host.bufferBeforeMinutes ? minutes(host.bufferBeforeMinutes) : 'Nothing',
  'Free afterwards': host.bufferAfterMinutes ? minutes(host.bufferAfterMinutes) : 'Nothing',
  Notice: host.minimumNoticeMinutes ? minutes(host.minimumNoticeMinutes) : 'None',
  'Days ahead': host.horizonDays,
  ...(host.location && { Place: host.location }),
  'Last booked': <Time at={host.lastBookedAt} />,
})
