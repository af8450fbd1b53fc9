import { Button, Group, Radio, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { Lead, MergedLead } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { ApiError, request } from '../../lib/api.ts'
import { nameOfLead } from '../../lib/lead-in-words.ts'
import { type FieldToMerge, fieldsToMerge, isContested, type MergeField } from '../../lib/merge-in-words.ts'
import { notifyDone } from '../../lib/notify.ts'
import { paths } from '../../lib/paths.ts'
import { forgetLeads, leadQuery, pipelinesQuery } from './lead-queries.ts'
import { useOwners } from './use-owners.ts'

const route = getRouteApi('/signed-in/leads/$leadId/merge/$otherId')

/** Two leads side by side; of each field that differs one chooses which to keep. */
export function MergeLeads() {
  const { leadId, otherId } = route.useParams()
  const [kept, other] = [useQuery(leadQuery(leadId)), useQuery(leadQuery(otherId))]
  const error = kept.error ?? other.error
  if (error instanceof ApiError && error.status === 404)
    return (
      <Empty title="One of the two is not here any more" action={<LinkButton to="/duplicates">Duplicates</LinkButton>}>
        It was merged or deleted meanwhile.
      </Empty>
    )
  // Who was merged already is found under its old id: as the lead that it became.
  if (kept.data && other.data && kept.data.id === other.data.id)
    return (
      <Empty
        title="These two are one already"
        action={
          <LinkButton to="/leads/$leadId" params={{ leadId: kept.data.id }}>
            See the lead
          </LinkButton>
        }
      >
        They were merged.
      </Empty>
    )
  return (
    <Page title="Merge two leads" about="One lead stays and the other goes into it, with its timeline and tags.">
      {error ? (
        <Problem error={error} />
      ) : kept.data && other.data ? (
        <Choice key={kept.data.id} kept={kept.data} other={other.data} />
      ) : (
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      )}
    </Page>
  )
}

function Choice({ kept, other }: { kept: Lead; other: Lead }) {
  const pipelines = useQuery(pipelinesQuery)
  const ownerOf = useOwners()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [fromOther, setFromOther] = useState<MergeField[]>([])
  const merge = useMutation({
    mutationFn: () =>
      request<MergedLead>('POST', paths.ofLead(kept.id, 'merge'), {
        body: { from: other.id, fields: fromOther },
        idempotent: true,
      }),
    onSuccess: async () => {
      notifyDone('The two leads are one. The page of the lead can undo it.')
      await navigate({ to: '/leads/$leadId', params: { leadId: kept.id } })
      await forgetLeads(queries)
    },
  })
  const choose = (field: MergeField, isOther: boolean) =>
    setFromOther((fields) => (isOther ? [...fields, field] : fields.filter((one) => one !== field)))
  const fields = fieldsToMerge(kept, other, pipelines.data, ownerOf)
  const tags = [...new Set([...kept.tags, ...other.tags])]
  return (
    <>
      <Panel flush>
        <DataTable<FieldToMerge>
          label="What the two leads say"
          rows={fields}
          rowKey={({ field }) => field}
          columns={[
            { header: 'Field', kind: 'lead', cell: ({ label }) => <Text size="sm">{label}</Text> },
            {
              header: 'Stays',
              cell: (row) => <Side row={row} isOther={false} chosen={!fromOther.includes(row.field)} choose={choose} />,
            },
            {
              header: 'Goes',
              cell: (row) => <Side row={row} isOther chosen={fromOther.includes(row.field)} choose={choose} />,
            },
          ]}
        />
      </Panel>
      <Notice tone="quiet" title="What comes together by itself">
        What the lead that stays lacks, it takes from the other. Custom fields, ids at other systems and the whole
        timeline come along. {tags.length > 0 && `Tags afterwards: ${tags.join(', ')}.`}
      </Notice>
      {merge.error && <Problem error={merge.error} />}
      <Group justify="space-between">
        <LinkButton
          variant="default"
          to="/leads/$leadId/merge/$otherId"
          params={{ leadId: other.id, otherId: kept.id }}
          replace
        >
          Keep the other one instead
        </LinkButton>
        <Group gap="xs">
          <LinkButton variant="default" to="/leads/$leadId" params={{ leadId: kept.id }}>
            Not now
          </LinkButton>
          <Button loading={merge.isPending} onClick={() => merge.mutate()}>
            Merge into {nameOfLead(kept)}
          </Button>
        </Group>
      </Group>
    </>
  )
}

type SideProps = {
  row: FieldToMerge
  isOther: boolean
  chosen: boolean
  choose: (field: MergeField, isOther: boolean) => void
}

/** What one of the two says: to be chosen where they differ, only shown where they do not. */
function Side({ row, isOther, chosen, choose }: SideProps) {
  const value = isOther ? row.other : row.kept
  if (!isContested(row)) return <Text size="sm">{value ?? '–'}</Text>
  return (
    <Radio
      name={row.field}
      label={value}
      aria-label={`${row.label}: ${value}`}
      checked={chosen}
      onChange={() => choose(row.field, isOther)}
      className="breakable"
    />
  )
}
