import { Group, Text } from '@mantine/core'
import type { Endpoint } from 'tenon-sdk'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { HealthMark } from '../../components/status.tsx'
import { formatShare } from '../../lib/format.ts'

const worstFirst: Endpoint['health'][] = ['failing', 'paused', 'disabled', 'unused', 'healthy']
const shown = 8

/** The endpoints, those in trouble first. */
export function EndpointsByHealth({ endpoints }: { endpoints: Endpoint[] | undefined }) {
  const sorted = endpoints?.toSorted((one, other) => worstFirst.indexOf(one.health) - worstFirst.indexOf(other.health))
  return (
    <Panel
      title="Endpoints by health"
      flush
      actions={
        <LinkButton variant="subtle" size="compact-sm" to="/endpoints">
          All endpoints
        </LinkButton>
      }
    >
      {!sorted && <SkeletonRows count={3} />}
      {sorted && <Counts endpoints={sorted} />}
      {sorted?.length === 0 && (
        <Text size="sm" c="dimmed" px={18} pb={14}>
          There is no endpoint yet.
        </Text>
      )}
      {sorted?.slice(0, shown).map(({ id, name, health, totalCalls, successfulCalls }) => (
        <Group key={id} px={18} py={9} justify="space-between" style={{ borderTop: '1px solid var(--tenon-line)' }}>
          <TextLink to="/endpoints/$endpointId" params={{ endpointId: id }} style={{ flex: '1 1 160px' }}>
            {name}
          </TextLink>
          <Group gap="lg">
            <Text size="sm" c="dimmed">
              {totalCalls === 0 ? 'No calls yet' : `${formatShare(successfulCalls / totalCalls)} of calls succeeded`}
            </Text>
            <div style={{ minWidth: 116 }}>
              <HealthMark health={health} />
            </div>
          </Group>
        </Group>
      ))}
    </Panel>
  )
}

function Counts({ endpoints }: { endpoints: Endpoint[] }) {
  const counts = worstFirst
    .map((health) => ({ health, count: endpoints.filter((endpoint) => endpoint.health === health).length }))
    .filter(({ count }) => count > 0)
  return (
    <Group px={18} pb={10} gap="lg">
      {counts.map(({ health, count }) => (
        <Group key={health} gap={6}>
          <Text fw={600}>{count}</Text>
          <HealthMark health={health} />
        </Group>
      ))}
    </Group>
  )
}
