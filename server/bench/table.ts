import type { Result } from './row.ts'

/** The middle of the figures, or the lower of the two middles. */
export const median = (figures: number[]): number =>
  [...figures].sort((a, b) => a - b)[Math.floor((figures.length - 1) / 2)] ?? Number.NaN

/** The figure below which this share of all lies. */
export function percentile(figures: number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

/** Measured over ceiling, round by round: on a machine whose speed wanders only neighbours compare. */
export const ratiosOf = ({ measured, ceiling }: Result): number[] =>
  ceiling?.map((figure, round) => measured[round]! / figure) ?? []

/** Whether the bar is met; undefined where there is none. */
export function isMet(result: Result): boolean | undefined {
  const { bar, measured } = result
  if (!bar) return undefined
  if ('atMost' in bar) return median(measured) <= bar.atMost
  const ratio = median(ratiosOf(result))
  return 'ratioAtMost' in bar ? ratio <= bar.ratioAtMost : ratio >= bar.ratioAtLeast
}

/** One result as a line. */
export const describe = (result: Result): string => `  ${cellsOf(result).join('  ')}`

/** All results as a Markdown table. */
export function tableOf(results: Result[]): string {
  const heading = ['what', 'measured', 'ceiling', 'ratio', 'bar', 'met', 'note']
  const lines = [heading, ...results.map(cellsOf)]
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  const show = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [
    show(heading),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...lines.slice(1).map(show),
  ].join('\n')
}

function cellsOf(result: Result): string[] {
  const { name, unit, measured, ceiling, bar } = result
  const ratios = ratiosOf(result)
  const met = isMet(result)
  return [
    name,
    `${spread(measured)} ${unit}`,
    ceiling ? spread(ceiling) : '',
    ratios.length > 0 ? spread(ratios, 2) : '',
    wantedOf(bar, unit),
    met === undefined ? '' : met ? 'yes' : 'NO',
    result.note ?? '',
  ]
}

function wantedOf(bar: Result['bar'], unit: string): string {
  if (!bar) return ''
  if ('atMost' in bar) return `≤ ${bar.atMost} ${unit}`
  if ('ratioAtMost' in bar) return `≤ ${bar.ratioAtMost}`
  return `≥ ${bar.ratioAtLeast}${bar.goal ? `, goal ${bar.goal}` : ''}`
}

/** Median and, of several rounds, the range. */
function spread(figures: number[], digits = median(figures) < 100 ? 1 : 0): string {
  const show = (figure: number) =>
    figure.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const range = figures.length > 1 ? ` (${show(Math.min(...figures))}–${show(Math.max(...figures))})` : ''
  return `${show(median(figures))}${range}`
}
