import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { type Conversion, type OperationInput, type OperationName, runOperation } from '../../kit/index.ts'
import { facebook as emulator } from '../../sandbox/facebook/facebook.ts'
import { idsOf, sandboxApp, sandboxLead, sandboxToken, signed } from '../../sandbox/facebook/page.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { facebook } from './facebook.ts'
import { userDataOf } from './hashing.ts'

const { page, dataset, forms } = idsOf('sandbox')
const credentials = { accessToken: sandboxToken, appId: sandboxApp.id, appSecret: sandboxApp.secret }
const settings = { page_id: page, dataset_id: dataset }
const conversion = (more: Partial<Conversion> = {}): Conversion => ({
  name: 'Lead',
  eventId: 'event-1',
  person: { email: 'ada@example.com' },
  ...more,
})
const news = (...leads: [page: string, lead: string][]) =>
  `{"object":"page","entry":[${leads
    .map(
      ([id, lead]) =>
        `{"id":"${id}","time":1780000000,"changes":[{"field":"leadgen","value":{"leadgen_id":${lead},"page_id":${id},"form_id":3,"ad_id":120330000133427999,"created_time":1780000000}}]}`,
    )
    .join(',')}]}`

conformance(facebook, {
  emulator,
  credentials,
  settings,
  samples: {
    'ads.leads': { formId: forms[0] },
    'ads.getLead': { externalId: sandboxLead },
    'ads.sendConversions': { conversions: [conversion()] },
  },
  failureBody: (status) => ({ error: { message: `status ${status}`, type: 'OAuthException' } }),
  webhook: {
    body: news([page, '444444444444444444']),
    sign: ({ body, secret }) => ({ headers: signed(body, secret) }),
    events: ['lead.received'],
    hasTime: false,
    routingKey: page,
  },
})

test("every call proves itself with the application's secret, and a page's with the page's own token", async () => {
  await using account = await startAccount()
  const [id = ''] = account.vendor.submitUnheard({ answers: { email: 'ada@example.com' } })

  const result = await account.run('ads.getLead', { externalId: id })
  const wrong = await runOperation(
    facebook,
    account.open({ ...credentials, appSecret: 'another-secret' }),
    'ads.getLead',
    { externalId: id },
  )

  assert.ok(result.success)
  assert.equal(!wrong.success && wrong.errorCode, 'VENDOR_REJECTED')
  const shown = JSON.stringify(account.context.recorded)
  assert.ok(!/EAAPage/.test(shown), "the page's token is recorded")
  assert.ok(!shown.includes(sandboxToken))
})

test('a lead is the person, with the answers to other questions by their names', async () => {
  await using account = await startAccount()
  const answers = {
    email: 'ada@example.com',
    phone_number: '+14079780655',
    full_name: 'Ada Lovelace',
    company_name: 'Analytical Engines',
    street_address: '1 Main St',
    zip_code: '32801',
    'which_roof?': ['tiles', 'slate'],
    empty: '',
  }
  const ad = { ad_id: '120330000133427999', adset_id: '120330000133427998', campaign_id: '120330000133427997' }
  const [id = ''] = account.vendor.submitUnheard({ answers, ...ad, platform: 'ig' })

  const result = await account.run('ads.getLead', { externalId: id })

  assert.ok(result.success, !result.success ? result.error : '')
  const { raw: _, submittedAt, ...lead } = result.data
  assert.ok(Math.abs(submittedAt.getTime() - Date.now()) < 60_000)
  assert.deepEqual(lead, {
    ...{ externalId: id, formId: forms[0], adId: ad.ad_id, adSetId: ad.adset_id, campaignId: ad.campaign_id },
    ...{ platform: 'ig', isOrganic: false },
    person: {
      ...{ email: 'ada@example.com', phone: '+14079780655', name: 'Ada Lovelace', company: 'Analytical Engines' },
      address: { street: '1 Main St', postalCode: '32801' },
    },
    answers: { 'which_roof?': 'tiles, slate' },
  })
})

test('leads are listed page by page, form by form, within the times that are asked for', async () => {
  await using account = await startAccount()
  const now = Math.floor(Date.now() / 1_000) * 1_000
  const days = [1, 2, 3, 100]
  account.vendor.submitUnheard(
    ...days.map((day) => ({ created: now - day * 86_400_000, answers: { email: `${day}@example.com` } })),
    { form_id: forms[1], answers: { email: 'other@example.com' } },
    ...Array.from({ length: 120 }, (_, index) => ({
      ...{ form_id: forms[1], answers: { email: `${index}@example.com` } },
    })),
  )

  const all = await account.run('ads.leads', {})
  const some = await account.run('ads.leads', {
    ...{ formId: forms[0], since: new Date(now - 2 * 86_400_000), until: new Date(now - 1.5 * 86_400_000) },
  })
  const listed = await account.run('ads.forms', {})

  assert.ok(all.success && some.success && listed.success)
  // What is older than 90 days is gone.
  assert.equal(all.data.length, 125)
  assert.deepEqual(
    some.data.map(({ person }) => person.email),
    ['2@example.com'],
  )
  assert.deepEqual(
    listed.data.map(({ id, leads }) => [id, leads]),
    [
      [forms[0], 5],
      [forms[1], 121],
    ],
  )
})

