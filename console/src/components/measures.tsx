import { Skeleton } from '@mantine/core'
import type { Statistics } from 'tenon-sdk'
import { formatCount, formatDuration, formatShare } from '../lib/format.ts'

/** The totals of a window in one row of figures. */
export function Measures({ totals }: { totals: Statistics['totals'] | undefined }) {
  // Events are accepted by the workspace, not by an endpoint.
  const accepted: [string, string | undefined][] =
    totals?.accepted === null ? [] : [['Events accepted', totals && formatCount(totals.accepted)]]
  const figures: [string, string | undefined][] = [
    ...accepted,
    ['Delivered', totals && formatCount(totals.delivered)],
    ['Failed attempts', totals && formatCount(totals.failed)],
    ['Given up', totals && formatCount(totals.exhausted)],
    ['Success rate', totals && formatShare(totals.successRate)],
    ['19 of 20 answer within', totals && (totals.p95Ms === null ? '–' : formatDuration(totals.p95Ms))],
  ]
  return (
    <dl className="measures">
      {figures.map(([name, figure]) => (
        <div className="measure" key={name}>
          <dt>{name}</dt>
          <dd>{figure ?? <Skeleton height={26} width={64} />}</dd>
        </div>
      ))}
    </dl>
  )
}
