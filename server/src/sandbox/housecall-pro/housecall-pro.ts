import { defineEmulator } from '../emulator.ts'
import { companyRoutes, newId } from './company.ts'
import { customerRoutes, customersOf } from './customers.ts'
import { refuse } from './failures.ts'
import { jobRoutes, jobsOf } from './jobs.ts'
import { estimatesOf, leadsOf, salesRoutes } from './sales.ts'
import { type CompanyEvent, eventsOf, scheduleRoutes } from './schedule.ts'
import { type Subscription, watch } from './webhooks.ts'

/** Housecall Pro as a company's own key meets it: one company per account, two employees, windows on weekdays. */
export const housecallPro = defineEmulator({
  id: 'housecall-pro',
  name: 'Housecall Pro',
  hosts: ['api.housecallpro.com'],
  keys: { 'sandbox-housecall-pro': 'sandbox' },
  tokenOf: ({ headers }) => /^Token (\S+)$/.exec(headers.authorization ?? '')?.[1],
  refuse,
  // What the limit really is nobody tells.
  rateLimits: [{ name: 'burst', requests: 300, perMs: 60_000 }],

  setup: watch,

  routes(api, world) {
    companyRoutes(api, world)
    customerRoutes(api, world)
    jobRoutes(api, world)
    scheduleRoutes(api, world)
    salesRoutes(api, world)
  },

  actions: (world) => ({
    customers: (account = 'sandbox') => customersOf(world.account(account)),
    jobs: (account = 'sandbox') => jobsOf(world.account(account)),
    leads: (account = 'sandbox') => leadsOf(world.account(account)),
    estimates: (account = 'sandbox') => estimatesOf(world.account(account)),
    /** Puts a meeting into the schedule. */
    addEvent: (event: CompanyEvent, account = 'sandbox') =>
      eventsOf(world.account(account)).create(event, newId(world, 'evt')).id,
    /** Has the webhooks of the company sent to a URL from now on. */
    subscribe: (subscription: Subscription, account = 'sandbox') => {
      world.account(account).values.subscription = { ...subscription }
    },
  }),
})
