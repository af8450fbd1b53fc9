import { BarChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { VisuallyHidden } from '@mantine/core'
import type { PipelineStatistics } from 'tenon-sdk'
import { formatCount } from '../../lib/format.ts'
import { byWeekWhereLong } from '../../lib/pipeline-statistics.ts'

const dayOf = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' })

/** Leads that came, were won and were lost over the range; the sums are told to who cannot see it. */
export function PipelineChart({ statistics: { overTime, outcomes } }: { statistics: PipelineStatistics }) {
  const data = byWeekWhereLong(overTime).map((point) => ({ ...point, day: dayOf.format(Date.parse(point.day)) }))
  return (
    <figure style={{ margin: 0 }}>
      <VisuallyHidden component="figcaption">
        {formatCount(outcomes.created)} leads came, {formatCount(outcomes.won)} were won, {formatCount(outcomes.lost)}{' '}
        were lost.
      </VisuallyHidden>
      <BarChart
        h={210}
        data={data}
        dataKey="day"
        withYAxis
        tickLine="none"
        gridAxis="x"
        strokeDasharray="0"
        maxBarWidth={18}
        xAxisProps={{ minTickGap: 40 }}
        yAxisProps={{ allowDecimals: false, width: 36 }}
        valueFormatter={formatCount}
        withLegend
        legendProps={{ verticalAlign: 'top', height: 32 }}
        series={[
          { name: 'created', label: 'New', color: 'var(--tenon-pending)' },
          { name: 'won', label: 'Won', color: 'var(--tenon-delivered)' },
          { name: 'lost', label: 'Lost', color: 'var(--tenon-quiet)' },
        ]}
      />
    </figure>
  )
}
