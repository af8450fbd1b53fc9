import { ApiError, notFound } from '../api/errors.ts'
import { cutPage, decodeCursor, defaultLimit, idPart } from '../api/paging.ts'
import type { Database, Db } from '../db/database.ts'
import type { Engine } from '../engine/types.ts'
import { timeOf } from '../events/events.ts'
import type { Clock } from '../lib/clock.ts'
import { type Availability, nearby } from './availability.ts'
import { type BookIn, type Refused, takenError } from './booking.ts'
import type { BookingRow } from './booking-queries.ts'
import {
  findRequest,
  insertRequest,
  listRequests,
  lockRequest,
  type RequestRow,
  updateRequest,
} from './consultation-queries.ts'
import type { Consultation, ConsultationFilter, ConsultationTime } from './consultation-schema.ts'
import type { HostRow } from './host-queries.ts'
import { isTimeZone } from './host-rules.ts'
import type { Links } from './links.ts'
import type { SendMail } from './mails.ts'
import type { Problem } from './rules.ts'
import type { Slot } from './schema.ts'
import { lengthOf } from './taking.ts'
import { dayMs } from './wall-clock.ts'

const kind = 'calendar.consultation'
const offeredTimes = 5

/** A wish for a consultation, as the flow that takes it in knows it. */
export type Wish = {
  requestId: string
  email: string
  firstName?: string | null | undefined
  lastName?: string | null | undefined
  phone?: string | null | undefined
  company?: string | null | undefined
  service?: string | undefined
  preferredTimes?: string[] | undefined
  timezone?: string | null | undefined
  message?: string | undefined
  source?: string | undefined
}

export type Consultations = ReturnType<typeof createConsultations>

