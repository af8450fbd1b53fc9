import { Group, Select, Text, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { Call } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { type CallFilter, callerOf, callStatuses, outcomeInWords } from '../../lib/call-in-words.ts'
import { isFiltered } from '../../lib/filters.ts'
import { formatDuration } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { CallMark } from './call-marks.tsx'

const route = getRouteApi('/signed-in/calls')

/** The calls of the workspace's voice agents, newest first. */
export function Calls() {
  const filter = route.useSearch()
  const calls = useList<Call>([filter], paths.calls, () => filter as Record<string, string>, { refreshMs: 5_000 })
  return (
    <Page title="Calls" about="What voice agents talked about, and what became of each call at every integration.">
      <Filters filter={filter} />
      <Panel flush>
        <ListStates
          source={calls}
          empty={
            isFiltered(filter) ? (
              <Empty title="No call matches">Take away a filter to see more.</Empty>
            ) : (
              <Empty title="No call yet" action={<LinkButton to="/catalogue">Connect a voice agent</LinkButton>}>
                Calls show up here by themselves once a voice agent is connected, or your product tells the hub of them.
              </Empty>
            )
          }
        >
          {(items) => <CallTable calls={items} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

const CallTable = ({ calls }: { calls: Call[] }) => (
  <DataTable
    label="Calls"
    rows={calls}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'Who',
        kind: 'lead',
        cell: (call) => (
          <>
            <TextLink to="/calls/$callId" params={{ callId: call.id }} fw={600}>
              {callerOf(call)}
            </TextLink>
            <Text size="xs" c="dimmed" lineClamp={1}>
              {call.callSummary ?? call.customerEmail ?? (call.customerName && call.customerPhone)}
            </Text>
          </>
        ),
      },
      { header: 'Outcome', cell: ({ callOutcome }) => outcomeInWords(callOutcome) },
      { header: 'Status', kind: 'nowrap', cell: ({ status }) => <CallMark status={status} /> },
      { header: 'Agent', cell: ({ agentId }) => <span className="mono">{agentId}</span> },
      {
        header: 'Length',
        kind: 'number',
        cell: ({ durationSeconds }) => (durationSeconds === null ? '–' : formatDuration(durationSeconds * 1_000)),
      },
      { header: 'Began', kind: 'nowrap', cell: ({ startedAt }) => <Time at={startedAt} /> },
    ]}
  />
)

function Filters({ filter }: { filter: CallFilter }) {
  const navigate = route.useNavigate()
  const change = (changes: { [Key in keyof CallFilter]: CallFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: Object.fromEntries(next) as CallFilter, replace: true })
  }
  const [agentId, typeAgentId] = useTypedFilter(filter.agentId, (agentId) => change({ agentId }))
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <TextInput
        label="Agent"
        placeholder="Any"
        value={agentId}
        onChange={({ currentTarget }) => typeAgentId(currentTarget.value)}
        className="filter"
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={callStatuses}
        value={filter.status ?? null}
        onChange={(status) => change({ status: (status as CallFilter['status']) ?? undefined })}
        className="filter"
      />
      {isFiltered(filter) && (
        <LinkButton to="/calls" search={{}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
