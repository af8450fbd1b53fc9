import { invalid } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import { timeOf } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import type { Pipelines } from './pipelines.ts'
import type { Pipeline } from './schema.ts'
import {
  type Arrival,
  type Cohort,
  type Ending,
  listArrivals,
  listCohorts,
  listEndings,
  listStandings,
  listStays,
  type Range,
  type Standing,
  type Stay,
} from './statistics-queries.ts'
import type { PipelineStatistics, StatisticsQuery } from './statistics-schema.ts'

const day = 86_400_000
const usualDays = 90
const mostDays = 731
const usualWindowDays = 30

/** What a pipeline has come to: counted from the history of statuses, so that what was is not judged by what is. */
export function createPipelineStatistics(deps: { database: Database; pipelines: Pipelines; clock: Clock }) {
  const { database, pipelines, clock } = deps

  return async function statistics(workspaceId: string, query: StatisticsQuery): Promise<PipelineStatistics> {
    const now = clock.now()
    const before = query.before === undefined ? now + 1 : timeOf('query.before', query.before)
    const after = query.after === undefined ? before - usualDays * day : timeOf('query.after', query.after)
    if (after >= before) throw invalid('query.after', 'must be earlier than query.before')
    if (before - after > mostDays * day)
      throw invalid('query.after', `must be at most ${mostDays} days before query.before`)
    const windowDays = query.windowDays ?? usualWindowDays
    return database.inWorkspace(workspaceId, async (tx) => {
      const pipeline =
        query.pipelineId === undefined
          ? await pipelines.ensureDefault(tx, workspaceId)
          : await pipelines.find(tx, workspaceId, query.pipelineId)
      const range: Range = { pipelineId: pipeline.id, after: new Date(after), before: new Date(before) }
      const keysOf = (kind: string) => pipeline.stages.filter((stage) => stage.kind === kind).map(({ key }) => key)
      const standings = await listStandings(tx, workspaceId, pipeline.id)
      const stays = await listStays(tx, workspaceId, range)
      const cohorts = await listCohorts(tx, workspaceId, range, ranksOf(pipeline), windowDays * day)
      const endings = await listEndings(tx, workspaceId, range, keysOf('won'), keysOf('lost'))
      const arrivals = await listArrivals(tx, workspaceId, range)
      const outcomes = outcomesOf(arrivals, endings)
      return {
        pipelineId: pipeline.id,
        name: pipeline.name,
        after: range.after.toISOString(),
        before: range.before.toISOString(),
        windowDays,
        total: standings.reduce((sum, { count }) => sum + count, 0),
        stages: stagesOf(pipeline, standings, stays),
        conversions: conversionsOf(pipeline, cohorts, before + windowDays * day <= now),
        outcomes,
        velocity: velocityOf(pipeline, standings, endings, outcomes.winRate),
        groups: groupsOf(query.groupBy, arrivals, endings),
        overTime: overTime(after, before, arrivals, endings),
      }
    })
  }
}

/** Open stages in their order, then what was won; what was lost is behind all. */
const ranksOf = ({ stages }: Pipeline) =>
  stages.map(({ key, kind }, index) => ({ key, rank: kind === 'won' ? 1_000 : kind === 'lost' ? -1 : index }))

function stagesOf(pipeline: Pipeline, standings: Standing[], stays: Stay[]): PipelineStatistics['stages'] {
  return pipeline.stages.map(({ key, name, kind, probability }) => {
    const here = standings.filter(({ status }) => status === key)
    const stay = stays.find(({ status }) => status === key)
    return {
      key,
      name,
      kind,
      count: here.reduce((sum, { count }) => sum + count, 0),
      amounts: here
        .filter(({ hasAmount }) => hasAmount)
        .map(({ currency, amountMinor }) => ({
          currency,
          amountMinor,
          weightedMinor: Math.round((amountMinor * probability) / 100),
        })),
      averageSecondsInStage: stay?.average ?? null,
      medianSecondsInStage: stay?.median ?? null,
    }
  })
}

