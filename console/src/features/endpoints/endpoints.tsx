import { useQuery } from '@tanstack/react-query'
import type { Endpoint } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { HealthMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { formatCount, formatShare } from '../../lib/format.ts'
import { endpointsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'

/** The URLs that events are delivered to, and how they fare. */
export function Endpoints() {
  const mayChange = useMayChange()
  const { data, error, refetch } = useQuery({ ...endpointsQuery, refetchInterval: 10_000 })
  const create = mayChange && <LinkButton to="/endpoints/new">Create endpoint</LinkButton>
  return (
    <Page title="Endpoints" about="The addresses that subscribe to events, and how they fare." actions={create}>
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={
            <Empty title="No endpoint yet" action={create}>
              An endpoint is a URL of yours that receives events by HTTP POST, each one signed.
            </Empty>
          }
        >
          {(endpoints) => <EndpointTable endpoints={endpoints} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

const EndpointTable = ({ endpoints }: { endpoints: Endpoint[] }) => (
  <DataTable
    label="Endpoints"
    rows={endpoints}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'Name',
        kind: 'lead',
        cell: ({ id, name, url }) => (
          <>
            <TextLink to="/endpoints/$endpointId" params={{ endpointId: id }} fw={600}>
              {name}
            </TextLink>
            <div className="mono breakable" style={{ color: 'var(--mantine-color-dimmed)', fontSize: '0.8rem' }}>
              {url}
            </div>
          </>
        ),
      },
      { header: 'Health', kind: 'nowrap', cell: ({ health }) => <HealthMark health={health} /> },
      { header: 'Events', cell: ({ events }) => <Subscriptions events={events} /> },
      { header: 'Calls', kind: 'number', cell: ({ totalCalls }) => formatCount(totalCalls) },
      {
        header: 'Success rate',
        kind: 'number',
        cell: ({ totalCalls, successfulCalls }) => formatShare(totalCalls ? successfulCalls / totalCalls : null),
      },
      { header: 'Last success', kind: 'nowrap', cell: ({ lastSuccessAt }) => <Time at={lastSuccessAt} /> },
    ]}
  />
)

function Subscriptions({ events }: { events: string[] }) {
  const shown = events.slice(0, 2).join(', ')
  return (
    <span className="mono" title={events.join(', ')}>
      {events.includes('*') ? 'all' : shown}
      {events.length > 2 && ` +${events.length - 2}`}
    </span>
  )
}
