import type { AnalyticsReport, OperationInput } from '../../kit/index.ts'
import type { AnalyticsContext } from './settings.ts'

export const reportsHost = 'https://analyticsdata.googleapis.com'

type Header = { name: string; type?: string }
type Reply = {
  dimensionHeaders?: Header[]
  metricHeaders?: Header[]
  rows?: { dimensionValues?: { value?: string }[]; metricValues?: { value?: string }[] }[]
  rowCount?: number
}

/** Reads a report (https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport). */
export async function report(
  { http }: AnalyticsContext,
  property: string,
  { from, to, metrics, dimensions = [], limit = 1_000, offset = 0 }: OperationInput<'analytics.report'>,
): Promise<AnalyticsReport> {
  const named = (names: string[]) => names.map((name) => ({ name }))
  const {
    dimensionHeaders = [],
    metricHeaders = [],
    rows = [],
    rowCount = 0,
  } = await http.post<Reply>(
    `${reportsHost}/v1beta/properties/${property}:runReport`,
    // Numbers of 64 bits are text in Google's JSON.
    {
      dateRanges: [{ startDate: from, endDate: to }],
      metrics: named(metrics),
      dimensions: named(dimensions),
      limit: String(limit),
      offset: String(offset),
    },
    { repeatable: true },
  )
  return {
    total: rowCount,
    rows: rows.map(({ dimensionValues = [], metricValues = [] }) => ({
      ...Object.fromEntries(dimensionHeaders.map(({ name }, index) => [name, dimensionValues[index]?.value ?? ''])),
      ...Object.fromEntries(metricHeaders.map(({ name }, index) => [name, Number(metricValues[index]?.value ?? 0)])),
    })),
  }
}
