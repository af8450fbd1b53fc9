import { Group, SegmentedControl, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { InboundWebhook } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { InboundStatusMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { TimeRangeFilter } from '../../components/time-range.tsx'
import { flatQuery, type InboundFilter, inboundStatuses, isFiltered } from '../../lib/filters.ts'
import { formatCount } from '../../lib/format.ts'
import { inboundStatusWord } from '../../lib/inbound-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery, templatesQuery } from '../../lib/queries.ts'
import { useSession } from '../../lib/session.ts'
import { useList } from '../../lib/use-list.ts'

const route = getRouteApi('/signed-in/inbound')

/** What vendors sent, newest first: verified or not, matched or not, and what became of it. */
export function Inbound() {
  const { scope, ...filter } = route.useSearch()
  const navigate = route.useNavigate()
  const { person } = useSession()
  const isUnmatched = scope === 'unmatched' && person.platformAdmin
  const webhooks = useList<InboundWebhook>(
    [isUnmatched, filter],
    isUnmatched ? paths.unmatched : paths.inbound,
    () => flatQuery(filter, Date.now()),
    { refreshMs: 5_000 },
  )
  return (
    <Page
      title="Inbound webhooks"
      about={
        isUnmatched
          ? 'What names no account of this hub, or was refused for it. It is taken in once its account is connected.'
          : 'What vendors sent about accounts of this workspace. Everything is stored before it is answered, and can be replayed.'
      }
      actions={
        person.platformAdmin && (
          <SegmentedControl
            aria-label="Whose webhooks"
            value={isUnmatched ? 'unmatched' : 'workspace'}
            onChange={(chosen) => void navigate({ search: chosen === 'unmatched' ? { scope: 'unmatched' } : {} })}
            data={[
              { value: 'workspace', label: 'This workspace' },
              { value: 'unmatched', label: 'Unmatched' },
            ]}
          />
        )
      }
    >
      <Filters filter={filter} isUnmatched={isUnmatched} />
      <Panel flush>
        <ListStates
          source={webhooks}
          empty={
            <Empty title={isFiltered(filter) ? 'Nothing matches' : 'Nothing has arrived yet'}>
              {isFiltered(filter)
                ? 'Take away a filter to see more.'
                : isUnmatched
                  ? 'Whatever vendors send for accounts that nobody has connected is kept here.'
                  : 'Once a vendor calls the hub about an account of this workspace, it shows up here by itself.'}
            </Empty>
          }
        >
          {(items) => <InboundTable webhooks={items} isUnmatched={isUnmatched} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

function InboundTable({ webhooks, isUnmatched }: { webhooks: InboundWebhook[]; isUnmatched: boolean }) {
  const integrations = useQuery(integrationsQuery)
  const nameOf = (id: string | null) => integrations.data?.find((integration) => integration.id === id)?.name
  const templates = useQuery(templatesQuery)
  return (
    <DataTable
      label="Inbound webhooks"
      rows={webhooks}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'From',
          kind: 'lead',
          cell: ({ id, connector, method, path }) => (
            <>
              <TextLink
                to="/inbound/$inboundId"
                params={{ inboundId: id }}
                search={isUnmatched ? { scope: 'unmatched' } : {}}
                fw={600}
              >
                {templates.data?.find((template) => template.id === connector)?.name ?? connector}
              </TextLink>
              <div className="mono" style={{ color: 'var(--mantine-color-dimmed)', fontSize: '0.8rem' }}>
                {method} {path}
              </div>
            </>
          ),
        },
        { header: 'Status', kind: 'nowrap', cell: ({ status }) => <InboundStatusMark status={status} /> },
        { header: 'Verified', cell: ({ isVerified }) => (isVerified ? 'Yes' : 'No') },
        {
          header: isUnmatched ? 'Names the account' : 'Integration',
          cell: ({ integrationId, routingKey }) =>
            isUnmatched ? (routingKey ?? '–') : (nameOf(integrationId) ?? (integrationId ? 'Deleted' : 'None')),
        },
        { header: 'Events', kind: 'number', cell: ({ eventIds }) => (eventIds ? formatCount(eventIds.length) : '–') },
        { header: 'Received', kind: 'nowrap', cell: ({ receivedAt }) => <Time at={receivedAt} /> },
      ]}
    />
  )
}

function Filters({ filter, isUnmatched }: { filter: Omit<InboundFilter, 'scope'>; isUnmatched: boolean }) {
  const navigate = route.useNavigate()
  const templates = useQuery(templatesQuery)
  const integrations = useQuery(integrationsQuery)
  const statuses = isUnmatched ? (['unmatched', 'refused'] as const) : inboundStatuses
  const change = (changes: { [Key in keyof InboundFilter]: InboundFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...(isUnmatched && { scope: 'unmatched' }), ...changes })
    void navigate({
      search: Object.fromEntries(next.filter(([, value]) => value !== undefined)) as InboundFilter,
      replace: true,
    })
  }
  const { since, after, before } = filter
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <Select
        label="Connector"
        placeholder="Any"
        clearable
        searchable
        data={templates.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
        value={filter.connector ?? null}
        onChange={(connector) => change({ connector: connector ?? undefined })}
        className="filter"
      />
      {!isUnmatched && (
        <Select
          label="Integration"
          placeholder="Any"
          clearable
          searchable
          data={integrations.data?.map(({ id, name }) => ({ value: id, label: name })) ?? []}
          value={filter.integrationId ?? null}
          onChange={(integrationId) => change({ integrationId: integrationId ?? undefined })}
          className="filter"
        />
      )}
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={statuses.map((status) => ({ value: status, label: inboundStatusWord[status] }))}
        value={filter.status ?? null}
        onChange={(status) => change({ status: (status as InboundFilter['status']) ?? undefined })}
        className="filter"
      />
      <TimeRangeFilter
        value={{ ...(since && { since }), ...(after && { after }), ...(before && { before }) }}
        onChange={(range) => change({ since: undefined, after: undefined, before: undefined, ...range })}
      />
      {isFiltered(filter) && (
        <LinkButton to="/inbound" search={isUnmatched ? { scope: 'unmatched' } : {}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
