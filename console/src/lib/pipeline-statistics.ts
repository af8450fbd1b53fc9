import type { PipelineStatistics, PipelineStatisticsQuery } from 'tenon-sdk'
import type { Search } from './filters.ts'
import { formatMoney } from './lead-in-words.ts'

/** What the statistics of a pipeline are asked for, as the page's address holds it; days as numbers. */
export type StatisticsSearch = { pipelineId?: string; days?: number; windowDays?: number; groupBy?: 'owner' }

export const rangeDays = [30, 90, 365]
export const usualRangeDays = 90
export const windowChoices = [7, 30, 90]
export const usualWindowDays = 30

/** Reads what the page is asked for; what is not understood is left out. */
export function readStatisticsSearch(search: Search): StatisticsSearch {
  const days = rangeDays.find((days) => days === Number(search.days))
  const windowDays = windowChoices.find((days) => days === Number(search.windowDays))
  return {
    ...(typeof search.pipelineId === 'string' && search.pipelineId && { pipelineId: search.pipelineId }),
    ...(days && { days }),
    ...(windowDays && { windowDays }),
    ...(search.groupBy === 'owner' && { groupBy: search.groupBy }),
  }
}

/** The same as the API takes it. */
export const statisticsQueryOf = (
  { pipelineId, days = usualRangeDays, windowDays = usualWindowDays, groupBy }: StatisticsSearch,
  now: number,
): PipelineStatisticsQuery => ({
  ...(pipelineId && { pipelineId }),
  after: new Date(now - days * 86_400_000).toISOString(),
  windowDays,
  groupBy: groupBy ?? 'source',
})

/** Whether the pipeline has, or had in the range, anything to count. */
export const isEmptyPipeline = ({ total, outcomes: { created, won, lost } }: PipelineStatistics): boolean =>
  total + created + won + lost === 0

type Amounts = { currency: string; amountMinor: number | null }[]

/** `€1,200.00 + $80.00`; amounts of several currencies cannot be added. */
export const moneyInWords = (amounts: Amounts): string =>
  amounts
    .flatMap(({ currency, amountMinor }) =>
      amountMinor === null ? [] : [formatMoney(Math.round(amountMinor), currency || null)],
    )
    .join(' + ') || '–'

type Point = PipelineStatistics['overTime'][number]

/** Days put together by weeks where there are more of them than a chart can show. */
export function byWeekWhereLong(points: Point[], most = 100): Point[] {
  if (points.length <= most) return points
  const weeks: Point[] = []
  for (const [index, point] of points.entries()) {
    const week = weeks.at(-1)
    if (index % 7 === 0 || !week) weeks.push({ ...point })
    else {
      week.created += point.created
      week.won += point.won
      week.lost += point.lost
    }
  }
  return weeks
}
