import {
  bearer,
  type Context,
  defineConnector,
  type ErrorReading,
  encrypted,
  keys,
  lastItemPages,
  notFoundAtVendor,
  type Static,
  Type,
} from '../../kit/index.ts'
import { fields } from './form.ts'
import {
  readContact,
  readInvoice,
  readPaymentIntent,
  readSubscription,
  withWholeName,
  writeContact,
} from './mappings.ts'
import { settings } from './settings.ts'
import type {
  StripeAccount,
  StripeCustomer,
  StripeError,
  StripeInvoice,
  StripeList,
  StripePaymentIntent,
  StripePaymentLink,
  StripeSubscription,
} from './types.ts'
import { webhook } from './webhook.ts'

type StripeContext = Context<Static<typeof settings>>

const place = (collection: string, id: string): string => `/v1/${collection}/${encodeURIComponent(id)}`

export const stripe = defineConnector({
  id: 'stripe',
  name: 'Stripe',
  category: 'payments',
  description: 'Customers, payments, invoices, payment links and subscriptions, each made once.',
  docs: 'https://docs.stripe.com/api',
  apiVersion: '2026-10-28.endive',
  settings,

  auth: [
    keys({
      fields: Type.Object({
        secretKey: encrypted(
          Type.String({
            title: 'Secret key',
            description: 'A restricted key (rk_…) or a secret key (sk_…).',
            pattern: '^(sk|rk)_(test|live)_[A-Za-z0-9_-]+$',
            maxLength: 300,
          }),
        ),
      }),
      apply: ({ secretKey }) => bearer(secretKey),
    }),
  ],

  http: {
    baseUrl: 'https://api.stripe.com',
    headers: { 'stripe-version': '2026-10-28.endive' },
    rateLimit: { requests: 25, perMs: 1_000 },
    pages: lastItemPages({ items: 'data', id: 'id', param: 'starting_after', more: 'has_more', limit: 100 }),
    readError,
  },

  async check({ http }) {
    const { id, email, settings: shown } = await http.get<StripeAccount>('/v1/account')
    return { name: shown?.dashboard?.display_name || email || id, routingKey: id }
  },

  webhook,

  capabilities: {
    contacts: {
      async get({ http }, { externalId }) {
        const customer = await http.get<StripeCustomer>(place('customers', externalId))
        if (customer.deleted) throw notFoundAtVendor('Stripe', 'customer')
        return readContact(customer)
      },
      find: async (context, by) => {
        const customer = await findCustomer(context, by)
        return customer ? readContact(customer) : null
      },
      create: async ({ http }, input) =>
        readContact(await http.form<StripeCustomer>('/v1/customers', fields(writeContact(input)))),
      async update({ http }, { externalId, changes }) {
        const path = place('customers', externalId)
        const { name, firstName, lastName } = changes
        const isPart = name === undefined && (firstName === undefined) !== (lastName === undefined)
        const present = isPart ? await http.get<StripeCustomer>(path) : undefined
        const whole = present?.name ? withWholeName(changes, present.name) : changes
        return readContact(await http.form<StripeCustomer>(path, fields(writeContact(whole)), { repeatable: true }))
      },
      async delete({ http }, { externalId }) {
        await http.delete(place('customers', externalId))
      },
    },

    payments: {
      createCustomer: async ({ http }, { email, name, phone, idempotencyKey }) =>
        readContact(
          await http.form<StripeCustomer>('/v1/customers', fields({ email, name, phone }), { idempotencyKey }),
        ),
      findCustomer: async (context, by) => {
        const customer = await findCustomer(context, by)
        return customer ? readContact(customer) : null
      },
      async createPaymentIntent({ http }, { amountMinor, currency, customerId, description, idempotencyKey }) {
        const parameters = {
          amount: amountMinor,
          currency: currency.toLowerCase(),
          customer: customerId,
          description,
          automatic_payment_methods: { enabled: true },
        }
        const path = '/v1/payment_intents'
        return readPaymentIntent(await http.form<StripePaymentIntent>(path, fields(parameters), { idempotencyKey }))
      },
      createInvoice,
      async createPaymentLink({ http }, { name, amountMinor, currency, quantity = 1, idempotencyKey }) {
        const price = { currency: currency.toLowerCase(), unit_amount: amountMinor, product_data: { name } }
        const parameters = fields({ line_items: [{ price_data: price, quantity }] })
        const link = await http.form<StripePaymentLink>('/v1/payment_links', parameters, { idempotencyKey })
        return { externalId: link.id, url: link.url, active: link.active, raw: link }
      },
      async createSubscription({ http }, { customerId, priceId, trialDays, idempotencyKey }) {
        const parameters = {
          customer: customerId,
          items: [{ price: priceId }],
          trial_period_days: trialDays || undefined,
          // It waits for its first payment where the customer has no means of payment yet.
          payment_behavior: 'default_incomplete',
        }
        const path = '/v1/subscriptions'
        return readSubscription(await http.form<StripeSubscription>(path, fields(parameters), { idempotencyKey }))
      },
      async cancelSubscription({ http }, { externalId, atPeriodEnd = false }) {
        const path = place('subscriptions', externalId)
        if (!atPeriodEnd) {
          const { status, body } = await http.request<StripeSubscription>('DELETE', path, { accept: [404] })
          // One that was cancelled before cannot be cancelled again, but can be read.
          return readSubscription(status === 404 ? await http.get<StripeSubscription>(path) : body)
        }
        const parameters = fields({ cancel_at_period_end: true })
        return readSubscription(await http.form<StripeSubscription>(path, parameters, { repeatable: true }))
      },
    },
  },
})

