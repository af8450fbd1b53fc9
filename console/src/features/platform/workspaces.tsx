import { Button, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Workspace } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { paths } from '../../lib/paths.ts'
import { enterWorkspace, useSession } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'
import { CreateWorkspace } from './create-workspace.tsx'

/** Every tenant of the hub; for platform admins. */
export function Workspaces() {
  const { workspace: current, person } = useSession()
  const { data, error, refetch } = useQuery({
    queryKey: [paths.workspaces],
    queryFn: ({ signal }) => readAll<Workspace>(paths.workspaces, signal),
    enabled: person.platformAdmin,
  })
  if (!person.platformAdmin)
    return <Empty title="This page is for platform admins">You see the workspaces that you are a member of.</Empty>
  return (
    <Page title="Workspaces" about="Every tenant of this hub. None of them sees another." actions={<CreateWorkspace />}>
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={<Empty title="No workspace yet">Create one for your first tenant, or for yourself.</Empty>}
        >
          {(workspaces) => (
            <DataTable
              label="Workspaces"
              rows={workspaces}
              rowKey={({ id }) => id}
              columns={[
                {
                  header: 'Name',
                  kind: 'lead',
                  cell: ({ name }) => (
                    <Text fw={600} size="sm">
                      {name}
                    </Text>
                  ),
                },
                { header: 'Id', cell: ({ id }) => <span className="mono">{id}</span> },
                { header: 'Created', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
                {
                  header: 'Action',
                  kind: 'bare',
                  cell: ({ id, name }) =>
                    id === current?.id ? (
                      <Text size="sm" c="dimmed">
                        You are in it
                      </Text>
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Enter ${name}`}
                        onClick={() => enterWorkspace(id)}
                      >
                        Enter
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </ListStates>
      </Panel>
    </Page>
  )
}
