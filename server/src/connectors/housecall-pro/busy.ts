import type { OperationInput, Span } from '../../kit/index.ts'
import { isOff } from './mappings.ts'
import { pagesOf } from './pages.ts'
import { paths } from './paths.ts'
import type { HcpContext } from './settings.ts'
import { timeText } from './times.ts'
import type { HcpEvent, HcpJob } from './types.ts'

/** Times, and whose they are: everybody's where nobody is named. */
type Taken = { startsAt: Date; endsAt: Date; employees: readonly string[] }

/** When employees are at jobs and events: those that are named, the one of the settings, or any. */
export async function busySpans(
  context: HcpContext,
  { from, to, calendarIds }: OperationInput<'calendar.busy'>,
): Promise<Span[]> {
  const { default_employee_id: own } = context.settings
  const wanted = calendarIds ?? (own === undefined ? [] : [own])
  const taken = [...(await jobsIn(context, from, to)), ...(await eventsOf(context))]
  return taken
    .filter(({ startsAt, endsAt }) => startsAt < to && endsAt > from)
    .filter(({ employees }) => {
      return wanted.length === 0 || employees.length === 0 || employees.some((id) => wanted.includes(id))
    })
    .map(({ startsAt, endsAt }) => ({ startsAt, endsAt }))
    .sort((left, right) => left.startsAt.getTime() - right.startsAt.getTime())
}

/** Each visit of a job by itself, where they are told. */
async function jobsIn({ http }: HcpContext, from: Date, to: Date): Promise<Taken[]> {
  const query = {
    ...{ scheduled_start_max: timeText(to), scheduled_end_min: timeText(from) },
    ...{ 'expand[]': ['appointments'], sort_by: 'created_at', sort_direction: 'asc' },
  }
  const taken: Taken[] = []
  for await (const job of http.pages<HcpJob>(paths.jobs, query, { pages: pagesOf('jobs') })) {
    if (isOff(job)) continue
    const employees = (job.assigned_employees ?? []).map(({ id }) => id)
    const { scheduled_start: start, scheduled_end: end, appointments } = job.schedule ?? {}
    const visits = appointments?.length ? appointments : [{ start_time: start, end_time: end }]
    for (const { start_time: begins, end_time: ends, ...visit } of visits) {
      const own = 'dispatched_employees_ids' in visit ? (visit.dispatched_employees_ids ?? employees) : employees
      taken.push(...span(begins, ends, own))
    }
  }
  return taken
}

/** Events cannot be asked for by time. One that recurs is told by its first time only. */
async function eventsOf({ http }: HcpContext): Promise<Taken[]> {
  const query = { sort_by: 'created_at', sort_direction: 'asc' }
  const events = await Array.fromAsync(http.pages<HcpEvent>(paths.events, query, { pages: pagesOf('events') }))
  return events.flatMap(({ schedule, assigned_employees: employees }) =>
    span(
      schedule?.start_time,
      schedule?.end_time,
      (employees ?? []).map(({ id }) => id),
    ),
  )
}

function span(start: string | null | undefined, end: string | null | undefined, employees: readonly string[]) {
  const [startsAt, endsAt] = [new Date(start ?? Number.NaN), new Date(end ?? Number.NaN)]
  return startsAt < endsAt ? [{ startsAt, endsAt, employees }] : []
}
