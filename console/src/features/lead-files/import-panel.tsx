import { Progress, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { LeadImport } from 'tenon-sdk'
import { ConfirmButton } from '../../components/confirm.tsx'
import { DataTable } from '../../components/data-table.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Panel } from '../../components/page.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { formatCount, formatNumberOf } from '../../lib/format.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { DownloadButton } from './download-button.tsx'

const states: Record<LeadImport['status'], Parameters<typeof Mark>[0]['of']> = {
  running: ['Running', 'pending'],
  completed: ['Done', 'delivered'],
  cancelled: ['Stopped', 'quiet'],
  failed: ['Failed', 'dead'],
}

/** The files that were taken in, with how far each is and what could not be taken. */
export function ImportPanel() {
  const imports = useList<LeadImport>([], paths.imports, () => ({}), { refreshMs: 1_500, limit: 20 })
  return (
    <Panel title="Imports" flush>
      <ListStates
        source={imports}
        skeletonRows={3}
        empty={
          <Empty title="No file was imported yet">
            Any spreadsheet saved as CSV will do, as long as each row has an e-mail address or a phone number.
          </Empty>
        }
      >
        {(items) => <ImportTable imports={items} />}
      </ListStates>
    </Panel>
  )
}

function ImportTable({ imports }: { imports: LeadImport[] }) {
  const queries = useQueryClient()
  return (
    <DataTable
      label="Imports"
      rows={imports}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'File',
          kind: 'lead',
          cell: ({ name, createdAt }) => (
            <>
              <Text size="sm" fw={600} className="breakable">
                {name}
              </Text>
              <Text size="xs" c="dimmed">
                <Time at={createdAt} />
              </Text>
            </>
          ),
        },
        { header: 'Status', kind: 'nowrap', cell: ({ status }) => <Mark of={states[status]} /> },
        { header: 'Progress', cell: (item) => <ImportProgress item={item} /> },
        { header: 'New', kind: 'number', cell: ({ created }) => formatCount(created) },
        { header: 'Changed', kind: 'number', cell: ({ updated }) => formatCount(updated) },
        { header: 'Known already', kind: 'number', cell: ({ unchanged }) => formatCount(unchanged) },
        {
          header: 'Not taken in',
          kind: 'number',
          cell: ({ id, name, failed, status }) =>
            failed === 0 ? (
              '0'
            ) : status === 'running' ? (
              formatCount(failed)
            ) : (
              <DownloadButton
                path={paths.ofImport(id, 'errors')}
                fileName={`errors of ${name.replace(/\.[a-z]+$/i, '')}.csv`}
                label={`${formatNumberOf(failed, 'row')}, see why`}
              />
            ),
        },
        {
          header: 'Action',
          kind: 'bare',
          cell: ({ id, status }) =>
            status === 'running' && (
              <ConfirmButton
                label="Stop"
                title="Stop this import?"
                confirmLabel="Stop the import"
                button={{ size: 'compact-sm' }}
                onConfirm={async () => {
                  await request('POST', paths.ofImport(id, 'cancel'))
                  await queries.invalidateQueries({ queryKey: [paths.imports] })
                }}
              >
                What was taken in so far stays. The same file can be imported again later; nobody becomes two leads.
              </ConfirmButton>
            ),
        },
      ]}
    />
  )
}

const ImportProgress = ({ item: { done, total, status, error } }: { item: LeadImport }) => (
  <div style={{ minWidth: 130 }}>
    <Progress
      value={total ? (done / total) * 100 : 100}
      animated={status === 'running'}
      color={status === 'failed' ? 'red' : status === 'cancelled' ? 'gray' : 'pine'}
      aria-label="Progress of the import"
      mb={4}
    />
    <Text size="xs" c="dimmed">
      {formatCount(done)} of {formatNumberOf(total, 'row')}
      {error && `. ${error}`}
    </Text>
  </div>
)
