import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Agent, Integration } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { agentsQuery, integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { AgentDialog } from './agent-dialog.tsx'

/** The voice and AI agents of the workspace, and which accounts are theirs alone. */
export function Agents() {
  const mayChange = useMayChange()
  const { data, error, refetch } = useQuery(agentsQuery)
  const integrations = useQuery(integrationsQuery)
  return (
    <Page
      title="Agents"
      about="Voice and AI agents. Each uses the accounts of the whole workspace, and those that are its own."
      actions={
        <>
          <LinkButton variant="default" to="/calls">
            Calls
          </LinkButton>
          {mayChange && <AgentDialog />}
        </>
      }
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={
            <Empty title="No agent yet" action={mayChange && <AgentDialog />}>
              Add an agent by the id that it has at its vendor, to give it accounts of its own. Agents without one use
              what the whole workspace uses.
            </Empty>
          }
        >
          {(agents) => <AgentTable agents={agents} integrations={integrations.data} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

const AgentTable = ({ agents, integrations }: { agents: Agent[]; integrations: Integration[] | undefined }) => (
  <DataTable
    label="Agents"
    rows={agents}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'Name',
        kind: 'lead',
        cell: ({ id, name }) => (
          <>
            <TextLink to="/agents/$agentId" params={{ agentId: id }} fw={600}>
              {name}
            </TextLink>
            <Text size="xs" c="dimmed" className="mono">
              {id}
            </Text>
          </>
        ),
      },
      {
        header: 'Accounts of its own',
        cell: ({ id }) =>
          integrations
            ?.filter(({ agentId }) => agentId === id)
            .map(({ name }) => name)
            .join(', ') || 'None',
      },
      { header: 'Added', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
    ]}
  />
)
