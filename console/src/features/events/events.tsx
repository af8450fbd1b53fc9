import { Autocomplete, Button, Group, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Event as HubEvent } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { Icon } from '../../components/icons.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { TimeRangeFilter } from '../../components/time-range.tsx'
import { type EventFilter, isFiltered, toQuery } from '../../lib/filters.ts'
import { paths } from '../../lib/paths.ts'
import { eventTypesQuery } from '../../lib/queries.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { PublishDialog } from './publish-dialog.tsx'

const route = getRouteApi('/signed-in/events')

/** What was published, newest first, arriving while one looks. */
export function Events() {
  const { publish, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const [isLive, setLive] = useState(true)
  const events = useList<HubEvent>([filter], paths.events, () => toQuery(filter, Date.now()), {
    refreshMs: isLive && 3_000,
  })
  const setFilter = (next: EventFilter) => void navigate({ search: next, replace: true })
  const openPublish = () => void navigate({ search: { ...filter, publish: 'new' } })

  return (
    <Page
      title="Events"
      about="Everything that was published to this workspace. Open one to follow it to each endpoint."
      actions={
        <>
          <Button
            variant="default"
            onClick={() => setLive(!isLive)}
            leftSection={<Icon name={isLive ? 'pause' : 'play'} size={14} />}
            aria-pressed={!isLive}
          >
            {isLive ? 'Pause' : 'Resume'}
          </Button>
          <Button onClick={openPublish}>Publish an event</Button>
        </>
      }
    >
      <Filters filter={filter} onChange={setFilter} />
      <Panel flush>
        <ListStates
          source={events}
          empty={
            isFiltered(filter) ? (
              <Empty
                title="No event matches"
                action={
                  <Button variant="default" onClick={() => setFilter({})}>
                    Show all events
                  </Button>
                }
              >
                New ones appear here by themselves as they arrive.
              </Empty>
            ) : (
              <Empty title="Nothing was published yet" action={<Button onClick={openPublish}>Publish an event</Button>}>
                Publish one from here, or from your product with an API key. It appears here by itself.
              </Empty>
            )
          }
        >
          {(items) => <EventTable events={items} />}
        </ListStates>
      </Panel>
      <PublishDialog
        type={publish === 'new' ? null : (publish ?? null)}
        isOpen={publish !== undefined}
        onClose={() => void navigate({ search: filter, replace: true })}
      />
    </Page>
  )
}

const EventTable = ({ events }: { events: HubEvent[] }) => (
  <DataTable
    label="Events"
    rows={events}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'Type',
        kind: 'lead',
        cell: ({ id, type }) => (
          <TextLink to="/events/$eventId" params={{ eventId: id }} className="mono" fw={600}>
            {type}
          </TextLink>
        ),
      },
      { header: 'Channels', cell: ({ channels }) => channels?.join(', ') || '–' },
      { header: 'Id', cell: ({ id }) => <span className="mono">{id}</span> },
      { header: 'Received', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
    ]}
  />
)

function Filters({ filter, onChange }: { filter: EventFilter; onChange: (filter: EventFilter) => void }) {
  const types = useQuery(eventTypesQuery)
  const change = (changes: { type?: string | undefined; channel?: string | undefined }) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined),
      ) as EventFilter,
    )
  const [type, typeType] = useTypedFilter(filter.type, (type) => change({ type }))
  const [channel, typeChannel] = useTypedFilter(filter.channel, (channel) => change({ channel }))
  const { type: _type, channel: _channel, ...range } = filter
  const texts = { ...(filter.type && { type: filter.type }), ...(filter.channel && { channel: filter.channel }) }
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <Autocomplete
        label="Type"
        placeholder="Any, or booking.*"
        data={types.data?.map(({ name }) => name) ?? []}
        value={type}
        onChange={typeType}
        className="filter"
      />
      <TextInput
        label="Channel"
        placeholder="Any"
        value={channel}
        onChange={({ currentTarget }) => typeChannel(currentTarget.value)}
        className="filter"
      />
      <TimeRangeFilter value={range} onChange={(next) => onChange({ ...texts, ...next })} />
      {isFiltered(filter) && (
        <LinkButton to="/events" search={{}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
