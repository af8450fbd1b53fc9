import { Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Endpoint, Integration } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Panel } from '../../components/page.tsx'
import { HealthMark, IntegrationMark, Mark } from '../../components/status.tsx'
import { DueTime, Time } from '../../components/time.tsx'
import { disabledReasonInWords } from '../../lib/attempt-in-words.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { conditionOf, needsAttention } from '../../lib/integration-in-words.ts'

type Props = { endpoints: Endpoint[]; integrations: Integration[]; exhausted: number }

/** What wants a person, each with the next step; nothing when all is well. */
export function Attention({ endpoints, integrations, exhausted }: Props) {
  const unwellIntegrations = integrations.filter(needsAttention)
  const unwell = endpoints.filter(
    ({ health, disabledReason }) =>
      health === 'failing' || health === 'paused' || (health === 'disabled' && disabledReason !== 'manual'),
  )
  if (unwell.length === 0 && unwellIntegrations.length === 0 && exhausted === 0) return null
  return (
    <Panel title="Needs attention" flush>
      {unwell.map((endpoint) => (
        <Entry
          key={endpoint.id}
          mark={<HealthMark health={endpoint.health} />}
          action={
            <LinkButton
              variant="default"
              size="compact-sm"
              to="/endpoints/$endpointId"
              params={{ endpointId: endpoint.id }}
            >
              {endpoint.health === 'disabled' ? 'Test and enable' : 'See why'}
            </LinkButton>
          }
        >
          <b>{endpoint.name}</b> {whyOf(endpoint)}
        </Entry>
      ))}
      {unwellIntegrations.map((integration) => (
        <Entry
          key={integration.id}
          mark={<IntegrationMark integration={integration} />}
          action={<NextStep integration={integration} />}
        >
          <b>{integration.name}</b> {whyOfIntegration(integration)}
        </Entry>
      ))}
      {exhausted > 0 && (
        <Entry
          mark={<Mark of={['Given up', 'dead']} />}
          action={
            <LinkButton variant="default" size="compact-sm" to="/deliveries" search={{ status: ['dead'] }}>
              Look and replay
            </LinkButton>
          }
        >
          {formatNumberOf(exhausted, 'delivery', 'deliveries')} failed to the last attempt in this window.
        </Entry>
      )}
    </Panel>
  )
}

type EntryProps = { mark: ReactNode; action: ReactNode; children: ReactNode }

const Entry = ({ mark, action, children }: EntryProps) => (
  <Group px={18} py={10} gap="md" style={{ borderTop: '1px solid var(--tenon-line)' }}>
    <div style={{ width: 90 }}>{mark}</div>
    <Text size="sm" style={{ flex: '1 1 240px' }}>
      {children}
    </Text>
    {action}
  </Group>
)

function whyOf({ health, disabledReason, lastError, lastFailureAt, circuit }: Endpoint): ReactNode {
  if (health === 'disabled') return <>is disabled: {disabledReasonInWords(disabledReason).toLowerCase()}.</>
  if (health === 'paused')
    return (
      <>
        failed many times in a row; its deliveries wait. Next try <DueTime at={circuit.pausedUntil} />.
      </>
    )
  return (
    <>
      failed <Time at={lastFailureAt} />
      {lastError && `: ${lastError}`}
    </>
  )
}

function NextStep({ integration }: { integration: Integration }) {
  const params = { integrationId: integration.id }
  return conditionOf(integration) === 'reauth_required' ? (
    <LinkButton size="compact-sm" to="/connected/$integrationId/reconnect" params={params}>
      Reconnect
    </LinkButton>
  ) : (
    <LinkButton variant="default" size="compact-sm" to="/connected/$integrationId" params={params}>
      See what to do
    </LinkButton>
  )
}

function whyOfIntegration(integration: Integration): string {
  switch (conditionOf(integration)) {
    case 'reauth_required':
      return 'is refused by the vendor; what waits for it goes on once it is connected again.'
    case 'paused':
      return 'failed many times in a row; its deliveries wait, and are tried again.'
    default:
      return `cannot be used: ${integration.errorMessage ?? 'its test failed.'}`
  }
}
