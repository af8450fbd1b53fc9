import { Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Host } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'
import { printHours, weekdays } from '../../lib/weekly-hours.ts'
import { HostDialog } from './host-dialog.tsx'
import { hostsQuery } from './scheduling-queries.ts'

/** Who can be booked, and when. */
export function Hosts() {
  const mayChange = useMayChange()
  const { data, error, refetch } = useQuery(hostsQuery)
  return (
    <Page
      title="Hosts"
      about="Who can be booked: people or rooms, each with hours, rules and calendars."
      actions={
        <>
          <LinkButton variant="default" to="/bookings">
            Bookings
          </LinkButton>
          {mayChange && <HostDialog />}
        </>
      }
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={
            <Empty title="Nobody can be booked yet" action={mayChange && <HostDialog />}>
              Add a person or a room with its hours; its free times can be booked at once.
            </Empty>
          }
        >
          {(hosts) => <HostTable hosts={hosts} mayChange={mayChange} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

function HostTable({ hosts, mayChange }: { hosts: Host[]; mayChange: boolean }) {
  const queries = useQueryClient()
  return (
    <DataTable
      label="Hosts"
      rows={hosts}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Name',
          kind: 'lead',
          cell: ({ id, name, email, timezone }) => (
            <>
              <TextLink to="/hosts/$hostId" params={{ hostId: id }} fw={600}>
                {name}
              </TextLink>
              <Text size="xs" c="dimmed">
                {[email, timezone].filter(Boolean).join(' · ')}
              </Text>
            </>
          ),
        },
        { header: 'Hours', cell: ({ weekly }) => <Hours weekly={weekly} /> },
        { header: 'Slots', kind: 'nowrap', cell: ({ slotMinutes }) => `${slotMinutes} min` },
        {
          header: 'State',
          kind: 'nowrap',
          cell: ({ isActive }) => <Mark of={isActive ? ['Can be booked', 'delivered'] : ['Closed', 'quiet']} />,
        },
        { header: 'Last booked', kind: 'nowrap', cell: ({ lastBookedAt }) => <Time at={lastBookedAt} /> },
        {
          header: 'Action',
          kind: 'bare',
          cell: (host) =>
            mayChange && (
              <>
                <HostDialog existing={host} />{' '}
                <ConfirmButton
                  label="Delete"
                  ariaLabel={`Delete ${host.name}`}
                  title={`Delete ${host.name}?`}
                  confirmLabel="Delete the host"
                  button={{ size: 'compact-sm' }}
                  onConfirm={async () => {
                    await request('DELETE', paths.host(host.id))
                    await queries.invalidateQueries({ queryKey: [paths.hosts] })
                  }}
                >
                  Nobody can book it any more. A host with bookings to come cannot be deleted; close it instead.
                </ConfirmButton>
              </>
            ),
        },
      ]}
    />
  )
}

function Hours({ weekly }: Pick<Host, 'weekly'>) {
  const open = weekdays.filter((day) => weekly[day] && weekly[day].length > 0)
  if (open.length === 0) return <>Closed every day</>
  const [first] = open
  const isSame = open.every((day) => printHours(weekly[day]!) === printHours(weekly[first!]!))
  return (
    <Text size="sm">
      {isSame
        ? `${shortDays(open)}: ${printHours(weekly[first!]!)}`
        : open.map((day) => `${shortDays([day])} ${printHours(weekly[day]!)}`).join('; ')}
    </Text>
  )
}

const shortDays = (days: readonly string[]): string =>
  days.map((day) => day.charAt(0).toUpperCase() + day.slice(1, 3)).join(', ')
