import { Group, SimpleGrid, Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Statistics, StatisticsWindow } from 'tenon-sdk'
import { LinkButton } from '../../components/link-button.tsx'
import { Measures } from '../../components/measures.tsx'
import { Page, Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { WindowPicker } from '../../components/window-picker.tsx'
import { usualWindow } from '../../lib/filters.ts'
import { endpointsQuery, integrationsQuery, newestEventQuery, statisticsQuery } from '../../lib/queries.ts'
import { useWorkspace } from '../../lib/session.ts'
import { Attention } from './attention.tsx'
import { EndpointsByHealth } from './endpoints-by-health.tsx'
import { FirstLook } from './first-look.tsx'
import { FirstSteps } from './first-steps.tsx'
import { IntegrationsByHealth } from './integrations-by-health.tsx'

const StatisticsChart = lazy(() =>
  import('../../components/statistics-chart.tsx').then((module) => ({ default: module.StatisticsChart })),
)
const route = getRouteApi('/signed-in/')

/** How the workspace fares; until something was published, how to get there. */
export function Overview() {
  const { window = usualWindow } = route.useSearch()
  const navigate = route.useNavigate()
  const workspace = useWorkspace()
  const endpoints = useQuery({ ...endpointsQuery, refetchInterval: 5_000 })
  const integrations = useQuery({ ...integrationsQuery, refetchInterval: 10_000 })
  const newest = useQuery(newestEventQuery)
  const statistics = useQuery(statisticsQuery(window))
  const isFirstRun =
    endpoints.data &&
    newest.data !== undefined &&
    integrations.data?.length === 0 &&
    (endpoints.data.length === 0 || newest.data === null)

  return (
    <Page
      title="Overview"
      about={workspace.name}
      actions={
        !isFirstRun && (
          <WindowPicker
            value={window}
            onChange={(chosen) => void navigate({ search: { window: chosen }, replace: true })}
          />
        )
      }
    >
      {isFirstRun ? (
        <FirstSteps endpoints={endpoints.data} newestEvent={newest.data ?? null} />
      ) : (
        <>
          {endpoints.data && <FirstLook endpoints={endpoints.data} />}
          {endpoints.data && (
            <Attention
              endpoints={endpoints.data}
              integrations={integrations.data ?? []}
              exhausted={statistics.data?.totals.exhausted ?? 0}
            />
          )}
          {statistics.error && !statistics.data ? (
            <Problem error={statistics.error} onRetry={() => void statistics.refetch()} />
          ) : (
            <>
              <section className="panel" aria-label="Figures">
                <Measures totals={statistics.data?.totals} />
              </section>
              <SimpleGrid cols={{ base: 1, md: 2 }}>
                <Panel title="Events accepted">
                  <Chart data={statistics.data} window={window} show="accepted" />
                </Panel>
                <Panel title="Deliveries">
                  <Chart data={statistics.data} window={window} show="deliveries" />
                </Panel>
              </SimpleGrid>
            </>
          )}
          <SimpleGrid cols={{ base: 1, md: 2 }}>
            {endpoints.error && !endpoints.data ? (
              <Problem error={endpoints.error} onRetry={() => void endpoints.refetch()} />
            ) : (
              <EndpointsByHealth endpoints={endpoints.data} />
            )}
            {integrations.error && !integrations.data ? (
              <Problem error={integrations.error} onRetry={() => void integrations.refetch()} />
            ) : (
              <IntegrationsByHealth integrations={integrations.data} />
            )}
          </SimpleGrid>
          <Group justify="space-between">
            <Text size="sm" c="dimmed">
              Figures renew themselves.
            </Text>
            <LinkButton variant="default" to="/events">
              Watch events arrive
            </LinkButton>
          </Group>
        </>
      )}
    </Page>
  )
}

type ChartProps = { data: Statistics | undefined; window: StatisticsWindow; show: 'accepted' | 'deliveries' }

const Chart = ({ data, ...rest }: ChartProps) =>
  data ? (
    <Suspense fallback={<Skeleton height={190} />}>
      <StatisticsChart series={data.series} {...rest} />
    </Suspense>
  ) : (
    <Skeleton height={190} />
  )