/** Finds a time for those who ask for a consultation. */
export function createConsultations(deps: {
  database: Database
  engine: Pick<Engine, 'define' | 'enqueue' | 'publish'>
  availability: Availability
  bookIn: BookIn
  refused: Refused
  send: SendMail
  links: Links
  /** Who hears of every request. */
  staff: string[]
  clock: Clock
}) {
  const { database, engine, availability, bookIn, refused, send, links, staff, clock } = deps

  /** Takes a wish in within the caller's transaction. A job looks for a time, since calendars may have to be asked. */
  async function request(tx: Db, workspaceId: string, wish: Wish): Promise<void> {
    const now = new Date(clock.now())
    const row: RequestRow = {
      ...{ workspaceId, id: wish.requestId, status: 'requested', email: wish.email },
      firstName: wish.firstName ?? null,
      lastName: wish.lastName ?? null,
      phone: wish.phone ?? null,
      company: wish.company ?? null,
      service: wish.service ?? null,
      preferredTimes: (wish.preferredTimes ?? []).map((time) => new Date(time)),
      timezone: wish.timezone && isTimeZone(wish.timezone) ? wish.timezone : null,
      message: wish.message ?? null,
      source: wish.source ?? null,
      ...{ hostIds: [], offered: [], bookingId: null, key: null, createdAt: now, updatedAt: now },
    }
    await insertRequest(tx, row)
    await engine.enqueue(tx, [{ workspaceId, kind, payload: { requestId: row.id } }])
    await tellStaff(tx, row, 'consultation.requested', {})
  }

  async function tellStaff(tx: Db, row: RequestRow, template: string, more: Record<string, unknown>): Promise<void> {
    for (const email of new Set(staff))
      await send(tx, row.workspaceId, {
        ...{ to: { email }, template, key: `${template} ${row.id} ${email}`.slice(0, 200) },
        data: { ...factsOf(row), ...more },
      })
  }

  /** Notes that a request got its time, and tells everybody. */
  async function schedule(tx: Db, row: RequestRow, booking: BookingRow): Promise<void> {
    const { workspaceId, id } = row
    await updateRequest(tx, workspaceId, id, {
      ...{ status: 'scheduled', bookingId: booking.id, hostIds: booking.hostIds, updatedAt: new Date(clock.now()) },
    })
    const times = { startsAt: booking.startsAt.toISOString(), endsAt: booking.endsAt.toISOString() }
    await engine.publish(tx, workspaceId, [
      {
        type: 'consultation.scheduled',
        payload: {
          ...{ requestId: id, bookingId: booking.id, email: row.email, ...times },
          ...{ firstName: row.firstName, lastName: row.lastName, service: row.service, timezone: row.timezone },
          durationMinutes: lengthOf(booking.startsAt, booking.endsAt),
          meetingUrl: booking.meetingUrl,
        },
      },
    ])
    await tellStaff(tx, row, 'consultation.scheduled', times)
  }

  /** Tries one time for a request; answers why it cannot be had. */
  async function tryTime(
    tx: Db,
    row: RequestRow,
    hosts: readonly HostRow[],
    startsAt: Date,
  ): Promise<Problem | undefined> {
    const name = [row.firstName, row.lastName].filter(Boolean).join(' ')
    const made = await bookIn(tx, row.workspaceId, {
      ...{ hostIds: hosts.map(({ id }) => id), mode: 'any', startsAt: startsAt.toISOString() },
      title: `Consultation${row.service ? `: ${row.service}` : ''}`.slice(0, 200),
      ...{ name: name.slice(0, 200) || null, email: row.email, phone: row.phone, timezone: row.timezone },
      ...{ notes: row.message?.slice(0, 5_000) ?? null, source: 'consultation', key: `consultation ${row.id}` },
    })
    if (!made.row) return made.reason
    await schedule(tx, row, made.row)
    return undefined
  }

  async function offer(tx: Db, row: RequestRow, slots: Slot[]): Promise<void> {
    const { workspaceId, id: requestId } = row
    await updateRequest(tx, workspaceId, requestId, {
      ...{ status: 'offered', offered: slots, updatedAt: new Date(clock.now()) },
    })
    const offers = slots.map(({ startsAt }) => ({ startsAt, url: links.urlOf({ workspaceId, requestId, startsAt }) }))
    await send(tx, workspaceId, {
      ...{ to: { email: row.email }, template: 'consultation.alternatives', key: `alternatives ${requestId}` },
      data: { ...factsOf(row), offers },
    })
  }

  engine.define(kind, {
    delivers: false,
    async run({ workspaceId, payload }, control) {
      const { requestId } = payload as { requestId: string }
      const row = await findRequest(database.hub, workspaceId, requestId)
      if (row?.status !== 'requested') return
      const hosts = await availability.choose(workspaceId, {}).catch((error: unknown) => {
        // Nobody can be booked yet. The request stands, and those who were told of it find a time themselves.
        if (error instanceof ApiError) return undefined
        throw error
      })
      if (!hosts) return
      const now = clock.now()
      // What no host can be booked for, calendars need not be asked about; some refuse to tell of years.
      const farthest = now + (Math.max(...hosts.map(({ horizonDays }) => horizonDays)) + 2) * dayMs
      const wanted = row.preferredTimes.filter((time) => time.getTime() > now && time.getTime() < farthest)
      const times = wanted.map((time) => time.getTime())
      await availability.open(workspaceId, hosts, {
        from: Math.min(now, ...times),
        to: Math.max(now + dayMs, ...times.map((time) => time + dayMs)),
      })
      const from = Math.min(...times, Number.POSITIVE_INFINITY)
      const alternatives = await availability.next(workspaceId, hosts, {
        ...{ mode: 'any', from: Number.isFinite(from) ? from : now, count: offeredTimes },
      })
      await control.complete(async (tx) => {
        const present = await lockRequest(tx, workspaceId, requestId)
        if (present?.status !== 'requested') return
        for (const time of wanted) if (!(await tryTime(tx, present, hosts, time))) return
        await offer(tx, present, alternatives)
      })
    },
  })

  async function get(workspaceId: string, id: string): Promise<Consultation> {
    const row = await database.inWorkspace(workspaceId, (tx) => findRequest(tx, workspaceId, id))
    if (!row) throw notFound('consultation request')
    return requestAnswer(row)
  }

  return {
    request,

    /** Takes a time that was offered. Answers whether it could be had, or was had before. */
    async accept(
      workspaceId: string,
      requestId: string,
      startsAt: Date,
    ): Promise<{ booked: boolean; row: RequestRow }> {
      const hosts = await availability.choose(workspaceId, {})
      // The mail may be days old, and what connected calendars said then as well.
      if (startsAt.getTime() > clock.now()) await availability.open(workspaceId, hosts, nearby(startsAt.getTime()))
      return await database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockRequest(tx, workspaceId, requestId)
        if (!row) throw notFound('consultation request')
        if (row.status === 'scheduled') return { booked: true, row }
        const booked =
          row.status !== 'closed' && startsAt.getTime() > clock.now() && !(await tryTime(tx, row, hosts, startsAt))
        return { booked, row: (await findRequest(tx, workspaceId, requestId))! }
      })
    },

    /**
     * Books a time that a member chose, whatever was wished for or offered.
     * @throws ApiError NOT_FOUND, CONFLICT for a request that is settled, or a time that cannot be had, with the next that can
     */
    async scheduleAt(workspaceId: string, id: string, { startsAt, hostIds }: ConsultationTime): Promise<Consultation> {
      const at = timeOf('body.startsAt', startsAt)
      const hosts = await availability.choose(workspaceId, { hostIds })
      await availability.open(workspaceId, hosts, nearby(at))
      const problem = await database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockRequest(tx, workspaceId, id)
        if (!row) throw notFound('consultation request')
        if (row.status === 'scheduled' || row.status === 'closed')
          throw new ApiError('CONFLICT', `This request is ${row.status} already.`)
        return await tryTime(tx, row, hosts, new Date(at))
      })
      if (problem === undefined) return await get(workspaceId, id)
      const taken = await refused(workspaceId, hosts, { mode: 'any', at }, problem)
      throw takenError(taken)
    },

    /** Closes a request that nobody follows any more; what was offered can be taken no longer. @throws ApiError NOT_FOUND, CONFLICT */
    close: (workspaceId: string, id: string): Promise<Consultation> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const row = await lockRequest(tx, workspaceId, id)
        if (!row) throw notFound('consultation request')
        if (row.status === 'scheduled')
          throw new ApiError('CONFLICT', 'This request has its booking; cancel that instead.')
        const changes = { status: 'closed' as const, updatedAt: new Date(clock.now()) }
        await updateRequest(tx, workspaceId, id, changes)
        return requestAnswer({ ...row, ...changes })
      }),

    async list(workspaceId: string, filter: ConsultationFilter) {
      const { limit = defaultLimit, status } = filter
      const [belowId] = decodeCursor(filter.cursor, [idPart]) ?? []
      const rows = await database.inWorkspace(workspaceId, (tx) =>
        listRequests(tx, workspaceId, { status, belowId, limit: limit + 1 }),
      )
      const { items, nextCursor } = cutPage(rows, limit, ({ id }) => [id])
      return { items: items.map(requestAnswer), nextCursor }
    },

    get,
  }
}

const factsOf = (row: RequestRow) => ({
  ...{ email: row.email, firstName: row.firstName, lastName: row.lastName, phone: row.phone, company: row.company },
  ...{ name: row.firstName, service: row.service, message: row.message, timezone: row.timezone, source: row.source },
  preferredTimes: row.preferredTimes.map((time) => time.toISOString()),
})

const requestAnswer = (row: RequestRow): Consultation => ({
  ...{ id: row.id, status: row.status, email: row.email, firstName: row.firstName, lastName: row.lastName },
  ...{ phone: row.phone, company: row.company, service: row.service, timezone: row.timezone, message: row.message },
  preferredTimes: row.preferredTimes.map((time) => time.toISOString()),
  ...{ source: row.source, offered: row.offered, bookingId: row.bookingId },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
