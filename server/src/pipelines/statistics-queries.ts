import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

/** From when to when, of which pipeline. */
export type Range = { pipelineId: string; after: Date; before: Date }

export type Standing = { status: string; currency: string; count: number; amountMinor: number; hasAmount: boolean }

/** How many leads stand where now, and what they are worth. */
export async function listStandings(db: Db, workspaceId: string, pipelineId: string): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select status, coalesce(currency, '') as currency, count(*)::int as count,
      coalesce(sum(amount_minor), 0)::float8 as amount_minor, count(amount_minor) > 0 as has_amount
    from crm_leads where workspace_id = ${workspaceId} and pipeline_id = ${pipelineId}
    group by 1, 2`.execute(db)
  return rows
}

export type Stay = { status: string; average: number; median: number }

/** How long leads that left a stage in the range had been there, wherever they went. */
export async function listStays(db: Db, workspaceId: string, { pipelineId, after, before }: Range): Promise<Stay[]> {
  const { rows } = await sql<Stay>`
    select from_status as status, avg(seconds_before)::float8 as average,
      percentile_cont(0.5) within group (order by seconds_before)::float8 as median
    from (
      select from_status, seconds_before from crm_status_changes
      where workspace_id = ${workspaceId} and pipeline_id = ${pipelineId} and coalesce(from_pipeline_id, pipeline_id) = pipeline_id
        and at >= ${after} and at < ${before} and from_status is not null
      union all
      select from_status, seconds_before from crm_status_changes
      where workspace_id = ${workspaceId} and from_pipeline_id = ${pipelineId} and pipeline_id <> from_pipeline_id
        and at >= ${after} and at < ${before}
    ) stays
    group by 1`.execute(db)
  return rows
}

export type Cohort = { status: string; entered: number; converted: number }

/**
 * Of the leads that entered a stage in the range, by their first entry, how many came to a later stage within the window. `ranks` is the
 * order of the pipeline; a stage that was lost is no further than any.
 */
export async function listCohorts(
  db: Db,
  workspaceId: string,
  { pipelineId, after, before }: Range,
  ranks: { key: string; rank: number }[],
  windowMs: number,
): Promise<Cohort[]> {
  const { rows } = await sql<Cohort>`
    with ranks as (
      select * from unnest(${ranks.map(({ key }) => key)}::text[], ${ranks.map(({ rank }) => rank)}::int[]) r(key, rank)
    ), entries as (
      select lead_id, to_status as status, min(at) as at from crm_status_changes
      where workspace_id = ${workspaceId} and pipeline_id = ${pipelineId}
      group by 1, 2
    )
    select e.status, count(*)::int as entered, count(*) filter (where exists (
      select from crm_status_changes c join ranks further on further.key = c.to_status
      where c.workspace_id = ${workspaceId} and c.lead_id = e.lead_id and c.pipeline_id = ${pipelineId}
        and further.rank > own.rank and c.at >= e.at and c.at <= e.at + make_interval(secs => ${windowMs / 1_000})
    ))::int as converted
    from entries e join ranks own on own.key = e.status
    where e.at >= ${after} and e.at < ${before}
    group by 1`.execute(db)
  return rows
}

export type Ending = {
  day: string
  source: string
  ownerId: string | null
  currency: string
  won: number
  lost: number
  wonMinor: number
  withAmount: number
  secondsToWin: number
}

/**
 * What was won and lost in the range, by day, source and owner. A lead that came back and was won again is won each time; one that goes
 * from one won stage to another was won already.
 */
export async function listEndings(
  db: Db,
  workspaceId: string,
  { pipelineId, after, before }: Range,
  won: string[],
  lost: string[],
): Promise<Ending[]> {
  const { rows } = await sql<Ending>`
    select to_char(c.at at time zone 'UTC', 'YYYY-MM-DD') as day, l.source, l.owner_id, coalesce(c.currency, '') as currency,
      count(*) filter (where c.to_status = any(${won}::text[]))::int as won,
      count(*) filter (where c.to_status = any(${lost}::text[]))::int as lost,
      coalesce(sum(c.amount_minor) filter (where c.to_status = any(${won}::text[])), 0)::float8 as won_minor,
      count(c.amount_minor) filter (where c.to_status = any(${won}::text[]))::int as with_amount,
      coalesce(sum(extract(epoch from c.at - l.created_at)) filter (where c.to_status = any(${won}::text[])), 0)::float8 as seconds_to_win
    from crm_status_changes c
    join crm_leads l on l.workspace_id = c.workspace_id and l.id = c.lead_id
    where c.workspace_id = ${workspaceId} and c.pipeline_id = ${pipelineId} and c.at >= ${after} and c.at < ${before}
      and (c.to_status = any(${won}::text[]) and not ${isFrom(won)} or c.to_status = any(${lost}::text[]) and not ${isFrom(lost)})
    group by 1, 2, 3, 4`.execute(db)
  return rows
}

/** Whether a change came from one of these stages of the same pipeline. */
const isFrom = (stages: string[]) =>
  sql`(c.from_status is not null and c.from_status = any(${stages}::text[]) and coalesce(c.from_pipeline_id, c.pipeline_id) = c.pipeline_id)`

export type Arrival = { day: string; source: string; ownerId: string | null; created: number }

/** Leads that entered the pipeline as new ones in the range. */
export async function listArrivals(
  db: Db,
  workspaceId: string,
  { pipelineId, after, before }: Range,
): Promise<Arrival[]> {
  const { rows } = await sql<Arrival>`
    select to_char(c.at at time zone 'UTC', 'YYYY-MM-DD') as day, l.source, l.owner_id, count(*)::int as created
    from crm_status_changes c
    join crm_leads l on l.workspace_id = c.workspace_id and l.id = c.lead_id
    where c.workspace_id = ${workspaceId} and c.pipeline_id = ${pipelineId} and c.at >= ${after} and c.at < ${before} and c.from_status is null
    group by 1, 2, 3`.execute(db)
  return rows
}
