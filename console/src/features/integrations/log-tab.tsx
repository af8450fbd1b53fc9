import { Group, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { OperationLogEntry } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { OperationList } from '../../components/operation-list.tsx'
import { Panel } from '../../components/page.tsx'
import { TimeRangeFilter } from '../../components/time-range.tsx'
import { flatQuery, isFiltered, type LogFilter } from '../../lib/filters.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { operationsQuery } from './integration-query.ts'

const route = getRouteApi('/signed-in/connected/$integrationId')

/** Everything that the integration did, newest first, to be searched. */
export function LogTab({ integrationId }: { integrationId: string }) {
  const { tab: _, ...filter } = route.useSearch()
  const log = useList<OperationLogEntry>(
    [filter],
    paths.ofIntegration(integrationId, 'logs'),
    () => flatQuery(filter, Date.now()),
    { refreshMs: 5_000, limit: 25 },
  )
  return (
    <Panel flush>
      <div style={{ padding: '14px 18px' }}>
        <Filters filter={filter} integrationId={integrationId} />
      </div>
      <ListStates
        source={log}
        empty={
          <Empty title={isFiltered(filter) ? 'No entry matches' : 'Nothing was done yet'}>
            {isFiltered(filter)
              ? 'Take away a filter to see more.'
              : 'Each call to the vendor shows up here, with what was sent and what came back.'}
          </Empty>
        }
      >
        {(entries) => <OperationList entries={entries} />}
      </ListStates>
    </Panel>
  )
}

function Filters({ filter, integrationId }: { filter: LogFilter; integrationId: string }) {
  const navigate = route.useNavigate()
  const operations = useQuery(operationsQuery(integrationId))
  const change = (changes: { [Key in keyof LogFilter]: LogFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: { tab: 'log', ...(Object.fromEntries(next) as LogFilter) }, replace: true })
  }
  const [eventId, typeEventId] = useTypedFilter(filter.eventId, (eventId) => change({ eventId }))
  const [callId, typeCallId] = useTypedFilter(filter.callId, (callId) => change({ callId }))
  const { since, after, before } = filter
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <Select
        label="Operation"
        placeholder="Any"
        clearable
        searchable
        data={[...(operations.data?.map(({ name }) => name) ?? []), 'connection.test']}
        value={filter.operation ?? null}
        onChange={(operation) => change({ operation: operation ?? undefined })}
        className="filter"
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={[
          { value: 'success', label: 'Done' },
          { value: 'failed', label: 'Failed' },
          { value: 'unknown', label: 'Unknown' },
        ]}
        value={filter.status ?? null}
        onChange={(status) => change({ status: (status as LogFilter['status']) ?? undefined })}
        className="filter"
      />
      <TextInput
        label="Event id"
        placeholder="Any"
        value={eventId}
        onChange={({ currentTarget }) => typeEventId(currentTarget.value)}
        className="filter"
      />
      <TextInput
        label="Call id"
        placeholder="Any"
        value={callId}
        onChange={({ currentTarget }) => typeCallId(currentTarget.value)}
        className="filter"
      />
      <TimeRangeFilter
        value={{ ...(since && { since }), ...(after && { after }), ...(before && { before }) }}
        onChange={(range) => change({ since: undefined, after: undefined, before: undefined, ...range })}
      />
      {isFiltered(filter) && (
        <LinkButton to="/connected/$integrationId" params={{ integrationId }} search={{ tab: 'log' }} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
