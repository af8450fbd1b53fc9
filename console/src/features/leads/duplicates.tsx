import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { DuplicateGroup, Lead } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { Empty, ListStates } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Time } from '../../components/time.tsx'
import { nameOfLead } from '../../lib/lead-in-words.ts'
import { duplicateReasonInWords } from '../../lib/merge-in-words.ts'
import { duplicatesQuery, pipelinesQuery } from './lead-queries.ts'
import { StageMark } from './stage-mark.tsx'

/** Leads that may be one person, side by side, to be merged. */
export function Duplicates() {
  const { data, error, refetch } = useQuery(duplicatesQuery)
  return (
    <Page
      title="Duplicates"
      about="Leads that may be one and the same person. Nothing is merged by itself, and a merge can be undone."
      actions={
        <LinkButton variant="default" to="/leads">
          All leads
        </LinkButton>
      }
    >
      {data && data.length > 0 ? (
        data.map((group) => <Group key={`${group.reason} ${group.value}`} group={group} />)
      ) : (
        <Panel flush>
          <ListStates
            source={{ items: data, error, retry: () => void refetch() }}
            empty={
              <Empty title="No duplicates found">
                No two leads share a phone number, a mailbox, or a name within one company.
              </Empty>
            }
          >
            {() => null}
          </ListStates>
        </Panel>
      )}
    </Page>
  )
}

function Group({ group: { reason, value, leads } }: { group: DuplicateGroup }) {
  const pipelines = useQuery(pipelinesQuery)
  const [first] = leads
  // A name and a company are kept folded, to be compared; the rows have them as they are written.
  const title = duplicateReasonInWords[reason] + (reason === 'name_and_company' ? '' : `: ${value}`)
  return (
    <Panel title={title} flush>
      <DataTable<Lead>
        label={title}
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
          { header: 'Known since', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
          {
            header: 'Action',
            kind: 'bare',
            cell: (lead) =>
              first &&
              lead.id !== first.id && (
                <LinkButton
                  variant="default"
                  size="compact-sm"
                  to="/leads/$leadId/merge/$otherId"
                  params={{ leadId: first.id, otherId: lead.id }}
                  aria-label={`Compare ${nameOfLead(lead)} with ${nameOfLead(first)}`}
                >
                  Compare with the first
                </LinkButton>
              ),
          },
        ]}
      />
    </Panel>
  )
}
