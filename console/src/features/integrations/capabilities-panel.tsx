import { Switch, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Integration } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { Empty } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { request } from '../../lib/api.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { capabilityInWords } from '../../lib/integration-in-words.ts'
import { notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'

/** What the integration offers, how far each part is usable, and whether flows choose it. */
export function CapabilitiesPanel({ integration }: { integration: Integration }) {
  const { id, capabilities, defaultFor } = integration
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const choose = useMutation({
    mutationFn: ({ capability, isDefault }: { capability: string; isDefault: boolean }) =>
      request<Integration>('POST', paths.ofIntegration(id, 'default'), {
        body: {
          capabilities: isDefault ? [...defaultFor, capability] : defaultFor.filter((other) => other !== capability),
        },
      }),
    onError: notifyProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: [paths.integrations] }),
  })
  return (
    <Panel title="What it can do" flush>
      {capabilities.length === 0 ? (
        <Empty title="Nothing">This hub has no connector for it any more.</Empty>
      ) : (
        <DataTable
          label="Capabilities"
          rows={capabilities}
          rowKey={({ capability }) => capability}
          columns={[
            {
              header: 'Capability',
              kind: 'lead',
              cell: ({ capability, operations }) => (
                <>
                  <Text fw={600} size="sm">
                    {capabilityInWords(capability)}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {formatNumberOf(operations.length, 'operation')}
                  </Text>
                </>
              ),
            },
            { header: 'Configured', kind: 'nowrap', cell: ({ configured }) => <YesNo is={configured} /> },
            { header: 'Tested', kind: 'nowrap', cell: ({ tested }) => <YesNo is={tested} /> },
            { header: 'Healthy', kind: 'nowrap', cell: ({ healthy }) => <YesNo is={healthy} /> },
            {
              header: 'Default here',
              kind: 'nowrap',
              cell: ({ capability, isDefault }) => (
                <Switch
                  size="sm"
                  checked={isDefault}
                  disabled={!mayChange || choose.isPending}
                  onChange={({ currentTarget }) => choose.mutate({ capability, isDefault: currentTarget.checked })}
                  aria-label={`Default for ${capabilityInWords(capability)}`}
                />
              ),
            },
          ]}
        />
      )}
      <Text size="xs" c="dimmed" px={18} py={10}>
        Flows that need a capability choose the integration that is its default in this workspace.
      </Text>
    </Panel>
  )
}

const YesNo = ({ is }: { is: boolean }) => <Mark of={is ? ['Yes', 'delivered'] : ['No', 'quiet']} />
