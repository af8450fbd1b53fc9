import { Button, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { LeadExport } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { formatNumberOf } from '../../lib/format.ts'
import { notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { DownloadButton } from './download-button.tsx'

const states: Record<LeadExport['status'], Parameters<typeof Mark>[0]['of']> = {
  running: ['Being written', 'pending'],
  completed: ['Ready', 'delivered'],
  failed: ['Failed', 'dead'],
}

/** The files that leads were written to. */
export function ExportPanel() {
  const queries = useQueryClient()
  const exports = useList<LeadExport>([], paths.exports, () => ({}), { refreshMs: 1_500, limit: 20 })
  const begin = useMutation({
    mutationFn: () => request<LeadExport>('POST', paths.exports, { body: {}, idempotent: true }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [paths.exports] }),
    onError: notifyProblem,
  })
  return (
    <Panel
      title="Exports"
      flush
      actions={
        <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
          Export all leads
        </Button>
      }
    >
      <ListStates
        source={exports}
        skeletonRows={3}
        empty={
          <Empty title="No file was written yet">
            An export is a CSV file that any spreadsheet opens, and that can be imported again. The list of leads
            exports just those that its filter finds.
          </Empty>
        }
      >
        {(items) => (
          <DataTable
            label="Exports"
            rows={items}
            rowKey={({ id }) => id}
            columns={[
              { header: 'What', kind: 'lead', cell: ({ filter }) => <Text size="sm">{whatOf(filter)}</Text> },
              { header: 'Status', kind: 'nowrap', cell: ({ status }) => <Mark of={states[status]} /> },
              { header: 'Written', kind: 'number', cell: ({ done, error }) => error ?? formatNumberOf(done, 'lead') },
              { header: 'Started', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
              {
                header: 'Action',
                kind: 'bare',
                cell: ({ id, status }) =>
                  status === 'completed' && (
                    <DownloadButton path={paths.exportFile(id)} fileName="leads.csv" label="Download" />
                  ),
              },
            ]}
          />
        )}
      </ListStates>
    </Panel>
  )
}

const names: Record<string, string> = { q: 'search', status: 'stage', source: 'source', tag: 'tag' }

/** `All leads`, or `Leads with stage “won”, tag “vip”`. */
function whatOf(filter: LeadExport['filter']): string {
  const parts = Object.entries(filter).map(([name, value]) => `${names[name] ?? name} “${String(value)}”`)
  return parts.length === 0 ? 'All leads' : `Leads with ${parts.join(', ')}`
}
