import { Skeleton, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { IntegrationHealth } from 'tenon-sdk'
import { Panel } from '../../components/page.tsx'
import { Problem } from '../../components/problem.tsx'
import { Mark } from '../../components/status.tsx'
import { Time } from '../../components/time.tsx'
import { formatCount, formatDuration, formatShare } from '../../lib/format.ts'
import { healthQuery } from './integration-query.ts'

const checks = [
  ['connection', 'Connection'],
  ['credentials', 'Credentials'],
  ['webhooks', 'Webhooks'],
  ['rateLimits', 'Rate limits'],
] as const

const states: Record<IntegrationHealth['checks']['connection']['state'], Parameters<typeof Mark>[0]['of']> = {
  ok: ['Good', 'delivered'],
  warning: ['Watch it', 'retrying'],
  failed: ['Failing', 'dead'],
  unknown: ['Not known yet', 'pending'],
  not_applicable: ['Not used', 'quiet'],
}

/** How an integration is: its figures of the last day, and each check with what to do. */
export function HealthPanel({ integrationId }: { integrationId: string }) {
  const { data: health, error, refetch } = useQuery(healthQuery(integrationId))
  if (error && !health)
    return (
      <Panel title="Health">
        <Problem error={error} onRetry={() => void refetch()} />
      </Panel>
    )
  return (
    <Panel title="The last 24 hours" flush>
      <Figures health={health} />
      <ul className="checks">
        {checks.map(([key, word]) => {
          const check = health?.checks[key]
          return (
            <li key={key}>
              <Text fw={600} size="sm">
                {word}
              </Text>
              <div>{check ? <Mark of={states[check.state]} /> : <Skeleton height={16} width={90} />}</div>
              <div>
                {check ? <Text size="sm">{withoutIsoTimes(check.message)}</Text> : <Skeleton height={16} width="70%" />}
                {check?.nextStep && (
                  <Text size="sm" c="dimmed">
                    {check.nextStep}
                  </Text>
                )}
              </div>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}

function Figures({ health }: { health: IntegrationHealth | undefined }) {
  const window = health?.window
  const milliseconds = (ms: number | null | undefined) => (ms === null || ms === undefined ? '–' : formatDuration(ms))
  const figures: [string, React.ReactNode][] = [
    ['Operations', window && formatCount(window.operations)],
    ['Success rate', window && formatShare(window.successRate)],
    ['Failed', window && formatCount(window.failed + window.unknown)],
    ['Usual, seldom longer', window && `${milliseconds(window.p50Ms)}, ${milliseconds(window.p95Ms)}`],
    ['Pace used', health && `${Math.round(health.pace.used * 100)} %`],
    ['Waiting', health && formatCount(health.deliveries.waiting)],
    ['Last success', health && <Time at={health.lastSuccessAt} />],
    ['Token expires', health && <Time at={health.tokenExpiresAt} />],
  ]
  return (
    <dl className="measures measures-small">
      {figures.map(([name, figure]) => (
        <div className="measure" key={name}>
          <dt>{name}</dt>
          <dd>{figure ?? <Skeleton height={22} width={64} />}</dd>
        </div>
      ))}
    </dl>
  )
}

/** The hub names moments in UTC; a person reads them in their own zone. */
const withoutIsoTimes = (text: string): string =>
  text.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, (iso) =>
    new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' }).format(Date.parse(iso)),
  )
