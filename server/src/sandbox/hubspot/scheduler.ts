import { Type } from 'typebox'
import type { Account, Api, World } from '../emulator.ts'
import { refused } from './failures.ts'

/** The scheduling page that every account has. */
export const sandboxSlug = 'sandbox/consultation'
const userId = '8001'
const halfHour = 1_800_000

/** What a person has in the calendar behind the page. */
export function busyOf(account: Account): { start: number; end: number }[] {
  account.values.busy ??= []
  return account.values.busy as { start: number; end: number }[]
}

/** Scheduling pages: half hours of weekdays from 9 to 17 UTC that are still to come and not taken, a month at a time. */
export function schedulerRoutes(api: Api, world: World): void {
  const read = { sandbox: { scopes: ['scheduler.meetings.meeting-link.read'] } }
  const link = { id: '1', slug: sandboxSlug, name: 'Consultation', type: 'PERSONAL_LINK', defaultLink: true }

  api.get(
    '/scheduler/2026-09/meetings/meeting-links',
    {
      config: read,
      schema: {
        querystring: Type.Object({
          after: Type.Optional(Type.String()),
          limit: Type.Optional(Type.Integer()),
          name: Type.Optional(Type.String()),
          organizerUserId: Type.Optional(Type.String()),
          type: Type.Optional(Type.String()),
        }),
      },
    },
    async () => {
      const at = new Date(0).toISOString()
      const url = `https://meetings.hubspot.com/${sandboxSlug}`
      const own = { link: url, organizerUserId: userId, userIdsOfLinkMembers: [], createdAt: at, updatedAt: at }
      return { total: 1, results: [{ ...link, ...own }] }
    },
  )

  api.get(
    '/scheduler/2026-09/meetings/meeting-links/book/availability-page/:slug',
    {
      config: read,
      schema: {
        params: Type.Object({ slug: Type.String() }),
        querystring: Type.Object({
          timezone: Type.String(),
          monthOffset: Type.Optional(Type.Integer({ minimum: 0, maximum: 12 })),
        }),
      },
    },
    async (request) => {
      const { timezone, monthOffset = 0 } = request.query
      if (request.params.slug !== sandboxSlug) throw refused(404, 'OBJECT_NOT_FOUND', 'No meeting link has this slug')
      if (!isTimezone(timezone)) throw refused(400, 'VALIDATION_ERROR', `${timezone} is not a valid timezone`)
      const busyTimes = busyOf(world.accountOf(request))
      const now = new Date(world.now())
      const start = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthOffset)
      const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + monthOffset + 1)
      const availabilities = []
      for (let at = start; at < end; at += halfHour) {
        const day = new Date(at)
        const isOpen = day.getUTCDay() % 6 !== 0 && day.getUTCHours() >= 9 && day.getUTCHours() < 17
        const isFree = at > world.now() && busyTimes.every((one) => one.end <= at || one.start >= at + halfHour)
        if (isOpen && isFree) availabilities.push({ startMillisUtc: at, endMillisUtc: at + halfHour })
      }
      const user = { id: '1', userId, calendarProvider: 'GOOGLE', isSalesStarter: false }
      return {
        allUsersBusyTimes: [
          {
            isOffline: false,
            meetingsUser: { ...user, userProfile: { email: 'owner@example.com' } },
            busyTimes: busyTimes.filter((one) => one.start < end && one.end > start),
          },
        ],
        linkAvailability: {
          hasMore: monthOffset < 2,
          linkAvailabilityByDuration: { [halfHour]: { meetingDurationMillis: halfHour, availabilities } },
        },
      }
    },
  )
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
