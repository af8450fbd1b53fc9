import { Select, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Member, Role } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { notifyDone, notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange, useWorkspace } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'
import { AddMember } from './add-member.tsx'
import { roles } from './roles.ts'

/** Who may sign in to this workspace, and as what. */
export function Members() {
  const { id } = useWorkspace()
  const path = paths.members(id)
  const mayChange = useMayChange()
  const { data, error, refetch } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => readAll<Member>(path, signal),
  })
  const add = mayChange && <AddMember workspaceId={id} />
  return (
    <Page
      title="Members"
      about="Who may sign in to this workspace. Owners and admins may change everything; members may read, and publish events."
      actions={add}
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={<Empty title="Nobody is a member yet">Add somebody who looks after this workspace.</Empty>}
        >
          {(members) => <MemberTable members={members} workspaceId={id} mayChange={mayChange} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

type TableProps = { members: Member[]; workspaceId: string; mayChange: boolean }

function MemberTable({ members, workspaceId, mayChange }: TableProps) {
  const queries = useQueryClient()
  const refresh = () => queries.invalidateQueries({ queryKey: [paths.members(workspaceId)] })
  const setRole = useMutation({
    mutationFn: ({ personId, role }: { personId: string; role: Role }) =>
      request('PATCH', paths.member(workspaceId, personId), { body: { role } }),
    onSuccess: () => notifyDone('The role was changed.'),
    onError: notifyProblem,
    onSettled: refresh,
  })
  return (
    <DataTable
      label="Members"
      rows={members}
      rowKey={({ personId }) => personId}
      columns={[
        {
          header: 'Name',
          kind: 'lead',
          cell: ({ name, email }) => (
            <>
              <Text fw={600} size="sm">
                {name || email}
              </Text>
              <Text size="xs" c="dimmed">
                {email}
              </Text>
            </>
          ),
        },
        {
          header: 'Role',
          cell: ({ personId, name, email, role }) =>
            mayChange ? (
              <Select
                aria-label={`Role of ${name || email}`}
                data={roles}
                value={role}
                onChange={(chosen) => chosen && setRole.mutate({ personId, role: chosen as Role })}
                allowDeselect={false}
                size="xs"
                w={120}
              />
            ) : (
              roles.find(({ value }) => value === role)?.label
            ),
        },
        { header: 'Added', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          header: 'Action',
          kind: 'bare',
          cell: ({ personId, name, email }) =>
            mayChange && (
              <ConfirmButton
                label="Remove"
                ariaLabel={`Remove ${name || email}`}
                title={`Remove ${name || email}?`}
                confirmLabel="Remove from the workspace"
                button={{ size: 'compact-sm' }}
                onConfirm={async () => {
                  await request('DELETE', paths.member(workspaceId, personId))
                  await refresh()
                }}
              >
                They can no longer see or change anything in this workspace. API keys stay valid.
              </ConfirmButton>
            ),
        },
      ]}
    />
  )
}