function conversionsOf(pipeline: Pipeline, cohorts: Cohort[], isComplete: boolean): PipelineStatistics['conversions'] {
  const open = pipeline.stages.filter(({ kind }) => kind === 'open')
  const won = pipeline.stages.find(({ kind }) => kind === 'won')
  return open.flatMap(({ key }, index) => {
    const next = open[index + 1] ?? won
    if (!next) return []
    const { entered = 0, converted = 0 } = cohorts.find(({ status }) => status === key) ?? {}
    return { from: key, to: next.key, entered, converted, rate: ratio(converted, entered), isComplete }
  })
}

function outcomesOf(arrivals: Arrival[], endings: Ending[]): PipelineStatistics['outcomes'] {
  const [won, lost] = [sum(endings, 'won'), sum(endings, 'lost')]
  return {
    created: arrivals.reduce((total, { created }) => total + created, 0),
    won,
    lost,
    winRate: ratio(won, won + lost),
  }
}

/** Each factor must be known: a pipeline that has won nothing has no velocity, which is not the same as none. */
function velocityOf(
  pipeline: Pipeline,
  standings: Standing[],
  endings: Ending[],
  winRate: number | null,
): PipelineStatistics['velocity'] {
  const won = sum(endings, 'won')
  const averageSecondsToWin = won === 0 ? null : sum(endings, 'secondsToWin') / won
  const open = new Set(pipeline.stages.filter(({ kind }) => kind === 'open').map(({ key }) => key))
  const count = standings
    .filter(({ status }) => open.has(status))
    .reduce((total, standing) => total + standing.count, 0)
  const perDay = [
    ...Map.groupBy(
      endings.filter(({ withAmount }) => withAmount > 0),
      ({ currency }) => currency,
    ),
  ].map(([currency, some]) => {
    const average = sum(some, 'wonMinor') / sum(some, 'withAmount')
    const days = (averageSecondsToWin ?? 0) / 86_400
    const amountMinor = winRate === null || days <= 0 ? null : Math.round((count * winRate * average) / days)
    return { currency, amountMinor }
  })
  return { averageSecondsToWin, perDay }
}

function groupsOf(
  by: StatisticsQuery['groupBy'],
  arrivals: Arrival[],
  endings: Ending[],
): PipelineStatistics['groups'] {
  if (by === undefined) return []
  const keyOf = ({ source, ownerId }: Arrival | Ending) => (by === 'source' ? source : ownerId)
  const keys = new Set([...arrivals, ...endings].map(keyOf))
  return [...keys]
    .map((key) => ({
      key,
      ...outcomesOf(
        arrivals.filter((one) => keyOf(one) === key),
        endings.filter((one) => keyOf(one) === key),
      ),
    }))
    .toSorted((one, other) => other.created - one.created || String(one.key).localeCompare(String(other.key)))
}

function overTime(
  after: number,
  before: number,
  arrivals: Arrival[],
  endings: Ending[],
): PipelineStatistics['overTime'] {
  const [arrived, ended] = [Map.groupBy(arrivals, dayOf), Map.groupBy(endings, dayOf)]
  const days: PipelineStatistics['overTime'] = []
  for (let at = Math.floor(after / day) * day; at < before; at += day) {
    const name = new Date(at).toISOString().slice(0, 10)
    const { created, won, lost } = outcomesOf(arrived.get(name) ?? [], ended.get(name) ?? [])
    days.push({ day: name, created, won, lost })
  }
  return days
}

const dayOf = ({ day: name }: { day: string }): string => name
const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)
const sum = (endings: Ending[], name: 'won' | 'lost' | 'wonMinor' | 'withAmount' | 'secondsToWin'): number =>
  endings.reduce((total, ending) => total + ending[name], 0)
