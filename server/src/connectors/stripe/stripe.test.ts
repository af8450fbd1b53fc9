import assert from 'node:assert/strict'
import { test } from 'node:test'
import Stripe from 'stripe'
import { type Context, type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { signed } from '../../sandbox/stripe/events.ts'
import { stripe as emulator } from '../../sandbox/stripe/stripe.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { fields } from './form.ts'
import { stripe } from './stripe.ts'

const credentials = { secretKey: 'sk_test_sandbox' }
const secret = 'whsec_a-secret-of-the-sandbox'
const event = {
  id: 'evt_1',
  type: 'payment_intent.succeeded',
  created: 1_700_000_000,
  data: { object: { id: 'pi_1' } },
}

conformance(stripe, {
  emulator,
  credentials,
  failureBody: (status) => ({ error: { type: 'api_error', message: `status ${status}` } }),
  async prepare(context) {
    const price = await monthly(context)
    const customerId = (await context.http.form<{ id: string }>('/v1/customers', { email: 'grace@example.com' })).id
    const made = await context.http.form<{ id: string }>(
      '/v1/subscriptions',
      fields({ customer: customerId, items: [{ price }], payment_behavior: 'default_incomplete' }),
    )
    return {
      'payments.createInvoice': { customerId, currency: 'EUR', lines: [{ description: 'Roof', amountMinor: 12_500 }] },
      'payments.createSubscription': { customerId, priceId: price },
      'payments.cancelSubscription': { externalId: made.id },
    }
  },
  webhook: {
    secret,
    otherSecret: 'whsec_another-secret',
    body: JSON.stringify(event),
    sign: ({ body, secret, at }) => ({ headers: signed({ body, secret, at: at.getTime() }) }),
    events: ['stripe.payment_intent.succeeded'],
  },
})

test('nested parameters are written as Stripe reads them', () => {
  assert.deepEqual(fields({ a: 1, b: undefined, c: null, items: [{ price: 'p', deep: { on: true } }] }), {
    a: 1,
    c: '',
    'items[0][price]': 'p',
    'items[0][deep][on]': true,
  })
})

test('the same key makes one payment; with other parameters it is refused', async () => {
  await using account = await startAccount()
  const input = { amountMinor: 9_999, currency: 'USD', description: 'Service', idempotencyKey: 'pay-1' }

  const first = await account.run('payments.createPaymentIntent', input)
  const second = await account.run('payments.createPaymentIntent', input)
  const other = await account.run('payments.createPaymentIntent', { ...input, amountMinor: 100 })

  assert.ok(first.success && second.success && !other.success)
  assert.equal(second.data.externalId, first.data.externalId)
  assert.deepEqual([first.data.amountMinor, first.data.currency], [9_999, 'USD'])
  assert.equal(other.errorCode, 'CONFLICT')
})

test('an invoice that broke off is taken up where it ended', async () => {
  await using account = await startAccount()
  const customer = await account.run('payments.createCustomer', { email: 'ada@example.com' })
  assert.ok(customer.success)
  const lines = [
    { description: 'Service Fee', amountMinor: 10_000 },
    { description: 'Consultation', amountMinor: 2_500, quantity: 2 },
  ]
  const input = {
    customerId: customer.data.externalId,
    currency: 'USD',
    lines,
    send: true,
    idempotencyKey: 'invoice-1',
  }

  const controller = new AbortController()
  const broken = account.open({
    signal: controller.signal,
    onCall: (call) => void (call.url.endsWith('/invoiceitems') && controller.abort()),
  })
  const first = await runOperation(stripe, broken, 'payments.createInvoice', input)
  const second = await account.run('payments.createInvoice', input)

  assert.ok(!first.success)
  assert.ok(second.success, !second.success ? second.error : '')
  assert.deepEqual([second.data.amountMinor, second.data.status], [15_000, 'open'])
  assert.match(second.data.url ?? '', /^https:\/\/invoice\.stripe\.com\//)
  assert.equal((second.data.raw as { lines: { data: unknown[] } }).lines.data.length, 2)
})

test('a customer is found by phone, and keeps the other part of a name that changes', async () => {
  await using account = await startAccount()
  const made = await account.run('contacts.create', { name: 'Ada Lovelace', phone: '+14079780655' })
  assert.ok(made.success)

  await account.run('contacts.update', { externalId: made.data.externalId, changes: { lastName: 'Byron' } })
  const found = await account.run('contacts.find', { phone: '+14079780655' })

  assert.ok(found.success)
  assert.equal(found.data?.name, 'Ada Byron')
})

test('a subscription is cancelled at the end of its period, or at once', async () => {
  await using account = await startAccount()
  const priceId = await monthly(account.context)
  const customer = await account.run('payments.createCustomer', { email: 'ada@example.com' })
  assert.ok(customer.success)
  const customerId = customer.data.externalId
  const made = await account.run('payments.createSubscription', { customerId, priceId, trialDays: 14 })
  assert.ok(made.success)
  const { externalId } = made.data

  const later = await account.run('payments.cancelSubscription', { externalId, atPeriodEnd: true })
  const now = await account.run('payments.cancelSubscription', { externalId })
  const again = await account.run('payments.cancelSubscription', { externalId })
  const none = await account.run('payments.cancelSubscription', { externalId: 'sub_none' })

  assert.ok(later.success && now.success)
  assert.ok(again.success && !none.success)
  assert.deepEqual([again.data.status, none.errorCode], ['canceled', 'NOT_FOUND'])
  assert.deepEqual([made.data.status, later.data.status, now.data.status], ['trialing', 'trialing', 'canceled'])
  assert.equal(made.data.priceId, priceId)
})

test('what is not there and what is unknown is refused in words', async () => {
  await using account = await startAccount()

  const missing = await account.run('payments.createSubscription', { customerId: 'cus_none', priceId: 'price_none' })
  const unknown = account.context.http.form('/v1/customers', { nickname: 'Ada' })

  assert.ok(!missing.success)
  assert.equal(missing.errorCode, 'NOT_FOUND')
  assert.match(missing.error, /No such customer: 'cus_none'/)
  await assert.rejects(unknown, /Received unknown parameter: nickname/)
})

test('a payment is told to the hub, signed', async () => {
  await using hub = await startReceiver()
  await using account = await startAccount()
  account.emulator.listen({ url: hub.url, secret })
  const made = await account.run('payments.createPaymentIntent', { amountMinor: 1_000, currency: 'EUR' })
  assert.ok(made.success)

  account.emulator.pay(made.data.externalId)
  await account.sandbox.idle()

  const told = hub.requests.map(({ headers, text }) => {
    const request = inboundRequest({ headers: headers as Record<string, string>, body: text, at: new Date() })
    assert.deepEqual(stripe.webhook?.verify(request, [secret], new Date()), { ok: true })
    return stripe.webhook?.parse(request)[0]
  })
  assert.deepEqual(told.map((one) => one?.type).sort(), [
    'stripe.payment_intent.created',
    'stripe.payment_intent.succeeded',
  ])
  assert.equal(told[0]?.externalId, made.data.externalId)
})

test("Stripe's own client gets along with the sandbox", async () => {
  await using account = await startAccount()
  const { hostname, port, pathname } = new URL(account.sandbox.overrides()['api.stripe.com'] ?? '')
  const forward = Stripe.createFetchHttpClient(async (input: URL | string | Request, init?: RequestInit) => {
    const url = new URL(String(input))
    url.pathname = pathname + url.pathname
    return await fetch(url, init)
  })
  const client = new Stripe('sk_test_sandbox', { host: hostname, port, protocol: 'http', httpClient: forward })

  const made = await client.customers.create({ email: 'ada@example.com', name: 'Ada' }, { idempotencyKey: 'sdk-1' })
  const changed = await client.customers.update(made.id, { phone: '+14079780655' })
  const { data } = await client.customers.list({ email: 'ada@example.com' })
  const link = await client.paymentLinks.create({
    line_items: [{ price_data: { currency: 'eur', unit_amount: 1_250, product_data: { name: 'Roof' } }, quantity: 1 }],
  })

  assert.equal(changed.phone, '+14079780655')
  assert.deepEqual(
    data.map(({ id }) => id),
    [made.id],
  )
  assert.match(link.url, /^https:\/\/buy\.stripe\.com\//)
  await assert.rejects(client.customers.retrieve('cus_none'), { code: 'resource_missing', statusCode: 404 })
  assert.deepEqual(account.sandbox.unknownRequests, [])
})

const monthly = async ({ http }: Pick<Context, 'http'>): Promise<string> => {
  const price = {
    currency: 'eur',
    unit_amount: 1_900,
    recurring: { interval: 'month' },
    product_data: { name: 'Care' },
  }
  return (await http.form<{ id: string }>('/v1/prices', fields(price))).id
}

/** An account of the sandbox, and the connector connected to it. */
async function startAccount() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const open = (more: object = {}) =>
    connect(stripe, { vendor: { url: sandbox.url }, overrides: sandbox.overrides(), credentials, ...more })
  const context = open()
  return {
    sandbox,
    context,
    open: (more: Partial<Parameters<typeof connect>[1]>) => open(more),
    emulator: sandbox.emulator(emulator),
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(stripe, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
