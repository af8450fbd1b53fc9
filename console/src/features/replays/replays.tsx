import { Progress, Text } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Replay } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { ReplayStatusMark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { formatCount } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { endpointsQuery } from '../../lib/queries.ts'
import { replayInWords } from '../../lib/replay-in-words.ts'
import { useMayChange } from '../../lib/session.ts'
import { useList } from '../../lib/use-list.ts'

/** Replays that run and that ran. The hub carries them on by itself, whether anybody looks or not. */
export function Replays() {
  const mayChange = useMayChange()
  const replays = useList<Replay>([], paths.replays, () => ({}), { refreshMs: 1_500 })
  const create = mayChange && <LinkButton to="/replays/new">Replay many</LinkButton>
  return (
    <Page
      title="Replays"
      about="Repeat deliveries in bulk. A replay goes on in the hub, also when this page is closed or the hub restarts."
      actions={create}
    >
      <Panel flush>
        <ListStates
          source={replays}
          empty={
            <Empty title="Nothing was replayed yet" action={create}>
              When an endpoint was down for long, a replay delivers what it has not had.
            </Empty>
          }
        >
          {(items) => <ReplayTable replays={items} mayChange={mayChange} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

function ReplayTable({ replays, mayChange }: { replays: Replay[]; mayChange: boolean }) {
  const endpoints = useQuery(endpointsQuery)
  const queries = useQueryClient()
  const nameOf = (id: string) => endpoints.data?.find((endpoint) => endpoint.id === id)?.name
  const cancel = async (id: string) => {
    await request('POST', paths.cancelReplay(id))
    await queries.invalidateQueries({ queryKey: [paths.replays] })
  }
  return (
    <DataTable
      label="Replays"
      rows={replays}
      rowKey={({ id }) => id}
      columns={[
        { header: 'What', kind: 'lead', cell: ({ filter }) => <Text size="sm">{replayInWords(filter, nameOf)}</Text> },
        { header: 'Status', kind: 'nowrap', cell: ({ status }) => <ReplayStatusMark status={status} /> },
        { header: 'Progress', cell: (replay) => <ReplayProgress replay={replay} /> },
        { header: 'Started', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
        {
          header: 'Action',
          kind: 'bare',
          cell: ({ id, status }) =>
            status === 'running' &&
            mayChange && (
              <ConfirmButton
                label="Cancel"
                title="Cancel this replay?"
                confirmLabel="Cancel the replay"
                button={{ size: 'compact-sm' }}
                onConfirm={() => cancel(id)}
              >
                What was repeated so far stays repeated; the rest is left as it is.
              </ConfirmButton>
            ),
        },
      ]}
    />
  )
}

function ReplayProgress({ replay: { done, total, skipped, status, error } }: { replay: Replay }) {
  const share = total ? (done + skipped) / total : status === 'completed' ? 1 : 0
  return (
    <div style={{ minWidth: 150 }}>
      <Progress
        value={Math.min(100, share * 100)}
        animated={status === 'running'}
        color={status === 'failed' ? 'red' : status === 'cancelled' ? 'gray' : 'pine'}
        aria-label="Progress of the replay"
        mb={4}
      />
      <Text size="xs" c="dimmed">
        {formatCount(done)} of {total === null ? 'an unknown number' : formatCount(total)} sent
        {skipped > 0 && `, ${formatCount(skipped)} left out`}
        {error && `. ${error}`}
      </Text>
    </div>
  )
}
