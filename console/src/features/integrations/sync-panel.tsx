import { Button, Progress, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Integration, Sync } from 'tenon-sdk'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { formatCount, formatNumberOf } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useMayChange } from '../../lib/session.ts'

const marks: Record<Sync['status'], Parameters<typeof Mark>[0]['of']> = {
  running: ['Running', 'pending'],
  completed: ['Completed', 'delivered'],
  failed: ['Failed', 'dead'],
}

/** Reads what changed at the vendor now, and shows how far that has come. */
export function SyncPanel({ integration: { id, capabilities } }: { integration: Integration }) {
  const mayChange = useMayChange()
  const queries = useQueryClient()
  const key = [paths.integrations, id, 'sync']
  const canSync = capabilities.some(({ operations }) => operations.some((name) => name.endsWith('.changes')))
  const {
    data: sync,
    error,
    refetch,
  } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      try {
        return await request<Sync>('GET', paths.ofIntegration(id, 'sync'), { signal })
      } catch (failure) {
        // It never ran.
        if (failure instanceof ApiError && failure.status === 404) return null
        throw failure
      }
    },
    enabled: canSync,
    refetchInterval: ({ state }) => (state.data?.status === 'running' ? 1_000 : 15_000),
  })
  const begin = useMutation({
    mutationFn: () => request<Sync>('POST', paths.ofIntegration(id, 'sync')),
    onSuccess: (begun) => queries.setQueryData(key, begun),
  })
  if (!canSync) return null
  const isRunning = sync?.status === 'running'
  return (
    <Panel
      title="Changes at the vendor"
      actions={
        mayChange && (
          <Button
            size="compact-sm"
            variant="default"
            loading={begin.isPending}
            disabled={isRunning}
            onClick={() => begin.mutate()}
          >
            Sync now
          </Button>
        )
      }
    >
      {begin.error && <Problem error={begin.error} />}
      {error && sync === undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {!sync ? (
        <Text size="sm" c="dimmed">
          A sync reads what changed at the vendor since the last one, and publishes it as events.
        </Text>
      ) : (
        <div aria-live="polite">
          <Mark of={marks[sync.status]} />
          {isRunning && <Progress value={100} animated mt="xs" aria-label="The sync is running" />}
          <Text size="sm" mt={6}>
            {formatCount(sync.changed)} changed, {formatCount(sync.deleted)} deleted, in{' '}
            {formatNumberOf(sync.pages, 'page')}; begun <Time at={sync.startedAt} />
            {sync.finishedAt && (
              <>
                , ended <Time at={sync.finishedAt} />
              </>
            )}
            .
          </Text>
          {sync.errorMessage && (
            <Text size="sm" className="mono" c="var(--mantine-color-error)">
              {sync.errorMessage}
            </Text>
          )}
        </div>
      )}
    </Panel>
  )
}
