import type { ReactNode } from 'react'
import type { Delivery } from 'tenon-sdk'
import { type DeliveryFilter, isFiltered, toQuery } from '../lib/filters.ts'
import { paths } from '../lib/paths.ts'
import { useList } from '../lib/use-list.ts'
import { type Column, DataTable } from './data-table.tsx'
import { TextLink } from './link-button.tsx'
import { Empty, ListStates } from './list-states.tsx'
import { DeliveryStatusMark } from './status.tsx'
import { DueTime, Time } from './time.tsx'

type Props = { filter: DeliveryFilter; withoutDestination?: boolean; empty?: ReactNode }

/** Deliveries that match, newest first; each leads to its event's trace. */
export function DeliveryList({ filter, withoutDestination = false, empty }: Props) {
  const deliveries = useList<Delivery>([filter], paths.deliveries, () => toQuery(filter, Date.now()), {
    refreshMs: 5_000,
  })
  const { endpointId: _, ...chosen } = filter
  return (
    <ListStates
      source={deliveries}
      empty={
        empty ?? (
          <Empty title={isFiltered(chosen) ? 'No delivery matches' : 'No delivery yet'}>
            {isFiltered(chosen)
              ? 'Take away a filter to see more.'
              : 'Once an event is published that an endpoint or an integration subscribes to, its delivery shows up here.'}
          </Empty>
        )
      }
    >
      {(rows) => (
        <DataTable
          label="Deliveries"
          rows={rows}
          rowKey={({ id }) => id}
          columns={columns.filter(({ header }) => !(withoutDestination && header === 'Destination'))}
        />
      )}
    </ListStates>
  )
}

const columns: Column<Delivery>[] = [
  {
    header: 'Event',
    kind: 'lead',
    cell: ({ eventId, eventType, endpointId }) => (
      <TextLink to="/events/$eventId" params={{ eventId }} search={{ endpoint: endpointId }} className="mono" fw={600}>
        {eventType ?? 'An event that is gone'}
      </TextLink>
    ),
  },
  {
    header: 'Destination',
    cell: ({ kind, endpointId, endpointName }) =>
      endpointName === null ? (
        'Deleted'
      ) : kind === 'integration' ? (
        <TextLink to="/connected/$integrationId" params={{ integrationId: endpointId }} c="inherit">
          {endpointName}
        </TextLink>
      ) : (
        <TextLink to="/endpoints/$endpointId" params={{ endpointId }} c="inherit">
          {endpointName}
        </TextLink>
      ),
  },
  { header: 'Status', kind: 'nowrap', cell: ({ status }) => <DeliveryStatusMark status={status} /> },
  { header: 'Attempts', kind: 'number', cell: ({ attempts }) => attempts },
  { header: 'Answer', kind: 'number', cell: ({ lastStatusCode }) => lastStatusCode ?? '–' },
  { header: 'Last attempt', kind: 'nowrap', cell: ({ lastAttemptAt }) => <Time at={lastAttemptAt} never="None yet" /> },
  {
    header: 'Next attempt',
    kind: 'nowrap',
    cell: ({ nextAttemptAt, status }) =>
      status === 'pending' || status === 'retrying' ? <DueTime at={nextAttemptAt} /> : '–',
  },
]
