import type { FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import { type Account, defineEmulator } from '../emulator.ts'
import { apiVersion, type Endpoint, tell } from './events.ts'
import { noSuch, refuse, refused } from './failures.ts'
import { schemas } from './schemas.ts'

/** An object as Stripe shows it. */
type Thing = { id: string; object: string; created: number; [field: string]: unknown }
type Line = { amount: number; description: string | null }

const prefixes = {
  customer: 'cus',
  payment_intent: 'pi',
  invoice: 'in',
  invoiceitem: 'ii',
  price: 'price',
  payment_link: 'plink',
  subscription: 'sub',
} as const
type Kind = keyof typeof prefixes

const smallestAmount = 50
const dayMs = 86_400_000

/** Stripe: customers, payments, invoices, payment links, subscriptions, idempotency keys and signed events. */
export const stripe = defineEmulator({
  id: 'stripe',
  name: 'Stripe',
  hosts: ['api.stripe.com'],
  keys: { sk_test_sandbox: 'sandbox' },
  bodies: ['form'],
  rateLimits: [{ name: 'sandbox', requests: 25, perMs: 1_000 }],
  headers: (_, world) => ({ 'request-id': `req_${world.nextId('request')}`, 'stripe-version': apiVersion }),
  refuse,

  routes(api, world) {
    const of = (account: Account, kind: Kind) => account.records<Thing>(kind)
    const need = (account: Account, kind: Kind, id: string, param?: string): Thing => {
      const found = of(account, kind).get(id)
      if (!found) throw noSuch(kind, id, param)
      return found.data
    }
    const make = (account: Account, kind: Kind, fields: object, event?: string): Thing => {
      const id = `${prefixes[kind]}_sandbox${world.nextId(kind)}`
      const created = Math.floor(world.now() / 1_000)
      const thing: Thing = { id, object: kind, created, livemode: false, metadata: {}, ...withoutExpand(fields) }
      of(account, kind).create(thing, id)
      if (event) tell(world, account, event, thing)
      return thing
    }
    const change = (account: Account, kind: Kind, id: string, changes: object, event?: string): Thing => {
      const { data } = of(account, kind).update(id, withoutExpand(changes) as Partial<Thing>)
      if (event) tell(world, account, event, data)
      return data
    }
    const get = (path: string, read: (account: Account, id: string) => unknown) =>
      api.get(path, async (request) => {
        checkVersion(request)
        return read(world.accountOf(request), (request.params as { id?: string }).id ?? '')
      })
    /** A call that changes something, once for each idempotency key. */
    const act = <Body extends TObject>(
      method: 'POST' | 'DELETE',
      path: string,
      body: Body,
      run: (account: Account, body: Static<Body>, id: string) => unknown,
    ) =>
      api.route({
        method,
        url: path,
        schema: method === 'POST' ? { body } : {},
        preValidation: async (request) => {
          // A form without fields is no body at all.
          const held = request as { body: unknown }
          held.body ??= {}
        },
        handler: async (request, reply) => {
          checkVersion(request)
          const account = world.accountOf(request)
          const { id = '' } = request.params as { id?: string }
          const once = () => run(account, request.body as Static<Body>, id)
          const key = request.headers['idempotency-key']
          if (typeof key !== 'string') return once()
          const fingerprint = `${method} ${request.url} ${world.bytesOf(request)?.toString() ?? ''}`
          const outcome = await account.once(key, { fingerprint, forMs: dayMs }, once)
          if (!('answer' in outcome)) throw outcome.state === 'conflict' ? otherParameters(key) : underWay()
          if (outcome.state === 'repeated') reply.header('idempotent-replayed', 'true')
          return outcome.answer
        },
      })

    get('/v1/account', ({ name }) => ({
      id: `acct_${name}`,
      object: 'account',
      settings: { dashboard: { display_name: `${name} (Stripe)` } },
    }))

    act('POST', '/v1/customers', schemas.customer, (account, body) =>
      make(account, 'customer', { email: null, name: null, phone: null, ...customerFields(body) }, 'customer.created'),
    )
    act('POST', '/v1/customers/:id', schemas.customer, (account, body, id) => {
      need(account, 'customer', id)
      return change(account, 'customer', id, customerFields(body), 'customer.updated')
    })
    act('DELETE', '/v1/customers/:id', schemas.nothing, (account, _, id) => {
      const customer = need(account, 'customer', id)
      of(account, 'customer').delete(id)
      tell(world, account, 'customer.deleted', customer)
      return { id, object: 'customer', deleted: true }
    })
    get('/v1/customers/:id', (account, id) => {
      const found = of(account, 'customer').get(id, { deleted: true })
      if (!found) throw noSuch('customer', id)
      return found.deletedAt === undefined ? found.data : { id, object: 'customer', deleted: true }
    })
    api.get('/v1/customers', { schema: { querystring: schemas.customerList } }, async (request) => {
      checkVersion(request)
      const { email, limit = 10, starting_after: after } = request.query
      const records = of(world.accountOf(request), 'customer')
      const all = records.list({ descending: true, where: ({ data }) => email === undefined || data.email === email })
      const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
      if (after !== undefined && start === 0) throw noSuch('customer', after, 'starting_after')
      const data = all.slice(start, start + limit).map((record) => record.data)
      return { object: 'list', url: '/v1/customers', has_more: start + limit < all.length, data }
    })
    api.get('/v1/customers/search', { schema: { querystring: schemas.customerSearch } }, async (request) => {
      checkVersion(request)
      const [, field, value] = /^(email|phone|name):['"]([^'"]*)['"]$/.exec(request.query.query) ?? []
      if (field === undefined) throw refused(400, 'We were unable to parse your search query.', { param: 'query' })
      const found = of(world.accountOf(request), 'customer').list({ where: ({ data }) => data[field] === value })
      const data = found.slice(0, request.query.limit ?? 10).map((record) => record.data)
      return { object: 'search_result', url: '/v1/customers/search', has_more: false, next_page: null, data }
    })

    act('POST', '/v1/payment_intents', schemas.paymentIntent, (account, body) => {
      if (body.customer !== undefined) need(account, 'customer', body.customer, 'customer')
      if (body.amount < smallestAmount)
        throw refused(400, 'The amount is below what can be charged.', { code: 'amount_too_small', param: 'amount' })
      const given = { customer: null, description: null, ...body, currency: body.currency.toLowerCase() }
      const secret = { client_secret: `pi_secret_${world.nextId('secret')}`, status: 'requires_payment_method' }
      return make(account, 'payment_intent', { ...given, ...secret }, 'payment_intent.created')
    })
    get('/v1/payment_intents/:id', (account, id) => need(account, 'payment_intent', id))

    act('POST', '/v1/invoices', schemas.invoice, (account, body) => {
      need(account, 'customer', body.customer, 'customer')
      const isSent = body.collection_method === 'send_invoice'
      if (isSent && body.days_until_due === undefined && body.due_date === undefined)
        throw refused(400, 'If invoices are sent, `days_until_due` or `due_date` must be given.', { param: 'due_date' })
      if (!isSent && (body.days_until_due !== undefined || body.due_date !== undefined))
        throw refused(400, 'A due date is only for invoices that are sent.', { param: 'due_date' })
      const { days_until_due: days, pending_invoice_items_behavior: _, ...rest } = body
      const due = body.due_date ?? (days === undefined ? null : Math.floor(world.now() / 1_000) + days * 86_400)
      const currency = (body.currency ?? 'usd').toLowerCase()
      const start = { status: 'draft', total: 0, amount_due: 0, hosted_invoice_url: null, lines: lines([]) }
      return make(account, 'invoice', { ...rest, ...start, currency, due_date: due }, 'invoice.created')
    })
    act('POST', '/v1/invoiceitems', schemas.invoiceItem, (account, body) => {
      const invoice = need(account, 'invoice', body.invoice, 'invoice')
      if (invoice.status !== 'draft') throw notEditable()
      if (invoice.customer !== body.customer || invoice.currency !== body.currency.toLowerCase())
        throw refused(400, 'Customer and currency must be those of the invoice.', { param: 'currency' })
      const item = make(account, 'invoiceitem', body)
      const line = { id: item.id, amount: body.amount, description: body.description ?? null }
      const all = [...(invoice.lines as { data: Line[] }).data, line]
      const total = all.reduce((sum, { amount }) => sum + amount, 0)
      change(account, 'invoice', invoice.id, { lines: lines(all), total, amount_due: total })
      return item
    })
    const finalize = (account: Account, invoice: Thing): Thing => {
      if (invoice.status !== 'draft') throw notEditable()
      const status = invoice.amount_due === 0 ? 'paid' : 'open'
      const url = `https://invoice.stripe.com/i/sandbox/${invoice.id}`
      return change(account, 'invoice', invoice.id, { status, hosted_invoice_url: url }, 'invoice.finalized')
    }
    act('POST', '/v1/invoices/:id/finalize', schemas.finalize, (account, _, id) =>
      finalize(account, need(account, 'invoice', id)),
    )
    act('POST', '/v1/invoices/:id/send', schemas.nothing, (account, _, id) => {
      const invoice = need(account, 'invoice', id)
      if (invoice.collection_method !== 'send_invoice') throw refused(400, 'Only invoices to be sent can be sent.')
      const final = invoice.status === 'draft' ? finalize(account, invoice) : invoice
      tell(world, account, 'invoice.sent', final)
      return final
    })
    get('/v1/invoices/:id', (account, id) => need(account, 'invoice', id))

    act('POST', '/v1/prices', schemas.price, (account, { product_data: _, ...body }) =>
      make(account, 'price', { ...body, product: `prod_sandbox${world.nextId('product')}`, active: true }),
    )
    act('POST', '/v1/payment_links', schemas.paymentLink, (account, body) => {
      for (const { price, price_data } of body.line_items) {
        if ((price === undefined) === (price_data === undefined))
          throw refused(400, 'One of `price` and `price_data` must be given.', { param: 'line_items' })
        if (price !== undefined) need(account, 'price', price, 'line_items[0][price]')
      }
      const { line_items: _, ...rest } = body
      const url = `https://buy.stripe.com/test_${world.nextId('link')}`
      return make(account, 'payment_link', { ...rest, url, active: true })
    })

    act('POST', '/v1/subscriptions', schemas.subscription, (account, body) => {
      need(account, 'customer', body.customer, 'customer')
      const { payment_behavior: behavior, items, trial_period_days: trial = 0, ...rest } = body
      const priced = items.map(({ price }) => need(account, 'price', price, 'items[0][price]'))
      if (priced.some(({ recurring }) => recurring === undefined))
        throw refused(400, 'The price is of a single payment, but subscriptions need one that recurs.', {
          param: 'items',
        })
      if (trial === 0 && behavior !== 'default_incomplete')
        throw refused(400, 'This customer has no default payment method.', { code: 'resource_missing' })
      const status = trial > 0 ? 'trialing' : 'incomplete'
      const list = { object: 'list', data: priced.map((price) => ({ id: `si_${world.nextId('item')}`, price })) }
      const fields = { ...rest, status, items: list, cancel_at_period_end: false }
      return make(account, 'subscription', fields, 'customer.subscription.created')
    })
    act('POST', '/v1/subscriptions/:id', schemas.subscriptionChange, (account, body, id) => {
      const { status } = need(account, 'subscription', id)
      if (status === 'canceled') throw refused(400, 'A canceled subscription can only update its metadata.')
      return change(account, 'subscription', id, body, 'customer.subscription.updated')
    })
    act('DELETE', '/v1/subscriptions/:id', schemas.nothing, (account, _, id) => {
      if (need(account, 'subscription', id).status === 'canceled') throw noSuch('subscription', id)
      return change(account, 'subscription', id, { status: 'canceled' }, 'customer.subscription.deleted')
    })
    get('/v1/subscriptions/:id', (account, id) => need(account, 'subscription', id))
  },

  actions: (world) => ({
    /** Makes Stripe send the account's events to a URL, as its dashboard does. */
    listen: (endpoint: Endpoint, account = 'sandbox'): void => {
      world.account(account).values.endpoint = endpoint
    },
    /** What a customer does who pays. */
    pay: (id: string, account = 'sandbox'): void => {
      const payer = world.account(account)
      const { data } = payer.records<Thing>('payment_intent').update(id, { status: 'succeeded' })
      tell(world, payer, 'payment_intent.succeeded', data)
    },
  }),
})

const lines = (data: Line[]) => ({ object: 'list', has_more: false, data })
const notEditable = () => refused(400, 'This invoice is no longer a draft.', { code: 'invoice_not_editable' })

const otherParameters = (key: string) =>
  refused(
    400,
    `Keys for idempotent requests can only be used with the parameters they were first used with: '${key}'`,
    {
      type: 'idempotency_error',
    },
  )
const underWay = () =>
  refused(409, 'There is another request in progress with this key.', { code: 'idempotency_key_in_use' })

const withoutExpand = ({ expand: _, ...fields }: { expand?: unknown }): object => fields

/** Empty text takes a value away. */
function customerFields(body: Static<typeof schemas.customer>): object {
  if (body.email && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(body.email))
    throw refused(400, `Invalid email address: ${body.email}`, { code: 'email_invalid', param: 'email' })
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, value === '' ? null : value]))
}

function checkVersion({ headers }: FastifyRequest): void {
  const { 'stripe-version': version = apiVersion } = headers
  if (version !== apiVersion) throw refused(400, `Invalid Stripe API version: ${String(version)}`)
}
