import { Group, Text } from '@mantine/core'
import type { Integration } from 'tenon-sdk'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { ConditionMark, IntegrationMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { conditionOf, conditionsWorstFirst } from '../../lib/integration-in-words.ts'

const shown = 8

/** The integrations, those in trouble first. */
export function IntegrationsByHealth({ integrations }: { integrations: Integration[] | undefined }) {
  const rank = (integration: Integration) => conditionsWorstFirst.indexOf(conditionOf(integration))
  const sorted = integrations?.toSorted((one, other) => rank(one) - rank(other))
  return (
    <Panel
      title="Integrations by health"
      flush
      actions={
        <LinkButton variant="subtle" size="compact-sm" to="/connected">
          All integrations
        </LinkButton>
      }
    >
      {!sorted && <SkeletonRows count={3} />}
      {sorted && <Counts integrations={sorted} />}
      {sorted?.length === 0 && (
        <Group px={18} pb={14} gap="sm">
          <Text size="sm" c="dimmed">
            No account is connected yet.
          </Text>
          <LinkButton variant="default" size="compact-sm" to="/catalogue">
            See the catalogue
          </LinkButton>
        </Group>
      )}
      {sorted?.slice(0, shown).map((integration) => (
        <Group
          key={integration.id}
          px={18}
          py={9}
          justify="space-between"
          style={{ borderTop: '1px solid var(--tenon-line)' }}
        >
          <TextLink
            to="/connected/$integrationId"
            params={{ integrationId: integration.id }}
            style={{ flex: '1 1 140px' }}
          >
            {integration.name}
          </TextLink>
          <Group gap="lg">
            <Text size="sm" c="dimmed">
              <Time at={integration.lastSuccessAt} never="Never worked" />
            </Text>
            <div style={{ minWidth: 116 }}>
              <IntegrationMark integration={integration} />
            </div>
          </Group>
        </Group>
      ))}
    </Panel>
  )
}

function Counts({ integrations }: { integrations: Integration[] }) {
  const counts = conditionsWorstFirst
    .map((condition) => ({
      condition,
      count: integrations.filter((integration) => conditionOf(integration) === condition).length,
    }))
    .filter(({ count }) => count > 0)
  return (
    <Group px={18} pb={10} gap="lg">
      {counts.map(({ condition, count }) => (
        <Group key={condition} gap={6}>
          <Text fw={600}>{count}</Text>
          <ConditionMark condition={condition} />
        </Group>
      ))}
    </Group>
  )
}
