import { defineEmulator } from '../emulator.ts'
import { book, bookingRoutes, bookingsOf, needBooking, reschedule } from './bookings.ts'
import { refuse } from './failures.ts'
import { userRoutes } from './user.ts'
import { watch, webhookRoutes, webhooksOf } from './webhooks.ts'

const isKey = (authorization: string | undefined): boolean => /^Bearer cal_/.test(authorization ?? '')
const limitHeaders = ({
  limit,
  remaining,
  resetsInSeconds,
}: Record<'limit' | 'remaining' | 'resetsInSeconds', number>) => ({
  'x-ratelimit-limit-default': String(limit),
  'x-ratelimit-remaining-default': String(remaining),
  'x-ratelimit-reset-default': String(resetsInSeconds),
})

/** Cal.com's API v2 as the connector meets it: one user with three event types per account. */
export const calcom = defineEmulator({
  id: 'calcom',
  name: 'Cal.com',
  hosts: ['api.cal.com', 'app.cal.com'],
  keys: { cal_live_sandbox: 'sandbox' },
  refuse,

  oauth: {
    authorizePath: '/auth/oauth2/authorize',
    tokenPath: '/v2/auth/oauth2/token',
    scopes: [
      ...['PROFILE_READ', 'EVENT_TYPE_READ', 'SCHEDULE_READ', 'BOOKING_READ', 'BOOKING_WRITE'],
      ...['WEBHOOK_READ', 'WEBHOOK_WRITE'],
    ],
    clientAuth: 'body',
    tokenBody: 'json',
    accessTokenSeconds: 1_800,
    refreshToken: 'rotates',
  },

  rateLimits: [
    {
      name: 'key',
      requests: 120,
      perMs: 60_000,
      counts: ({ headers }) => isKey(headers.authorization),
      headers: limitHeaders,
    },
    {
      name: 'token',
      requests: 500,
      perMs: 60_000,
      counts: ({ headers }) => !isKey(headers.authorization),
      headers: limitHeaders,
    },
  ],

  setup: watch,

  routes(api, world) {
    userRoutes(api, world)
    bookingRoutes(api, world)
    webhookRoutes(api, world)
  },

  actions: (world) => ({
    bookings: (account = 'sandbox') => bookingsOf(world.account(account)),
    booking: (uid: string, account = 'sandbox') => needBooking(world.account(account), uid),
    webhooks: (account = 'sandbox') => webhooksOf(world.account(account)),
    /** What somebody books on the page of an event type. */
    book: (given: Parameters<typeof book>[2], account = 'sandbox') => book(world, world.account(account), given),
    /** What an attendee moves. */
    reschedule: (uid: string, start: Date, account = 'sandbox') =>
      reschedule(world, world.account(account), uid, start.getTime()),
    /** What an attendee calls off. */
    cancel: (uid: string, account = 'sandbox') => {
      const { id } = needBooking(world.account(account), uid)
      bookingsOf(world.account(account)).update(id, { status: 'cancelled', cancellationReason: 'Cannot come' })
    },
  }),
})
