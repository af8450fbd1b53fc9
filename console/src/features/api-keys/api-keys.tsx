import { Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ApiKey } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { Time, useNow } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { scopesInWords } from '../../lib/scopes.ts'
import { useMayChange, useWorkspace } from '../../lib/session.ts'
import { readAll } from '../../lib/use-list.ts'
import { CreateApiKey } from './create-api-key.tsx'

/** The keys by which programs speak for this workspace. */
export function ApiKeys() {
  const workspace = useWorkspace()
  const path = paths.apiKeys(workspace.id)
  const mayChange = useMayChange()
  const { data, error, refetch } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => readAll<ApiKey>(path, signal),
  })
  const create = mayChange && <CreateApiKey workspaceId={workspace.id} />
  return (
    <Page
      title="API keys"
      about="By a key your product speaks for this workspace, within the scopes it was given."
      actions={create}
    >
      <Panel flush>
        <ListStates
          source={{ items: data, error, retry: () => void refetch() }}
          empty={<Empty title="No key yet">Create one and put it where your product keeps its secrets.</Empty>}
        >
          {(keys) => <KeyTable keys={keys} workspaceId={workspace.id} mayChange={mayChange} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

type TableProps = { keys: ApiKey[]; workspaceId: string; mayChange: boolean }

function KeyTable({ keys, workspaceId, mayChange }: TableProps) {
  const queries = useQueryClient()
  const now = useNow(30_000)
  const revoke = async (keyId: string) => {
    await request('DELETE', paths.apiKey(workspaceId, keyId))
    await queries.invalidateQueries({ queryKey: [paths.apiKeys(workspaceId)] })
  }
  return (
    <DataTable
      label="API keys"
      rows={keys}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Name',
          kind: 'lead',
          cell: ({ name, prefix }) => (
            <>
              <Text fw={600} size="sm">
                {name}
              </Text>
              <Text size="xs" c="dimmed" className="mono">
                {prefix}…
              </Text>
            </>
          ),
        },
        { header: 'State', kind: 'nowrap', cell: (key) => <Mark of={stateOf(key, now)} /> },
        { header: 'May', cell: ({ scopes }) => <Text size="sm">{scopesInWords(scopes)}</Text> },
        { header: 'Last used', kind: 'nowrap', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
        { header: 'Expires', kind: 'nowrap', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
        { header: 'Created', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          header: 'Action',
          kind: 'bare',
          cell: ({ id, name, revokedAt }) =>
            mayChange &&
            !revokedAt && (
              <ConfirmButton
                label="Revoke"
                ariaLabel={`Revoke ${name}`}
                title={`Revoke ${name}?`}
                confirmLabel="Revoke the key"
                button={{ size: 'compact-sm' }}
                onConfirm={() => revoke(id)}
              >
                Whatever uses this key is refused from now on. This cannot be undone.
              </ConfirmButton>
            ),
        },
      ]}
    />
  )
}

const stateOf = ({ revokedAt, expiresAt }: ApiKey, now: number): Parameters<typeof Mark>[0]['of'] =>
  revokedAt
    ? ['Revoked', 'quiet']
    : expiresAt && Date.parse(expiresAt) <= now
      ? ['Expired', 'quiet']
      : ['Active', 'delivered']