/** Addresses are compared as they were written; only phones need Stripe's search, which lags by up to a minute. */
async function findCustomer(
  { http }: StripeContext,
  { email, phone }: { email?: string | undefined; phone?: string | undefined },
): Promise<StripeCustomer | undefined> {
  if (email !== undefined) {
    const { data } = await http.get<StripeList<StripeCustomer>>('/v1/customers', { email, limit: 1 })
    if (data[0] || phone === undefined) return data[0]
  }
  if (phone === undefined) return undefined
  const query = `phone:'${phone.replace(/[\\']/g, '\\$&')}'`
  return (await http.get<StripeList<StripeCustomer>>('/v1/customers/search', { query, limit: 1 })).data[0]
}

/** Each step has a key of its own, so that a repetition goes on where the first try ended. */
async function createInvoice(
  { http, settings }: StripeContext,
  input: {
    customerId: string
    currency: string
    lines: { description: string; amountMinor: number; quantity?: number | undefined }[]
    dueAt?: Date | undefined
    send?: boolean | undefined
    idempotencyKey?: string | undefined
  },
) {
  const { customerId: customer, lines, dueAt, send = false, idempotencyKey } = input
  const currency = input.currency.toLowerCase()
  const step = (name: string) => (idempotencyKey === undefined ? {} : { idempotencyKey: `${idempotencyKey}-${name}` })
  const due = dueAt
    ? { due_date: Math.floor(dueAt.getTime() / 1_000) }
    : { days_until_due: settings.days_until_due ?? 30 }
  const kind = { collection_method: 'send_invoice', auto_advance: false, pending_invoice_items_behavior: 'exclude' }
  const parameters = fields({ customer, currency, ...kind, ...due })
  const { id } = await http.form<StripeInvoice>('/v1/invoices', parameters, step('invoice'))
  for (const [index, { description, amountMinor, quantity = 1 }] of lines.entries()) {
    const told = quantity === 1 ? description : `${quantity} × ${description}`
    const line = { customer, invoice: id, currency, amount: amountMinor * quantity, description: told }
    await http.form('/v1/invoiceitems', fields(line), step(`line-${index}`))
  }
  const path = place('invoices', id)
  const final = await http.form<StripeInvoice>(`${path}/finalize`, { auto_advance: false }, step('finalize'))
  return readInvoice(send ? await http.form<StripeInvoice>(`${path}/send`, {}, step('send')) : final)
}

/** A key that was used for something else is told with 400. */
function readError({ status, body }: Parameters<ErrorReading>[0]): ReturnType<ErrorReading> {
  const { type, code, message, decline_code: decline } = ((body ?? {}) as StripeError).error ?? {}
  const vendorCode = decline ?? code ?? type
  const said = { ...(message ? { message } : {}), ...(vendorCode ? { vendorCode } : {}) }
  if (type === 'idempotency_error') return { ...said, code: 'CONFLICT' }
  return status === 400 && code === 'resource_missing' ? { ...said, code: 'NOT_FOUND' } : said
}
