import { Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { CalendarProvider, Host } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { CalendarDialog } from './calendar-dialog.tsx'
import { providersQuery } from './scheduling-queries.ts'

const marks: Record<CalendarProvider['status'], Parameters<typeof Mark>[0]['of']> = {
  unread: ['Not read yet', 'pending'],
  current: ['Up to date', 'delivered'],
  stale: ['Read some time ago', 'pending'],
  failing: ['Cannot be read', 'dead'],
}

/** The connected calendars of a host: whose busy times close slots, and where bookings are written. */
export function Calendars({ host }: { host: Host }) {
  const mayChange = useMayChange()
  const integrations = useQuery(integrationsQuery)
  const { data, error, refetch } = useQuery({ ...providersQuery(host.id), refetchInterval: 10_000 })
  const candidates = integrations.data?.filter(
    ({ id, status, capabilities }) =>
      status !== 'disconnected' &&
      capabilities.some(({ capability }) => capability === 'calendar') &&
      !data?.some(({ integrationId }) => integrationId === id),
  )
  const add = mayChange && candidates && candidates.length > 0 && <CalendarDialog host={host} candidates={candidates} />
  return (
    <Panel title="Calendars" flush actions={data && data.length > 0 && add}>
      <ListStates
        source={{ items: data, error, retry: () => void refetch() }}
        skeletonRows={2}
        empty={
          <Empty
            title="No calendar is connected"
            action={
              add || (
                <LinkButton variant="default" to="/catalogue" search={{ category: 'calendar' }}>
                  Connect a calendar account
                </LinkButton>
              )
            }
          >
            Slots follow from the hours alone, and bookings are known to the hub only. With a calendar, what is busy
            there cannot be booked, and bookings are written into it.
          </Empty>
        }
      >
        {(providers) => <CalendarTable host={host} providers={providers} mayChange={mayChange} />}
      </ListStates>
    </Panel>
  )
}

type TableProps = { host: Host; providers: CalendarProvider[]; mayChange: boolean }

function CalendarTable({ host, providers, mayChange }: TableProps) {
  const integrations = useQuery(integrationsQuery)
  const queries = useQueryClient()
  const nameOf = (id: string) => integrations.data?.find((integration) => integration.id === id)?.name ?? 'An account'
  return (
    <DataTable
      label="Calendars"
      rows={providers}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Account',
          kind: 'lead',
          cell: ({ integrationId, errorMessage, status }) => (
            <>
              <TextLink to="/connected/$integrationId" params={{ integrationId }} fw={600}>
                {nameOf(integrationId)}
              </TextLink>
              {status === 'failing' && errorMessage && (
                <Text size="xs" c="dimmed">
                  {errorMessage}
                </Text>
              )}
            </>
          ),
        },
        {
          header: 'Closes slots',
          cell: ({ readsBusy, busyCalendarIds }) =>
            readsBusy
              ? `Yes, of ${busyCalendarIds ? formatNumberOf(busyCalendarIds.length, 'calendar') : 'its own calendars'}`
              : 'No',
        },
        {
          header: 'Takes bookings',
          cell: ({ receivesBookings, calendarId }) =>
            receivesBookings ? calendarId ? <span className="mono">{calendarId}</span> : 'Yes' : 'No',
        },
        {
          header: 'State',
          kind: 'nowrap',
          cell: ({ readsBusy, status }) => (readsBusy ? <Mark of={marks[status]} /> : '–'),
        },
        { header: 'Last read', kind: 'nowrap', cell: ({ fetchedAt }) => <Time at={fetchedAt} /> },
        {
          header: 'Action',
          kind: 'bare',
          cell: (provider) =>
            mayChange && (
              <>
                <CalendarDialog host={host} existing={provider} name={nameOf(provider.integrationId)} />{' '}
                <ConfirmButton
                  label="Remove"
                  ariaLabel={`Remove ${nameOf(provider.integrationId)}`}
                  title={`Use ${nameOf(provider.integrationId)} no longer for ${host.name}?`}
                  confirmLabel="Remove the calendar"
                  button={{ size: 'compact-sm' }}
                  onConfirm={async () => {
                    await request('DELETE', paths.provider(provider.id))
                    await queries.invalidateQueries({ queryKey: [paths.providers] })
                    await queries.invalidateQueries({ queryKey: [paths.slots] })
                  }}
                >
                  What is busy there can be booked here again. Bookings that were written there stay there, but hear of
                  no more changes.
                </ConfirmButton>
              </>
            ),
        },
      ]}
    />
  )
}
