import { Group, Progress, Select, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { PipelineStatistics } from 'tenon-sdk'
import { DataTable } from '../../components/data-table.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { request } from '../../lib/api.ts'
import { formatCount, formatDuration, formatShare } from '../../lib/format.ts'
import { sourceInWords } from '../../lib/lead-in-words.ts'
import { paths } from '../../lib/paths.ts'
import {
  isEmptyPipeline,
  moneyInWords,
  rangeDays,
  type StatisticsSearch,
  statisticsQueryOf,
  usualRangeDays,
  usualWindowDays,
  windowChoices,
} from '../../lib/pipeline-statistics.ts'
import { pipelinesQuery } from './lead-queries.ts'
import { PipelineChart } from './pipeline-chart.tsx'
import { useOwners } from './use-owners.ts'

const route = getRouteApi('/signed-in/pipeline/statistics')

/** What a pipeline holds now, and what became of its leads over a while. */
export function PipelineStatisticsPage() {
  const search = route.useSearch()
  const { data, error, refetch } = useQuery({
    queryKey: [paths.pipelineStatistics, search],
    queryFn: ({ signal }) =>
      request<PipelineStatistics>('GET', paths.pipelineStatistics, {
        query: statisticsQueryOf(search, Date.now()),
        signal,
      }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  })
  return (
    <Page
      title="Pipeline statistics"
      about="What the stages hold now, how leads move on, and what becomes of them."
      actions={
        <LinkButton
          variant="default"
          to="/pipeline"
          search={search.pipelineId ? { pipelineId: search.pipelineId } : {}}
        >
          Pipeline
        </LinkButton>
      }
    >
      <Filters search={search} />
      {error && <Problem error={error} onRetry={() => void refetch()} />}
      {data ? (
        isEmptyPipeline(data) ? (
          <Panel flush>
            <Empty title="Nothing to count yet" action={<LinkButton to="/leads">See the leads</LinkButton>}>
              Nobody is or was in this pipeline. Once leads move from stage to stage, their numbers show up here.
            </Empty>
          </Panel>
        ) : (
          <Known statistics={data} groupBy={search.groupBy ?? 'source'} />
        )
      ) : (
        !error && (
          <Panel flush>
            <SkeletonRows count={6} />
          </Panel>
        )
      )}
    </Page>
  )
}

function Filters({ search }: { search: StatisticsSearch }) {
  const navigate = route.useNavigate()
  const { data: pipelines } = useQuery(pipelinesQuery)
  const change = (changes: { [Key in keyof StatisticsSearch]: StatisticsSearch[Key] | undefined }) => {
    const next = Object.entries({ ...search, ...changes }).filter(([, value]) => value !== undefined)
    void navigate({ search: Object.fromEntries(next) as StatisticsSearch, replace: true })
  }
  const chosen = pipelines?.find(({ id }) => id === search.pipelineId) ?? pipelines?.find(({ isDefault }) => isDefault)
  return (
    <Group gap="sm" align="flex-end" className="filters">
      {pipelines && pipelines.length > 1 && (
        <Select
          label="Pipeline"
          data={pipelines.map(({ id, name }) => ({ value: id, label: name }))}
          value={chosen?.id ?? null}
          onChange={(pipelineId) => change({ pipelineId: pipelineId ?? undefined })}
          allowDeselect={false}
          className="filter"
        />
      )}
      <Select
        label="Looking back"
        data={rangeDays.map((days) => ({ value: String(days), label: days === 365 ? 'A year' : `${days} days` }))}
        value={String(search.days ?? usualRangeDays)}
        onChange={(days) => change({ days: Number(days) === usualRangeDays ? undefined : Number(days) })}
        allowDeselect={false}
        className="filter"
      />
      <Select
        label="Time to move on"
        data={windowChoices.map((days) => ({ value: String(days), label: `Within ${days} days` }))}
        value={String(search.windowDays ?? usualWindowDays)}
        onChange={(days) => change({ windowDays: Number(days) === usualWindowDays ? undefined : Number(days) })}
        allowDeselect={false}
        className="filter"
      />
      <Select
        label="Told apart by"
        data={[
          { value: 'source', label: 'Source' },
          { value: 'owner', label: 'Owner' },
        ]}
        value={search.groupBy ?? 'source'}
        onChange={(groupBy) => change({ groupBy: groupBy === 'owner' ? groupBy : undefined })}
        allowDeselect={false}
        className="filter"
      />
    </Group>
  )
}

const inWords = (seconds: number | null): string => (seconds === null ? '–' : formatDuration(seconds * 1_000))

function Known({ statistics, groupBy }: { statistics: PipelineStatistics; groupBy: 'source' | 'owner' }) {
  const { total, outcomes, velocity, stages, conversions, groups, windowDays } = statistics
  const ownerOf = useOwners()
  const nameOfStage = (key: string) => stages.find((stage) => stage.key === key)?.name ?? key
  const nameOfGroup = (key: string | null) =>
    key === null
      ? groupBy === 'owner'
        ? 'Nobody'
        : 'Unknown'
      : groupBy === 'owner'
        ? ownerOf(key)
        : sourceInWords(key)
  const figures: [string, string][] = [
    ['In the pipeline now', formatCount(total)],
    ['New', formatCount(outcomes.created)],
    ['Won', formatCount(outcomes.won)],
    ['Lost', formatCount(outcomes.lost)],
    ['Win rate', formatShare(outcomes.winRate)],
    ['Time to win', inWords(velocity.averageSecondsToWin)],
    ['Worth a day', moneyInWords(velocity.perDay)],
  ]
  return (
    <>
      <Panel flush>
        <dl className="measures">
          {figures.map(([name, figure]) => (
            <div className="measure" key={name}>
              <dt>{name}</dt>
              <dd>{figure}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title="Over time">
        <PipelineChart statistics={statistics} />
      </Panel>
      <Panel title="Stages" flush>
        <DataTable
          label="Stages"
          rows={stages}
          rowKey={({ key }) => key}
          columns={[
            { header: 'Stage', kind: 'lead', cell: ({ name }) => <Text size="sm">{name}</Text> },
            { header: 'Leads now', kind: 'number', cell: ({ count }) => formatCount(count) },
            { header: 'Worth', kind: 'number', cell: ({ amounts }) => moneyInWords(amounts) },
            {
              header: 'Worth by chance',
              kind: 'number',
              cell: ({ amounts }) =>
                moneyInWords(amounts.map(({ currency, weightedMinor }) => ({ currency, amountMinor: weightedMinor }))),
            },
            { header: 'Usual stay', kind: 'number', cell: ({ medianSecondsInStage: seconds }) => inWords(seconds) },
            { header: 'Average stay', kind: 'number', cell: ({ averageSecondsInStage: seconds }) => inWords(seconds) },
          ]}
        />
      </Panel>
      <Panel title="Moving on" flush>
        <DataTable
          label="Moving on"
          rows={conversions}
          rowKey={({ from, to }) => `${from} ${to}`}
          columns={[
            {
              header: 'Step',
              kind: 'lead',
              cell: ({ from, to }) => (
                <Text size="sm">
                  {nameOfStage(from)} → {nameOfStage(to)} or further
                </Text>
              ),
            },
            { header: 'Came in', kind: 'number', cell: ({ entered }) => formatCount(entered) },
            { header: 'Moved on', kind: 'number', cell: ({ converted }) => formatCount(converted) },
            {
              header: `Within ${windowDays} days`,
              cell: ({ rate, isComplete, entered }) => (
                <div style={{ minWidth: 130 }}>
                  <Progress value={(rate ?? 0) * 100} color="pine" aria-hidden="true" mb={4} />
                  <Text size="xs" c="dimmed">
                    {formatShare(rate)}
                    {entered > 0 && !isComplete && ', may still grow'}
                  </Text>
                </div>
              ),
            },
          ]}
        />
      </Panel>
      <Panel title={groupBy === 'owner' ? 'By owner' : 'By source'} flush>
        {groups.length === 0 ? (
          <Empty title="Nothing in this time">Nobody came, was won or was lost.</Empty>
        ) : (
          <DataTable
            label={groupBy === 'owner' ? 'By owner' : 'By source'}
            rows={groups}
            rowKey={({ key }) => key ?? ''}
            columns={[
              {
                header: groupBy === 'owner' ? 'Owner' : 'Source',
                kind: 'lead',
                cell: ({ key }) => <Text size="sm">{nameOfGroup(key)}</Text>,
              },
              { header: 'New', kind: 'number', cell: ({ created }) => formatCount(created) },
              { header: 'Won', kind: 'number', cell: ({ won }) => formatCount(won) },
              { header: 'Lost', kind: 'number', cell: ({ lost }) => formatCount(lost) },
              { header: 'Win rate', kind: 'number', cell: ({ winRate }) => formatShare(winRate) },
            ]}
          />
        )}
      </Panel>
    </>
  )
}
