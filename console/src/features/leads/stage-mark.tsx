import type { Lead, Pipeline } from 'tenon-sdk'
import { Mark } from '../../components/status.tsx'
import { type Stage, stageOf } from '../../lib/lead-in-words.ts'

const tones: Record<Stage['kind'], Parameters<typeof Mark>[0]['of'][1]> = {
  open: 'pending',
  won: 'delivered',
  lost: 'quiet',
}

/** Where a lead stands in its pipeline. */
export function StageMark({ lead, pipelines }: { lead: Lead; pipelines: Pipeline[] | undefined }) {
  const stage = stageOf(pipelines, lead)
  return <Mark of={[stage?.name ?? lead.status, stage ? tones[stage.kind] : 'quiet']} />
}
