import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import type { Agent, Integration } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { IntegrationMark } from '../../components/status.tsx'
import { request } from '../../lib/api.ts'
import { capabilityInWords } from '../../lib/integration-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { agentsQuery, integrationsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'
import { AgentDialog } from './agent-dialog.tsx'

const route = getRouteApi('/signed-in/agents/$agentId')

/** One agent, with what it can use: its own accounts, and those of the whole workspace. */
export function AgentPage() {
  const { agentId } = route.useParams()
  const agents = useQuery(agentsQuery)
  const agent = agents.data?.find(({ id }) => id === agentId)
  if (agents.data && !agent)
    return (
      <Empty title="This agent is not here" action={<LinkButton to="/agents">See all agents</LinkButton>}>
        It belongs to another workspace, or was never added.
      </Empty>
    )
  if (!agent)
    return (
      <Page title="Agent">
        {agents.error ? (
          <Problem error={agents.error} onRetry={() => void agents.refetch()} />
        ) : (
          <Panel flush>
            <SkeletonRows count={5} />
          </Panel>
        )}
      </Page>
    )
  return <Known agent={agent} />
}

function Known({ agent }: { agent: Agent }) {
  const mayChange = useMayChange()
  const path = paths.ofAgent(agent.id, 'integrations')
  const usable = useQuery({ queryKey: [path], queryFn: ({ signal }) => readAll<Integration>(path, signal) })
  const source = (isOwn: boolean) => ({
    items: usable.data?.filter(({ agentId }) => (agentId === agent.id) === isOwn),
    error: usable.error,
    retry: () => void usable.refetch(),
  })
  return (
    <Page
      title={agent.name}
      name="Agent"
      about={<span className="mono">{agent.id}</span>}
      actions={
        <>
          <LinkButton variant="default" to="/calls" search={{ agentId: agent.id }}>
            Its calls
          </LinkButton>
          {mayChange && <AgentDialog existing={agent} />}
        </>
      }
    >
      <Panel title="Its own accounts" flush>
        <ListStates
          source={source(true)}
          skeletonRows={2}
          empty={
            <Empty title="It has none of its own">
              It uses what the whole workspace uses. An account that becomes its own is used by no other agent.
            </Empty>
          }
        >
          {(items) => <Accounts items={items} agent={agent} mayChange={mayChange} isOwn />}
        </ListStates>
        {mayChange && <Giving agent={agent} />}
      </Panel>
      <Panel title="Of the whole workspace" flush>
        <ListStates
          source={source(false)}
          skeletonRows={2}
          empty={
            <Empty
              title="Nothing is connected for everybody"
              action={<LinkButton to="/catalogue">Connect an account</LinkButton>}
            >
              Accounts that belong to no agent can be used by all of them.
            </Empty>
          }
        >
          {(items) => <Accounts items={items} agent={agent} mayChange={false} isOwn={false} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

/** Lets go of what is known of which agent has what. */
function useAssignment() {
  const queries = useQueryClient()
  return async (integrationId: string, agentId: string | null) => {
    await request('PATCH', paths.integration(integrationId), { body: { agentId } })
    await queries.invalidateQueries({ queryKey: [paths.integrations] })
    await queries.invalidateQueries({
      predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(paths.agents),
    })
  }
}

type AccountsProps = { items: Integration[]; agent: Agent; mayChange: boolean; isOwn: boolean }

function Accounts({ items, agent, mayChange, isOwn }: AccountsProps) {
  const assign = useAssignment()
  return (
    <DataTable
      label={isOwn ? `Accounts of ${agent.name}` : 'Accounts of the whole workspace'}
      rows={items}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Account',
          kind: 'lead',
          cell: ({ id, name, templateName }) => (
            <>
              <TextLink to="/connected/$integrationId" params={{ integrationId: id }} fw={600}>
                {name}
              </TextLink>
              <Text size="xs" c="dimmed">
                {templateName}
              </Text>
            </>
          ),
        },
        { header: 'Status', kind: 'nowrap', cell: (integration) => <IntegrationMark integration={integration} /> },
        {
          header: 'What it can do',
          cell: ({ capabilities }) =>
            capabilities.map(({ capability }) => capabilityInWords(capability)).join(', ') || '–',
        },
        ...(mayChange
          ? [
              {
                header: 'Action',
                kind: 'bare' as const,
                cell: ({ id, name }: Integration) => (
                  <ConfirmButton
                    label="Give to everybody"
                    ariaLabel={`Give ${name} to everybody`}
                    title={`Let the whole workspace use ${name}?`}
                    confirmLabel="Give it to everybody"
                    danger={false}
                    button={{ size: 'compact-sm' }}
                    onConfirm={() => assign(id, null)}
                  >
                    Every agent, and what hears events of this workspace, uses it from then on.
                  </ConfirmButton>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}

/** Makes an account of the workspace, or of another agent, this agent's own. */
function Giving({ agent }: { agent: Agent }) {
  const [chosen, setChosen] = useState<string | null>(null)
  const integrations = useQuery(integrationsQuery)
  const agents = useQuery(agentsQuery)
  const assign = useAssignment()
  const give = useMutation({
    mutationFn: (integrationId: string) => assign(integrationId, agent.id),
    onSuccess: () => {
      setChosen(null)
      notifyDone('The account is this agent’s own.')
    },
  })
  const nameOf = (id: string | null) =>
    id === null ? 'everybody’s' : `of ${agents.data?.find((other) => other.id === id)?.name ?? id}`
  const others = integrations.data?.filter(({ agentId }) => agentId !== agent.id) ?? []
  return (
    <div className="panel-pad" style={{ borderTop: '1px solid var(--tenon-line)' }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (chosen) give.mutate(chosen)
        }}
      >
        <Stack gap="sm">
          {give.error && <Problem error={give.error} />}
          <Group align="flex-end" gap="sm">
            <Select
              label="Give it an account"
              placeholder="Choose"
              searchable
              data={others.map(({ id, name, agentId }) => ({ value: id, label: `${name} (${nameOf(agentId)})` }))}
              value={chosen}
              onChange={setChosen}
              style={{ flex: '1 1 220px' }}
              maw={380}
            />
            <Button type="submit" variant="default" disabled={!chosen} loading={give.isPending}>
              Make it its own
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            No other agent can use it then.
          </Text>
        </Stack>
      </form>
    </div>
  )
}