test('who may not see leads is told where access is granted', async () => {
  await using account = await startAccount()
  account.vendor.blockLeads(true)

  const result = await account.run('ads.leads', { formId: forms[0] })

  assert.equal(!result.success && result.errorCode, 'PERMISSION_DENIED')
  assert.match(!result.success ? result.error : '', /Leads access/)
})

test('what is known of a person is normalised and hashed as Meta documents it', () => {
  const known = userDataOf({
    ...{ email: ' John_Smith@gmail.com', phone: '1 (650) 555-1212', firstName: 'Mary', lastName: "O'Brien-Smith " },
    ...{ city: 'San Francisco', state: 'CA', postalCode: '94035-1234', country: 'US', externalId: 'lead-1' },
    ...{ leadId: '123', clickId: 'fb.1.1554763741205.AbC', ipAddress: '192.0.2.1' },
  })

  const hash = (text: string) => [createHash('sha256').update(text).digest('hex')]
  // The vectors of Meta's own page.
  assert.deepEqual(known.em, ['62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f'])
  assert.deepEqual(known.ph, ['e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176'])
  assert.deepEqual(known.fn, ['6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec'])
  assert.deepEqual(
    [known.ln, known.ct, known.st, known.zp, known.country, known.external_id],
    ['obriensmith', 'sanfrancisco', 'ca', '94035', 'us', 'lead-1'].map(hash),
  )
  assert.deepEqual([known.lead_id, known.fbc, known.client_ip_address], ['123', 'fb.1.1554763741205.AbC', '192.0.2.1'])
})

test('one conversion that is not valid sinks no other: known beforehand, or found by halving', async () => {
  await using account = await startAccount()
  const bad = (index: number): Partial<Conversion> =>
    index === 3
      ? { at: new Date(Date.now() - 8 * 86_400_000) }
      : index === 700
        ? { currency: 'XQX', amountMinor: 100 }
        : index === 5
          ? { person: {} }
          : {}
  const conversions = Array.from({ length: 1_500 }, (_, index) => conversion({ eventId: `e${index}`, ...bad(index) }))

  const result = await account.run('ads.sendConversions', { conversions })

  assert.ok(result.success, !result.success ? result.error : '')
  assert.equal(result.data.sent, 1_497)
  assert.deepEqual(
    result.data.rejected.map(({ index, eventId }) => [index, eventId]),
    [3, 5, 700].map((index) => [index, `e${index}`]),
  )
  assert.match(result.data.rejected[2]!.error, /currency XQX is not valid/)
  assert.equal(account.vendor.events().length, 1_497)
})

test('a conversion that is sent twice counts once, bears its value, and may be a test', async () => {
  await using account = await startAccount()
  const purchase = conversion({ name: 'Purchase', amountMinor: 125_050, currency: 'eur', orderId: 'o-1' })

  await account.run('ads.sendConversions', { conversions: [purchase] })
  await account.run('ads.sendConversions', { conversions: [purchase] })
  await account.run('ads.sendConversions', { conversions: [conversion({ eventId: 'e2' })], testEventCode: 'TEST1' })
  const valueless = await account.run('ads.sendConversions', { conversions: [conversion({ name: 'Purchase' })] })

  const [first, second, ...more] = account.vendor.events()
  assert.deepEqual(first?.custom_data, {
    ...{ event_source: 'crm', lead_event_source: 'Tenon', value: 1_250.5, currency: 'EUR', order_id: 'o-1' },
  })
  assert.equal(second?.test, 'TEST1')
  assert.equal(more.length, 0)
  assert.equal(!valueless.success && valueless.errorCode, 'VENDOR_REJECTED')
})

