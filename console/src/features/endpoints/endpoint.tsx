import { Group, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Endpoint } from 'tenon-sdk'
import { DeliveryList } from '../../components/delivery-list.tsx'
import { LinkButton } from '../../components/link-button.tsx'
import { Empty, SkeletonRows } from '../../components/list-states.tsx'
import { Measures } from '../../components/measures.tsx'
import { Notice } from '../../components/notice.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { HealthMark } from '../../components/status.tsx'
import { StatusFilter } from '../../components/status-filter.tsx'
import { DueTime, Time } from '../../components/time.tsx'
import { WindowPicker } from '../../components/window-picker.tsx'
import { ApiError } from '../../lib/api.ts'
import { disabledReasonInWords } from '../../lib/attempt-in-words.ts'
import { usualWindow } from '../../lib/filters.ts'
import { statisticsQuery } from '../../lib/queries.ts'
import { useMayChange } from '../../lib/session.ts'
import { EndpointActions } from './endpoint-actions.tsx'
import { endpointQuery } from './endpoint-query.ts'
import { EndpointSettings } from './endpoint-settings.tsx'
import { TestPanel } from './test-panel.tsx'

const StatisticsChart = lazy(() =>
  import('../../components/statistics-chart.tsx').then((module) => ({ default: module.StatisticsChart })),
)
const route = getRouteApi('/signed-in/endpoints/$endpointId')

/** One endpoint: how it fares, what to do about it, what it got, how it is set. */
export function EndpointPage() {
  const { endpointId } = route.useParams()
  const { data: endpoint, error, refetch } = useQuery({ ...endpointQuery(endpointId), refetchInterval: 5_000 })
  const mayChange = useMayChange()

  if (error && !endpoint)
    return error instanceof ApiError && error.status === 404 ? (
      <Empty title="This endpoint is not here" action={<LinkButton to="/endpoints">See all endpoints</LinkButton>}>
        It was deleted, or belongs to another workspace.
      </Empty>
    ) : (
      <Page title="Endpoint">
        <Problem error={error} onRetry={() => void refetch()} />
      </Page>
    )
  if (!endpoint)
    return (
      <Page title="Endpoint">
        <Panel flush>
          <SkeletonRows count={6} />
        </Panel>
      </Page>
    )
  return (
    <Page
      title={endpoint.name}
      about={
        <Group gap="md">
          <HealthMark health={endpoint.health} />
          <span className="mono">{endpoint.url}</span>
        </Group>
      }
      actions={mayChange && <EndpointActions endpoint={endpoint} />}
    >
      <Condition endpoint={endpoint} />
      <StatisticsPanel endpointId={endpointId} />
      {mayChange && <TestPanel endpoint={endpoint} />}
      <Deliveries endpointId={endpointId} />
      <EndpointSettings endpoint={endpoint} />
    </Page>
  )
}

/** Why it is not well, and the next step. */
function Condition({ endpoint }: { endpoint: Endpoint }) {
  const { health, disabledReason, disabledAt, lastError, lastFailureAt, circuit } = endpoint
  if (health === 'disabled')
    return (
      <Notice tone="retrying" title="Disabled">
        {disabledReasonInWords(disabledReason)}
        {disabledAt && (
          <>
            , <Time at={disabledAt} />
          </>
        )}
        . It gets nothing until it is enabled; a successful test enables it as well. Events of the meantime can be
        replayed as missed ones.
      </Notice>
    )
  if (health === 'paused')
    return (
      <Notice tone="retrying" title="Paused after many failures in a row">
        Deliveries wait and are not lost. The next one is tried <DueTime at={circuit.pausedUntil} />.
        {lastError && <LastError error={lastError} />}
      </Notice>
    )
  if (health === 'failing')
    return (
      <Notice tone="dead" title="Deliveries are failing">
        The last failure was <Time at={lastFailureAt} />. Send a test to see the answer.
        {lastError && <LastError error={lastError} />}
      </Notice>
    )
  return null
}

const LastError = ({ error }: { error: string }) => (
  <Text size="sm" className="mono" mt={4}>
    {error}
  </Text>
)

function StatisticsPanel({ endpointId }: { endpointId: string }) {
  const { window = usualWindow } = route.useSearch()
  const navigate = route.useNavigate()
  const { data, error, refetch } = useQuery(statisticsQuery(window, endpointId))
  return (
    <Panel
      title="Deliveries over time"
      flush
      actions={
        <WindowPicker
          value={window}
          onChange={(chosen) => void navigate({ search: (search) => ({ ...search, window: chosen }), replace: true })}
        />
      }
    >
      {error && !data ? (
        <div className="panel-pad">
          <Problem error={error} onRetry={() => void refetch()} />
        </div>
      ) : (
        <>
          <Measures totals={data?.totals} />
          <div className="panel-pad">
            <Suspense fallback={<Skeleton height={190} />}>
              {data ? (
                <StatisticsChart series={data.series} window={window} show="deliveries" />
              ) : (
                <Skeleton height={190} />
              )}
            </Suspense>
          </div>
        </>
      )}
    </Panel>
  )
}

function Deliveries({ endpointId }: { endpointId: string }) {
  const { status } = route.useSearch()
  const navigate = route.useNavigate()
  return (
    <Panel
      title="Its deliveries"
      flush
      actions={
        <LinkButton variant="subtle" size="compact-sm" to="/replays/new" search={{ endpointId, status: ['dead'] }}>
          Replay many
        </LinkButton>
      }
    >
      <div style={{ padding: '0 18px 12px' }}>
        <StatusFilter
          value={status}
          onChange={(chosen) =>
            void navigate({
              search: ({ status: _, ...search }) => ({ ...search, ...(chosen && { status: chosen }) }),
              replace: true,
            })
          }
        />
      </div>
      <DeliveryList filter={{ endpointId, ...(status && { status }) }} withoutDestination />
    </Panel>
  )
}
