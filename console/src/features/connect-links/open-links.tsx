import { Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ConnectSession } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { paths } from '../../lib/paths.ts'
import { integrationsQuery, templatesQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { useList } from '../../lib/use-list.ts'

/** The links that still let somebody in, whoever made them, and the way to end one. */
export function OpenLinks() {
  const sessions = useList<ConnectSession>([], paths.connectSessions, () => ({}), { refreshMs: 10_000 })
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const revoke = async (id: string) => {
    await request('DELETE', paths.connectSession(id))
    await Promise.all(
      [paths.connectSessions, paths.connectSession(id)].map((path) => queries.invalidateQueries({ queryKey: [path] })),
    )
  }
  return (
    <Panel title="Open links" flush>
      <ListStates
        source={sessions}
        skeletonRows={2}
        empty={<Empty title="No link is open">One that is made stands here until it is used or expires.</Empty>}
      >
        {(links) => (
          <DataTable
            label="Open links"
            rows={links}
            rowKey={({ id }) => id}
            columns={[
              { header: 'For', kind: 'lead', cell: (link) => <Purpose link={link} /> },
              { header: 'Made', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
              { header: 'Expires', kind: 'nowrap', cell: ({ expiresAt }) => <Time at={expiresAt} /> },
              {
                header: 'Action',
                kind: 'bare',
                cell: ({ id }) =>
                  mayChange && (
                    <ConfirmButton
                      label="Revoke"
                      title="Revoke this link?"
                      confirmLabel="Revoke the link"
                      button={{ size: 'compact-sm' }}
                      onConfirm={() => revoke(id)}
                    >
                      Whoever has it is let in no more, in the midst of signing in as well.
                    </ConfirmButton>
                  ),
              },
            ]}
          />
        )}
      </ListStates>
    </Panel>
  )
}

function Purpose({ link: { templates, integrationId } }: { link: ConnectSession }) {
  const { data: catalogue } = useQuery(templatesQuery)
  const { data: integrations } = useQuery(integrationsQuery)
  const nameOf = (id: string) => catalogue?.find((template) => template.id === id)?.name ?? id
  if (integrationId)
    return (
      <Text size="sm">{integrations?.find(({ id }) => id === integrationId)?.name ?? 'An integration'}, once more</Text>
    )
  return <Text size="sm">{templates ? templates.map(nameOf).join(', ') : 'Everything in the catalogue'}</Text>
}
