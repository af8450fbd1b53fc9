import { Badge, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Lead } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { request } from '../../lib/api.ts'
import { isFiltered } from '../../lib/filters.ts'
import { type LeadFilter, type LeadSort, leadSorts } from '../../lib/lead-filter.ts'
import { nameOfLead, sourceInWords } from '../../lib/lead-in-words.ts'
import { notifyProblem } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { useTypedFilter } from '../../lib/use-typed-filter.ts'
import { AddLead } from './add-lead.tsx'
import { pipelinesQuery } from './lead-queries.ts'
import { StageMark } from './stage-mark.tsx'

const route = getRouteApi('/signed-in/leads')

/** The people whom the workspace knows, to be searched. */
export function Leads() {
  const filter = route.useSearch()
  const leads = useList<Lead>([filter], paths.leads, () => filter as Record<string, string>, { refreshMs: 10_000 })
  return (
    <Page
      title="Leads"
      about="The people whom this workspace knows, from wherever they came."
      actions={
        <>
          <LinkButton variant="default" to="/duplicates">
            Duplicates
          </LinkButton>
          <LinkButton variant="default" to="/lead-files">
            Import and export
          </LinkButton>
          <AddLead />
        </>
      }
    >
      <Filters filter={filter} />
      <Panel flush>
        <ListStates
          source={leads}
          empty={
            isFiltered(filter) ? (
              <Empty title="Nobody matches">Take away a filter, or search for another word.</Empty>
            ) : (
              <Empty
                title="Nobody is known yet"
                action={
                  <Group gap="xs" justify="center">
                    <AddLead />
                    <LinkButton variant="default" to="/lead-files">
                      Import a file
                    </LinkButton>
                  </Group>
                }
              >
                Leads appear by themselves as your product captures them. They can also be added by hand, or taken from
                a spreadsheet.
              </Empty>
            )
          }
        >
          {(items) => <LeadTable leads={items} />}
        </ListStates>
      </Panel>
    </Page>
  )
}

function LeadTable({ leads }: { leads: Lead[] }) {
  const pipelines = useQuery(pipelinesQuery)
  return (
    <DataTable
      label="Leads"
      rows={leads}
      rowKey={({ id }) => id}
      columns={[
        {
          header: 'Name',
          kind: 'lead',
          cell: (lead) => (
            <>
              <TextLink to="/leads/$leadId" params={{ leadId: lead.id }} fw={600}>
                {nameOfLead(lead)}
              </TextLink>
              <Text size="xs" c="dimmed">
                {[lead.email, lead.phone, lead.company].filter(Boolean).join(' · ')}
              </Text>
            </>
          ),
        },
        { header: 'Stage', kind: 'nowrap', cell: (lead) => <StageMark lead={lead} pipelines={pipelines.data} /> },
        { header: 'Source', cell: ({ source }) => sourceInWords(source) },
        { header: 'Score', kind: 'number', cell: ({ score }) => score ?? '–' },
        {
          header: 'Tags',
          cell: ({ tags }) =>
            tags.length === 0 ? (
              '–'
            ) : (
              <Group gap={4}>
                {tags.slice(0, 3).map((tag) => (
                  <Badge key={tag} variant="light" radius="sm" tt="none" color="gray">
                    {tag}
                  </Badge>
                ))}
                {tags.length > 3 && `+${tags.length - 3}`}
              </Group>
            ),
        },
        { header: 'Last activity', kind: 'nowrap', cell: ({ lastActivityAt }) => <Time at={lastActivityAt} /> },
      ]}
    />
  )
}

function Filters({ filter }: { filter: LeadFilter }) {
  const navigate = route.useNavigate()
  const pipelines = useQuery(pipelinesQuery)
  const stages = new Map(pipelines.data?.flatMap(({ stages }) => stages.map(({ key, name }) => [key, name])))
  const change = (changes: { [Key in keyof LeadFilter]: LeadFilter[Key] | undefined }) => {
    const next = Object.entries({ ...filter, ...changes }).filter(([, value]) => value !== undefined && value !== '')
    void navigate({ search: Object.fromEntries(next) as LeadFilter, replace: true })
  }
  const [q, typeQ] = useTypedFilter(filter.q, (q) => change({ q }))
  const [source, typeSource] = useTypedFilter(filter.source, (source) => change({ source }))
  const [tag, typeTag] = useTypedFilter(filter.tag, (tag) => change({ tag }))
  return (
    <Group gap="sm" align="flex-end" className="filters">
      <TextInput
        label="Search"
        placeholder="Name, e-mail, phone or company"
        value={q}
        onChange={({ currentTarget }) => typeQ(currentTarget.value)}
        className="filter"
      />
      <Select
        label="Stage"
        placeholder="Any"
        clearable
        data={[...stages].map(([value, label]) => ({ value, label }))}
        value={filter.status ?? null}
        onChange={(status) => change({ status: status ?? undefined })}
        className="filter"
      />
      <TextInput
        label="Source"
        placeholder="Any"
        value={source}
        onChange={({ currentTarget }) => typeSource(currentTarget.value)}
        className="filter"
      />
      <TextInput
        label="Tag"
        placeholder="Any"
        value={tag}
        onChange={({ currentTarget }) => typeTag(currentTarget.value)}
        className="filter"
      />
      <Select
        label="Order"
        data={leadSorts}
        allowDeselect={false}
        value={filter.sort ?? 'created'}
        onChange={(sort) => change({ sort: sort === 'created' ? undefined : (sort as LeadSort) })}
        className="filter"
      />
      {isFiltered(filter) && <ExportFound filter={filter} />}
      {isFiltered(filter) && (
        <LinkButton to="/leads" search={{}} variant="subtle">
          Clear
        </LinkButton>
      )}
    </Group>
  )
}

/** Writes just those leads to a file that the filter finds. */
function ExportFound({ filter: { sort: _, ...filter } }: { filter: LeadFilter }) {
  const navigate = route.useNavigate()
  const begin = useMutation({
    mutationFn: () => request('POST', paths.exports, { body: filter, idempotent: true }),
    onSuccess: () => navigate({ to: '/lead-files' }),
    onError: notifyProblem,
  })
  return (
    <Button variant="default" loading={begin.isPending} onClick={() => begin.mutate()}>
      Export these
    </Button>
  )
}
