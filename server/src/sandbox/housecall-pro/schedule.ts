import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import {
  employeeOf,
  employees,
  ofCompany,
  paged,
  paging,
  shownEmployee,
  shownTime,
  sortBy,
  text,
  timeIn,
  timezone,
} from './company.ts'
import { refused } from './failures.ts'
import { jobsOf } from './jobs.ts'

const minuteMs = 60_000
const [opens, closes] = [8, 18]
const positive = () => Type.Optional(Type.Integer({ minimum: 1 }))

/** A meeting, or whatever else keeps somebody from jobs. */
export type CompanyEvent = { name: string; start: number; end: number; employees: string[] }
export const eventsOf = (account: Account) => account.records<CompanyEvent>('event')

/** Booking windows and the events that take from them. */
export function scheduleRoutes(api: Api, world: World): void {
  api.get(
    '/company/schedule_availability/booking_windows',
    {
      schema: {
        querystring: Type.Object({
          ...{ show_for_days: positive(), start_date: text(), service_id: text(), service_duration: positive() },
          ...{ price_form_id: text(), 'employee_ids[]': Type.Optional(Type.Array(Type.String())) },
        }),
      },
    },
    async (request) => {
      const account = world.accountOf(request)
      const { show_for_days: days = 7, start_date: start, service_duration: minutes = 30 } = request.query
      if (days > 90) throw refused(400, 'show_for_days is too large')
      const from = start === undefined ? world.now() : timeIn(start, 'start_date')
      const who = (request.query['employee_ids[]'] ?? employees.map(({ id }) => id)).map((id) => employeeOf(id).id)
      const first = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timezone).toPlainDate()
      const windows = Array.from({ length: days }, (_, index) => windowsOf(first.add({ days: index }), minutes)).flat()
      return {
        booking_windows: windows.map((window) => ({
          start_time: shownTime(window.start),
          end_time: shownTime(window.end),
          available: window.start > world.now() && who.some((id) => isFree(account, id, window)),
        })),
        ...{ show_for_days: days, start_date: first.toString() },
      }
    },
  )

  api.get('/events', { schema: { querystring: Type.Object({ ...paging, ...sortBy('name') }) } }, async (request) => {
    const account = world.accountOf(request)
    return paged('events', eventsOf(account).list(), request.query, ({ id, data, createdAt, updatedAt }) => ({
      ...{ id, name: data.name, note: null, tags: [], recurrence_rule: null, all_day: false },
      assigned_employees: data.employees.map((employee) => shownEmployee(account, employeeOf(employee))),
      schedule: { start_time: shownTime(data.start), end_time: shownTime(data.end), time_zone: timezone },
      ...{ created_at: shownTime(createdAt), updated_at: shownTime(updatedAt), ...ofCompany(account) },
    }))
  })
}

/** Windows of a weekday, one behind the other. */
function windowsOf(day: Temporal.PlainDate, minutes: number): { start: number; end: number }[] {
  if (day.dayOfWeek > 5) return []
  const at = (hour: number) => day.toZonedDateTime({ timeZone: timezone, plainTime: { hour } }).epochMilliseconds
  const windows: { start: number; end: number }[] = []
  for (let start = at(opens); start + minutes * minuteMs <= at(closes); start += minutes * minuteMs)
    windows.push({ start, end: start + minutes * minuteMs })
  return windows
}

function isFree(account: Account, employee: string, { start, end }: { start: number; end: number }): boolean {
  const visits = jobsOf(account)
    .list({ where: ({ data }) => !data.isCanceled })
    .flatMap(({ data }) => data.visits)
  const taken = [
    ...visits,
    ...eventsOf(account)
      .list()
      .map(({ data }) => data),
  ]
  return !taken.some((one) => one.employees.includes(employee) && one.start < end && one.end > start)
}
