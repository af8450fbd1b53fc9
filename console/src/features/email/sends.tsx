import { Group, Select, Text, TextInput } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import type { EmailSummary } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { type SendFilter, sendStatuses } from '../../lib/email-in-words.ts'
import { isFiltered } from '../../lib/filters.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { SendStatusMark } from './send-status-mark.tsx'

const route = getRouteApi('/signed-in/email')

/** Every e-mail that flows send, and the outbox of a workspace that has nothing to send with yet. */
export function EmailSends() {
  const filter = route.useSearch()
  const sends = useList<EmailSummary>([filter], paths.emailSends, () => filter as Record<string, string>, {
    refreshMs: 5_000,
  })
  return (
    <Page
      title="E-mails"
      about="What was written to people, and what became of it. Without a connected mail service, mails are kept here."
      actions={
        <LinkButton variant="default" to="/email/templates">
          Templates
        </LinkButton>
      }
    >
      <Filters filter={filter} />
      <Panel flush>
        <ListStates
          source={sends}
          empty={
            <Empty title={isFiltered(filter) ? 'No e-mail matches' : 'Nothing was written yet'}>
              {isFiltered(filter)
                ? 'Take away a filter to see more.'
                : 'Bookings, requests and calls write to people by themselves; their mails show up here.'}
            </Empty>
          }
        >
          {(items) => <SendTable sends={items} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

const SendTable = ({ sends }: { sends: EmailSummary[] }) => (
  <DataTable
    label="E-mails"
    rows={sends}
    rowKey={({ id }) => id}
    columns={[
      {
        header: 'Subject',
        kind: 'lead',
        cell: ({ id, subject }) => (
          <TextLink to="/email/$sendId" params={{ sendId: id }} fw={600}>
            {subject || 'Without a subject'}
          </TextLink>
        ),
      },
      { header: 'To', cell: ({ to }) => <span className="breakable">{to.email}</span> },
      { header: 'Status', kind: 'nowrap', cell: ({ status }) => <SendStatusMark status={status} /> },
      {
        header: 'Why',
        cell: ({ error }) => (
          <Text size="sm" lineClamp={1} title={error ?? undefined}>
            {error ?? '–'}
          </Text>
        ),
      },
      { header: 'Template', cell: ({ template }) => template ?? '–' },
      { header: 'Written', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
    ]}
  />
)

function Filters({ filter }: { filter: SendFilter }) {
  const navigate = route.useNavigate()
  const change = (changes: { [Key in keyof SendFilter]: SendFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: Object.fromEntries(next) as SendFilter, replace: true })
  }
  const [to, typeTo] = useTypedFilter(filter.to, (to) => change({ to }))
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <Select
        label="Status"
        placeholder="Any"
        clearable
        data={sendStatuses}
        value={filter.status ?? null}
        onChange={(status) => change({ status: (status as SendFilter['status']) ?? undefined })}
        className="filter"
      />
      <TextInput
        label="To"
        placeholder="Anybody"
        value={to}
        onChange={({ currentTarget }) => typeTo(currentTarget.value)}
        className="filter"
      />
      {isFiltered(filter) && (
        <LinkButton to="/email" search={{}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}
