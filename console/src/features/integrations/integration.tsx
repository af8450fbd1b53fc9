import { Badge, Group, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Integration } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { IntegrationMark } from '../../components/status.tsx'
import { TemplateIcon } from '../../components/template-icon.tsx'
import { ApiError } from '../../lib/api.ts'
import type { IntegrationTab } from '../../lib/filters.ts'
import { templateQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { CapabilitiesPanel } from './capabilities-panel.tsx'
import { ConditionNotice } from './condition-notice.tsx'
import { HealthPanel } from './health-panel.tsx'
import { IntegrationActions } from './integration-actions.tsx'
import { integrationQuery } from './integration-query.ts'
import { IntegrationSettings } from './integration-settings.tsx'
import { LogTab } from './log-tab.tsx'
import { OperationsTab } from './operations-tab.tsx'
import { SubscriptionsTab } from './subscriptions-tab.tsx'
import { SyncPanel } from './sync-panel.tsx'
import { WebhookTab } from './webhook-tab.tsx'

const route = getRouteApi('/signed-in/connected/$integrationId')

const tabs: { value: IntegrationTab; label: string }[] = [
  { value: 'health', label: 'Health' },
  { value: 'operations', label: 'Operations' },
  { value: 'events', label: 'Events' },
  { value: 'webhooks', label: 'Webhooks' },
  { value: 'log', label: 'Log' },
  { value: 'settings', label: 'Settings' },
]

/** One integration: how it is and what to do, what it can do, what it did, how it is set. */
export function IntegrationPage() {
  const { integrationId } = route.useParams()
  const { data: integration, error, refetch } = useQuery({ ...integrationQuery(integrationId), refetchInterval: 5_000 })

  if (error && !integration)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty
        title="This integration is not here"
        action={<LinkButton to="/connected">See all integrations</LinkButton>}
      >
        It was deleted, or belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Integration">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!integration)
    return (
      <Page title="Integration">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return <Known integration={integration} />
}

function Known({ integration }: { integration: Integration }) {
  const { tab = 'health' } = route.useSearch()
  const navigate = route.useNavigate()
  const mayChange = useMayChange()
  const { data: template } = useQuery(templateQuery(integration.templateId))
  const shown = tabs.filter(({ value }) => value !== 'webhooks' || template?.webhooks !== null)
  return (
    <Page
      title={
        <Group gap="sm" component="span" wrap="nowrap">
          <TemplateIcon icon={template?.icon ?? null} name={integration.templateName} size={36} />
          <span>{integration.name}</span>
        </Group>
      }
      name={integration.name}
      about={
        <Group gap="md" mt={6}>
          <IntegrationMark integration={integration} />
          <span>{[integration.templateName, integration.accountName].filter(Boolean).join(' · ')}</span>
          {integration.defaultFor.length > 0 && (
            <Badge variant="light" radius="sm" tt="none">
              default for {integration.defaultFor.join(', ')}
            </Badge>
          )}
        </Group>
      }
      actions={mayChange && <IntegrationActions integration={integration} />}
    >
      {integration.description && <p style={{ margin: 0 }}>{integration.description}</p>}
      <ConditionNotice integration={integration} />
      <Tabs
        value={tab}
        onChange={(chosen) =>
          void navigate({ search: chosen === 'health' ? {} : { tab: chosen as IntegrationTab }, replace: true })
        }
        keepMounted={false}
      >
        <Tabs.List mb="lg" className="tab-list">
          {shown.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="health" className="stack">
          <HealthPanel integrationId={integration.id} />
          <CapabilitiesPanel integration={integration} />
          <SyncPanel integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="operations">
          <OperationsTab integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <SubscriptionsTab integration={integration} />
        </Tabs.Panel>
        <Tabs.Panel value="webhooks">
          <WebhookTab integration={integration} template={template} />
        </Tabs.Panel>
        <Tabs.Panel value="log">
          <LogTab integrationId={integration.id} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" className="stack">
          <IntegrationSettings integration={integration} template={template} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}