test('the application is told where to call, once, and the page lets it hear of leads', async () => {
  await using account = await startAccount()
  const secret = sandboxApp.secret
  await using hub = await fakeVendor(({ query, method }) => {
    const request = inboundRequest({
      ...{ method, body: '', at: new Date() },
      url: `https://hub.example/webhooks/facebook?${new URLSearchParams(query as Record<string, string>)}`,
    })
    const { status = 404, body = '' } = facebook.webhook?.handshake?.(request, [secret]) ?? {}
    return { status, body, headers: { 'content-type': 'text/plain' } }
  })
  const options = { url: `${hub.url}/webhooks/facebook/i/0198c5f0`, secret, channelId: 'channel' }

  const made = await facebook.webhook?.subscribe?.(account.context as never, options)
  await facebook.webhook?.subscribe?.(account.context as never, options)

  assert.deepEqual(made, { id: page })
  assert.equal(hub.calls.length, 1)
  assert.deepEqual(account.vendor.subscriptions(), [
    { object: 'page', callback_url: `${hub.url}/webhooks/facebook`, active: true, fields: ['leadgen'] },
  ])
  assert.deepEqual(account.vendor.subscribed(), { [sandboxApp.id]: ['leadgen'] })

  const elsewhere = { ...options, url: 'https://other.example/webhooks/facebook/i/0198c5f0' }
  await assert.rejects(
    async () => await facebook.webhook?.subscribe?.(account.context as never, elsewhere),
    /take that subscription out/,
  )

  await facebook.webhook?.unsubscribe?.(account.context as never, { id: page, data: {} })
  assert.deepEqual(account.vendor.subscribed(), {})
})

test('the verify token must be right, whoever asks, and the challenge harmless', () => {
  const ask = (query: Record<string, string>) =>
    facebook.webhook?.handshake?.(
      inboundRequest({
        ...{ method: 'GET', body: '', at: new Date() },
        url: `https://hub.example/webhooks/facebook?${new URLSearchParams(query)}`,
      }),
      ['one-secret', 'another-secret'],
    )
  const right = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444', 'hub.verify_token': 'another-secret' }

  assert.deepEqual([ask(right)?.status, ask(right)?.body], [200, '1158201444'])
  assert.equal(ask({ ...right, 'hub.verify_token': 'wrong' })?.status, 403)
  assert.equal(ask({ ...right, 'hub.challenge': '<script>' })?.status, 403)
  assert.equal(ask({ ...right, 'hub.mode': 'unsubscribe' })?.status, 403)
  assert.equal(ask({}), undefined)
})

test('news of several pages are told apart, and ids that exceed numbers stay whole', () => {
  const body = news(['11', '444444444444444441'], ['22', '444444444444444442'])
  const request = inboundRequest({ body, at: new Date(), headers: signed(body, 'a-secret') })

  const mine = facebook.webhook?.parse(request, '22')

  assert.deepEqual(facebook.webhook?.route?.(request), ['11', '22'])
  assert.deepEqual(mine, [
    {
      type: 'lead.received',
      eventId: 'leadgen/444444444444444442',
      externalId: '444444444444444442',
      occurredAt: new Date(1_780_000_000_000),
      data: { pageId: '22', formId: '3', adId: '120330000133427999' },
    },
  ])
  assert.equal(
    signed('{"a":1}', 'secret')['x-hub-signature-256'],
    `sha256=${createHmac('sha256', 'secret').update('{"a":1}').digest('hex')}`,
  )
})

test('failures are what their codes say, and waiting is as long as Meta asks', async () => {
  const codeOf = async (error: object, headers: Record<string, string> = {}) => {
    await using vendor = await fakeVendor(() => ({ status: 400, body: { error }, headers }))
    const context = connect(facebook, { vendor, credentials, settings })
    const result = await runOperation(facebook, context, 'ads.forms', {})
    return result.success ? undefined : { code: result.errorCode, wait: result.retryAfterMs }
  }
  const usage = JSON.stringify({ 1: [{ type: 'leadgen', call_count: 100, estimated_time_to_regain_access: 7 }] })

  for (const code of [4, 17, 32, 613, 80_004, 80_005])
    assert.equal((await codeOf({ code, message: 'too many' }))?.code, 'RATE_LIMIT_EXCEEDED')
  const throttled = await codeOf({ code: 80_005 }, { 'x-business-use-case-usage': usage })
  assert.deepEqual(throttled, { code: 'RATE_LIMIT_EXCEEDED', wait: 420_000 })
  assert.equal((await codeOf({ code: 190, error_subcode: 463 }))?.code, 'AUTH_ERROR')
  assert.equal((await codeOf({ code: 200 }))?.code, 'PERMISSION_DENIED')
  assert.equal((await codeOf({ code: 100, error_subcode: 33 }))?.code, 'NOT_FOUND')
  assert.equal((await codeOf({ code: 100, is_transient: true }))?.code, 'PROCESSING_ERROR')
  assert.equal((await codeOf({ code: 100 }))?.code, 'VENDOR_REJECTED')
})

async function startAccount() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const { world: _, ...vendor } = sandbox.emulator(emulator)
  const open = (own: Record<string, string>) =>
    connect(facebook, { vendor: sandbox, overrides: sandbox.overrides(), credentials: own, settings })
  const context = open(credentials)
  return {
    ...{ sandbox, vendor, open, context },
    run: <Name extends OperationName>(name: Name, input: OperationInput<Name>) =>
      runOperation(facebook, context, name, input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
