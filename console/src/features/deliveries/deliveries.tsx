import { Autocomplete, Group, Select, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { DeliveryList } from '../../components/delivery-list.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { StatusFilter } from '../../components/status-filter.tsx'
import { TimeRangeFilter } from '../../components/time-range.tsx'
import { type DeliveryFilter, isFiltered } from '../../lib/filters.ts'
import { endpointsQuery, eventTypesQuery, integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'

const route = getRouteApi('/signed-in/deliveries')

/** Every event on its way to every endpoint and integration. */
export function Deliveries() {
  const filter = route.useSearch()
  const navigate = route.useNavigate()
  const { eventId: _, ...replayable } = filter
  return (
    <Page
      title="Deliveries"
      about="Each event on its way to each endpoint and integration that wanted it."
      actions={
        useMayChange() && (
          <LinkButton variant="default" to="/replays/new" search={replayable}>
            Replay these
          </LinkButton>
        )
      }
    >
      <Filters filter={filter} onChange={(search) => void navigate({ search, replace: true })} />
      <Panel flush>
        <DeliveryList filter={filter} />
      </Panel>
    </Page>
  )
}

function Filters({ filter, onChange }: { filter: DeliveryFilter; onChange: (filter: DeliveryFilter) => void }) {
  const endpoints = useQuery(endpointsQuery)
  const integrations = useQuery(integrationsQuery)
  const types = useQuery(eventTypesQuery)
  const change = (changes: { [Key in keyof DeliveryFilter]: DeliveryFilter[Key] | undefined }) =>
    onChange(
      Object.fromEntries(
        Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined),
      ) as DeliveryFilter,
    )
  const [type, typeType] = useTypedFilter(filter.type, (type) => change({ type }))
  const { since, after, before } = filter
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-end" className="filters">
        <Select
          label="Destination"
          placeholder="Any"
          clearable
          searchable
          data={[
            { group: 'Endpoints', items: optionsOf(endpoints.data) },
            { group: 'Integrations', items: optionsOf(integrations.data) },
          ].filter(({ items }) => items.length > 0)}
          value={filter.endpointId ?? null}
          onChange={(id) => change({ endpointId: id ?? undefined })}
          className="filter"
        />
        <Autocomplete
          label="Event type"
          placeholder="Any"
          data={types.data?.map(({ name }) => name) ?? []}
          value={type}
          onChange={typeType}
          className="filter"
        />
        <TimeRangeFilter
          value={{ ...(since && { since }), ...(after && { after }), ...(before && { before }) }}
          onChange={(range) => change({ since: undefined, after: undefined, before: undefined, ...range })}
        />
        {isFiltered(filter) && (
          <LinkButton to="/deliveries" search={{}} variant="subtle">
            Clear
          </LinkButton>
        )}
      </Group>
      <StatusFilter value={filter.status} onChange={(status) => change({ status })} />
    </Stack>
  )
}

const optionsOf = (destinations: { id: string; name: string }[] | undefined) =>
  destinations?.map(({ id, name }) => ({ value: id, label: name })) ?? []
