import { Badge, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Integration } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { IntegrationMark } from '../../components/status.tsx'
import { TemplateIcon } from '../../components/template-icon.tsx'
import { Time } from '../../components/time.tsx'
import { capabilityInWords } from '../../lib/integration-in-words.ts'
import { integrationsQuery, templatesQuery } from '../../lib/queries.ts'
import { useMayChange, useSession } from '../../lib/session.ts'
import { ImportIntegration } from './import-integration.tsx'

/** The accounts at vendors that this workspace connected, and how they fare. */
export function Integrations() {
  const mayChange = useMayChange()
  const { person } = useSession()
  const { data, error, refetch } = useQuery({ ...integrationsQuery, refetchInterval: 10_000 })
  const connect = mayChange && <LinkButton to="/catalogue">Connect an account</LinkButton>
  return (
    <Page
      title="Integrations"
      about="The accounts at vendors that this workspace has connected, what each can do, and how it fares."
      actions={
        <>
          {person.platformAdmin && <ImportIntegration />}
          {connect}
        </>
      }
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={
            <Empty title="Nothing is connected yet" action={connect}>
              Connect a CRM, a calendar, payments or an automation. Events can then become contacts, appointments and
              more there, and what changes there becomes events here.
            </Empty>
          }
        >
          {(integrations) => <IntegrationTable integrations={integrations} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

function IntegrationTable({ integrations }: { integrations: Integration[] }) {
  const templates = useQuery(templatesQuery)
  const iconOf = (templateId: string) => templates.data?.find(({ id }) => id === templateId)?.icon ?? null
  return (
    <DataTable
      label="Integrations"
      rows={integrations}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Name',
          kind: 'lead',
          cell: ({ id, name, templateId, templateName, accountName, agentId }) => (
            <Group gap="sm" wrap="nowrap">
              <TemplateIcon icon={iconOf(templateId)} name={templateName} />
              <div style={{ minWidth: 0 }}>
                <TextLink to="/connected/$integrationId" params={{ integrationId: id }} fw={600}>
                  {name}
                </TextLink>
                <Text size="xs" c="dimmed">
                  {[name !== templateName && templateName, accountName, agentId && `agent ${agentId}`]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </div>
            </Group>
          ),
        },
        { header: 'Status', kind: 'nowrap', cell: (integration) => <IntegrationMark integration={integration} /> },
        { header: 'What it can do', cell: ({ capabilities }) => <Capabilities capabilities={capabilities} /> },
        { header: 'Last success', kind: 'nowrap', cell: ({ lastSuccessAt }) => <Time at={lastSuccessAt} /> },
      ]}
    />
  )
}

/** Each capability with its state; the words say what the mark shows. */
function Capabilities({ capabilities }: Pick<Integration, 'capabilities'>) {
  return (
    <Group gap={6} className="capabilities">
      {capabilities.map(({ capability, configured, tested, healthy, isDefault }) => {
        const state = healthy
          ? 'healthy'
          : tested
            ? 'tested, not healthy now'
            : configured
              ? 'configured'
              : 'not configured'
        return (
          <Badge
            key={capability}
            variant="outline"
            radius="sm"
            className="capability"
            data-state={healthy ? 'healthy' : configured ? 'configured' : 'none'}
            title={`${capabilityInWords(capability)}: ${state}${isDefault ? ', the default here' : ''}`}
          >
            {capabilityInWords(capability)}
            {isDefault && ' · default'}
          </Badge>
        )
      })}
    </Group>
  )
}
