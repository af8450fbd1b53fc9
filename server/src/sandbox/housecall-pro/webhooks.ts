import { createHmac } from 'node:crypto'
import type { Account, Stored, World } from '../emulator.ts'
import { companyIdOf } from './company.ts'
import { type Customer, shownCustomer } from './customers.ts'
import { type Job, shownJob } from './jobs.ts'
import { type Estimate, type Lead, shownEstimate, shownLead } from './sales.ts'

/** Where a person had the webhooks of a company sent. */
export type Subscription = { url: string; secret: string }

/** Tells of customers, jobs, leads and estimates that come, change or go. */
export function watch(world: World): void {
  const told = { created: 'created', restored: 'created', updated: 'updated', deleted: 'deleted' } as const
  world.onChange('customer', (account, { action, record }) =>
    notify(world, account, `customer.${told[action]}`, {
      customer: shownCustomer(account, record as Stored<Customer>),
    }),
  )
  world.onChange('lead', (account, { action, record }) =>
    notify(world, account, `lead.${told[action]}`, { lead: shownLead(account, record as Stored<Lead>) }),
  )
  world.onChange('estimate', (account, { action, record }) =>
    notify(world, account, `estimate.${told[action]}`, {
      estimate: shownEstimate(account, record as Stored<Estimate>),
    }),
  )
  world.onChange('job', (account, { action, record, previous }) => {
    const job = record as Stored<Job>
    const before = action === 'created' ? [] : ((previous as Job | undefined)?.visits ?? job.data.visits)
    const isMoved = JSON.stringify(before) !== JSON.stringify(job.data.visits) && job.data.visits.length > 0
    const isCanceled = job.data.isCanceled && (previous as Job | undefined)?.isCanceled === false
    const names = [isCanceled ? 'job.canceled' : `job.${told[action]}`, ...(isMoved ? ['job.scheduled'] : [])]
    for (const name of names) notify(world, account, name, { job: shownJob(account, job, true) })
  })
}

function notify(world: World, account: Account, event: string, fields: object): void {
  const { subscription } = account.values as { subscription?: Subscription }
  if (!subscription) return
  const { url, secret } = subscription
  const at = Math.floor(world.now() / 1_000)
  const body = JSON.stringify({
    event,
    event_occurred_at: new Date(at * 1_000).toISOString().replace('.000Z', 'Z'),
    company_id: companyIdOf(account),
    ...fields,
  })
  world.send({
    account: account.name,
    url,
    build: () => ({ body, headers: signed({ body, secret, at: new Date(world.now()) }) }),
  })
}

/** The signature of the time in seconds, a dot and the body. */
export function signed({ body, secret, at }: { body: string; secret: string; at: Date }): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1_000))
  return {
    'content-type': 'application/json',
    'api-timestamp': timestamp,
    'api-signature': createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex'),
  }
}
