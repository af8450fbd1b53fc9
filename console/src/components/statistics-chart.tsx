import { AreaChart, BarChart } from '@mantine/charts'
import '@mantine/charts/styles.css'
import { VisuallyHidden } from '@mantine/core'
import type { Statistics, StatisticsWindow } from 'tenon-sdk'
import { formatCount, formatTick } from '../lib/format.ts'

type Props = {
  series: Statistics['series']
  window: StatisticsWindow
  show: 'accepted' | 'deliveries'
  height?: number
}

/** Events accepted, or deliveries by their end, over the window; its sum is told to who cannot see it. */
export function StatisticsChart({ series, window, show, height = 190 }: Props) {
  const data = series.map((point) => ({ ...point, at: formatTick(point.at, window) }))
  const sum = (key: 'accepted' | 'delivered' | 'failed') =>
    formatCount(series.reduce((total, point) => total + (point[key] ?? 0), 0))
  const axes = {
    h: height,
    data,
    dataKey: 'at',
    withYAxis: true,
    tickLine: 'none',
    gridAxis: 'x',
    strokeDasharray: '0',
    xAxisProps: { minTickGap: 40 },
    yAxisProps: { allowDecimals: false, width: 44 },
    valueFormatter: formatCount,
  } as const
  return (
    <figure style={{ margin: 0 }}>
      <VisuallyHidden component="figcaption">
        {show === 'accepted'
          ? `${sum('accepted')} events accepted.`
          : `${sum('delivered')} deliveries arrived, ${sum('failed')} attempts failed.`}
      </VisuallyHidden>
      {show === 'accepted' ? (
        <AreaChart
          {...axes}
          curveType="monotone"
          withDots={false}
          series={[{ name: 'accepted', label: 'Accepted', color: 'var(--tenon-pending)' }]}
        />
      ) : (
        <BarChart
          {...axes}
          type="stacked"
          maxBarWidth={40}
          withLegend
          legendProps={{ verticalAlign: 'top', height: 32 }}
          series={[
            { name: 'delivered', label: 'Delivered', color: 'var(--tenon-delivered)' },
            { name: 'failed', label: 'Failed attempts', color: 'var(--tenon-dead)' },
          ]}
        />
      )}
    </figure>
  )
}
