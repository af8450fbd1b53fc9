import { Group, Select, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { Lead, Pipeline } from 'tenon-sdk'
import { LinkButton, TextLink } from '../../components/link-button.tsx'
import { SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Time } from '../../components/time.tsx'
import { formatMoney, nameOfLead, type Stage } from '../../lib/lead-in-words.ts'
import { paths } from '../../lib/paths.ts'
import { useList } from '../../lib/use-list.ts'
import { ChangeStatus } from './change-status.tsx'
import { pipelinesQuery } from './lead-queries.ts'

const route = getRouteApi('/signed-in/pipeline')

/** The stages of a pipeline side by side, each with its leads. */
export function PipelineBoard() {
  const { pipelineId } = route.useSearch()
  const navigate = route.useNavigate()
  const { data: pipelines, error, refetch } = useQuery(pipelinesQuery)
  const pipeline = pipelines?.find(({ id }) => id === pipelineId) ?? pipelines?.find(({ isDefault }) => isDefault)
  return (
    <Page
      title="Pipeline"
      about="Where each lead stands, stage by stage."
      actions={
        <>
          <LinkButton variant="default" to="/pipeline/statistics" search={pipelineId ? { pipelineId } : {}}>
            Statistics
          </LinkButton>
          <LinkButton variant="default" to="/leads">
            All leads
          </LinkButton>
        </>
      }
    >
      {pipelines && pipelines.length > 1 && (
        <Select
          label="Pipeline"
          data={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
          value={pipeline?.id ?? null}
          onChange={(id) => void navigate({ search: id ? { pipelineId: id } : {}, replace: true })}
          allowDeselect={false}
          maw={280}
        />
      )}
      {error && !pipelines ? (
        <Problem error={error} onRetry={() => void refetch()} />
      ) : pipelines && pipeline ? (
        <section className="board" aria-label={`Stages of ${pipeline.name}`}>
          {pipeline.stages.map((stage) => (
            <StageColumn key={stage.key} stage={stage} pipeline={pipeline} pipelines={pipelines} />
          ))}
        </section>
      ) : (
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      )}
    </Page>
  )
}

function StageColumn({ stage, pipeline, pipelines }: { stage: Stage; pipeline: Pipeline; pipelines: Pipeline[] }) {
  const leads = useList<Lead>(
    ['stage', pipeline.id, stage.key],
    paths.leads,
    () => ({ pipelineId: pipeline.id, status: stage.key, sort: 'activity' }),
    { refreshMs: 10_000, limit: 20 },
  )
  return (
    <section className="board-stage" aria-label={stage.name}>
      <Group justify="space-between" mb={8} wrap="nowrap">
        <Title order={2} size="h4">
          {stage.name}
        </Title>
        <Text size="sm" c="dimmed">
          {leads.items && `${leads.items.length}${leads.more ? '+' : ''}`}
        </Text>
      </Group>
      <Stack gap="xs">
        {!leads.items &&
          (leads.error ? <Problem error={leads.error} onRetry={leads.retry} /> : <Skeleton height={60} />)}
        {leads.items?.map((lead) => (
          <LeadCard key={lead.id} lead={lead} pipelines={pipelines} />
        ))}
        {leads.items?.length === 0 && (
          <Text size="sm" c="dimmed">
            Nobody here.
          </Text>
        )}
        {leads.more && (
          <LinkButton
            variant="subtle"
            size="compact-sm"
            to="/leads"
            search={{ status: stage.key, pipelineId: pipeline.id }}
          >
            See all
          </LinkButton>
        )}
      </Stack>
    </section>
  )
}

function LeadCard({ lead, pipelines }: { lead: Lead; pipelines: Pipeline[] }) {
  return (
    <article className="panel board-card">
      <TextLink to="/leads/$leadId" params={{ leadId: lead.id }} size="sm" fw={600}>
        {nameOfLead(lead)}
      </TextLink>
      <Text size="xs" c="dimmed">
        {[lead.company, lead.amountMinor !== null && formatMoney(lead.amountMinor, lead.currency)]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="xs" c="dimmed">
          <Time at={lead.lastActivityAt} />
        </Text>
        <ChangeStatus lead={lead} pipelines={pipelines} label="Move" size="compact-sm" />
      </Group>
    </article>
  )
}
