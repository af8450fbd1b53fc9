import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import { connectSmallCrm, smallCrmEntry, smallVendor } from '../test/small-crm.ts'
import { until } from '../test/until.ts'

const connectors = [smallCrmEntry]
const ada = { email: 'ada@example.com', source: 'web' }
type Delivery = {
  id: string
  kind: string
  endpointName: string
  status: string
  reason: string | null
  attempts: number
  attemptList: { outcome: string }[]
  operations: { operation: string; status: string }[]
}

test('an event becomes an operation, and its trace shows it beside the webhooks', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor, { body: { name: 'Our CRM' } })
  await subscribe(hub, id, {
    operation: 'contacts.upsert',
    mapping: { email: '$.payload.email', name: { $template: 'From {$.payload.source}' } },
  })

  const event = await publish(hub, 'lead.captured', ada)
  const delivery = await ended(hub, event.id)

  assert.deepEqual(vendor.people, [{ id: '1', email: 'ada@example.com', name: 'From web' }])
  assert.equal(delivery.kind, 'integration')
  assert.equal(delivery.endpointName, 'Our CRM')
  assert.equal(delivery.status, 'delivered')
  assert.deepEqual(
    delivery.operations.map(({ operation, status }) => [operation, status]),
    [['contacts.upsert', 'success']],
  )
})

test('what one of several subscriptions has done is not done again when another is repeated', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'notes.create', mapping: { contactId: '7', text: 'Captured' } })
  await subscribe(hub, id, { operation: 'contacts.upsert', mapping: { email: '$.payload.email' } })
  vendor.faults.push({ path: '/people', reply: { status: 422, body: { message: 'not today' } }, times: 1 })

  const event = await publish(hub, 'lead.captured', ada)
  const first = await ended(hub, event.id)
  await hub.request('POST', `/api/integrations/webhooks/deliveries/${first.id}/replay`)
  const second = await ended(hub, event.id, 'delivered')

  assert.equal(first.status, 'dead')
  assert.equal(second.status, 'delivered')
  assert.equal(vendor.notes.length, 1)
  assert.equal(vendor.countOf('PUT', '/people'), 2)
})

test('an operation that cannot be repeated safely stays unknown until somebody settles it', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'notes.create', mapping: { contactId: '7', text: 'Captured' } })
  vendor.faults.push({ path: '/notes', reply: 'cut', after: true, times: 1 })

  const event = await publish(hub, 'lead.captured', ada)
  const unknown = await ended(hub, event.id)
  const replayed = await hub.request('POST', `/api/integrations/webhooks/deliveries/${unknown.id}/replay`)
  const stillUnknown = await ended(hub, event.id, 'dead')
  const asked = await hub.request<{ status: string }[]>(
    'POST',
    `/api/integrations/deliveries/${unknown.id}/reconcile`,
    { body: {} },
  )
  const said = await hub.request<{ status: string }[]>('POST', `/api/integrations/deliveries/${unknown.id}/reconcile`, {
    body: { outcome: 'done' },
  })
  const settled = await ended(hub, event.id, 'delivered')

  assert.equal(unknown.status, 'dead')
  assert.match(unknown.reason ?? '', /OUTCOME_UNKNOWN/)
  assert.equal(replayed.status, 200, replayed.text)
  assert.equal(stillUnknown.status, 'dead')
  assert.deepEqual(
    asked.body.data.map(({ status }) => status),
    ['unknown'],
  )
  assert.deepEqual(
    said.body.data.map(({ status }) => status),
    ['done'],
  )
  assert.equal(settled.status, 'delivered')
  assert.equal(vendor.notes.length, 1)
})

test('what was not done is done once a person says so', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'notes.create', mapping: { contactId: '7', text: 'Captured' } })
  vendor.faults.push({ path: '/notes', reply: 'cut', times: 1 })

  const event = await publish(hub, 'lead.captured', ada)
  const unknown = await ended(hub, event.id)
  await hub.request('POST', `/api/integrations/deliveries/${unknown.id}/reconcile`, { body: { outcome: 'not_done' } })
  await ended(hub, event.id, 'delivered')

  assert.equal(vendor.notes.length, 1)
})

test('a contact whose making was cut off is looked for before it is made again', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'contacts.create', mapping: { email: '$.payload.email' } })
  vendor.faults.push({ path: '/people', reply: 'cut', after: true, times: 1 })

  const event = await publish(hub, 'lead.captured', ada)
  const retrying = await until('the retry', async () => {
    const found = await deliveryOf(hub, event.id)
    return found?.status === 'retrying' && found
  })
  await hub.database.hub.updateTable('scheduled').set({ dueAt: new Date() }).execute()
  hub.app.engine.wake()
  await ended(hub, event.id, 'delivered')

  assert.equal(retrying.attempts, 1)
  assert.equal(vendor.people.length, 1)
  assert.equal(vendor.countOf('POST', '/people'), 1)
})

test('refused credentials stop the lane; connecting again delivers what waited', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'contacts.upsert', mapping: { email: '$.payload.email' } })
  vendor.key = 'the-new-key-of-the-vendor'

  const first = await publish(hub, 'lead.captured', ada)
  await until('the status', async () => {
    const { body } = await hub.request<{ status: string }>('GET', `/api/integrations/${id}`)
    return body.data.status === 'reauth_required'
  })
  const second = await publish(hub, 'lead.captured', { ...ada, email: 'alan@example.com' })
  await until('the second to wait', async () =>
    ['pending', 'retrying'].includes((await deliveryOf(hub, second.id))?.status ?? ''),
  )
  const callsBefore = vendor.countOf('PUT', '/people')
  await hub.request('PATCH', `/api/integrations/${id}`, { body: { credentials: { apiKey: vendor.key } } })
  await hub.database.hub.updateTable('scheduled').set({ dueAt: new Date() }).execute()
  hub.app.engine.wake()
  await ended(hub, second.id, 'delivered')
  await ended(hub, first.id, 'delivered')

  assert.equal(callsBefore, 1)
  assert.deepEqual(vendor.people.map(({ email }) => email).sort(), ['ada@example.com', 'alan@example.com'])
})

test('an integration that is switched off hears nothing, and what waits for a deleted one ends', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  await subscribe(hub, id, { operation: 'contacts.upsert', mapping: { email: '$.payload.email' } })

  await hub.request('POST', `/api/integrations/${id}/disable`)
  const unheard = await publish(hub, 'lead.captured', ada)
  await hub.request('POST', `/api/integrations/${id}/enable`)
  const heard = await publish(hub, 'lead.captured', ada)
  await ended(hub, heard.id, 'delivered')

  assert.equal(await deliveryOf(hub, unheard.id), undefined)
  assert.equal(vendor.countOf('PUT', '/people'), 1)
})

test('a mapping is judged when it is saved, and shown before', async () => {
  await using hub = await startHub({ connectors })
  await using vendor = await smallVendor()
  const { id } = await connectSmallCrm(hub, vendor)
  const path = `/api/integrations/${id}/subscriptions`
  const base = { events: ['lead.captured'], operation: 'notes.create' }
  const faultsOf = async (body: object) => {
    const answer = await hub.request('POST', path, { body })
    assert.equal(answer.status, 400, answer.text)
    return answer.body.details?.map(({ field }) => field)
  }

  assert.deepEqual(await faultsOf({ ...base, mapping: { text: 'x' } }), ['body.mapping.contactId'])
  assert.deepEqual(await faultsOf({ ...base, mapping: { contactId: 7, text: 'x' } }), ['body.mapping.contactId'])
  assert.deepEqual(await faultsOf({ ...base, mapping: { contactId: '$.nothing', text: '$.' } }), [
    'body.mapping.contactId',
    'body.mapping.text',
  ])
  assert.deepEqual(await faultsOf({ ...base, mapping: { contactId: '1', text: 'x', colour: 'red' } }), [
    'body.mapping.colour',
  ])
  assert.deepEqual(await faultsOf({ ...base, operation: 'calendar.book', mapping: {} }), ['body.operation'])
  assert.deepEqual(await faultsOf({ ...base, events: ['lead.captivated'], mapping: { contactId: '1', text: 'x' } }), [
    'body.events[0]',
  ])
  const preview = await hub.request<{ input: unknown; valid: boolean; details: { field: string }[] }>(
    'POST',
    `${path}/preview`,
    {
      body: {
        operation: 'contacts.upsert',
        mapping: { email: '$.payload.email', name: { $path: '$.payload.name', $default: 'Nobody' }, tags: ['$.type'] },
        payload: { email: 'not an address' },
      },
    },
  )
  assert.deepEqual(preview.body.data.input, { email: 'not an address', name: 'Nobody', tags: ['lead.captured'] })
  assert.deepEqual([preview.body.data.valid, preview.body.data.details[0]?.field], [false, 'input.email'])
})

test('sick integrations change nothing for the others, nor for whoever publishes', async () => {
  await using hub = await startHub({ connectors })
  await using well = await smallVendor()
  await using hanging = await smallVendor()
  await using failing = await smallVendor()
  const sick = [hanging, hanging, hanging, failing, failing]
  const ids = []
  for (let number = 0; number < 50; number++) {
    const { id } = await connectSmallCrm(hub, sick[number] ?? well)
    await subscribe(hub, id, {
      operation: 'contacts.upsert',
      mapping: { email: '$.payload.email', name: `From ${number}` },
    })
    ids.push(id)
  }
  hanging.faults.push({ path: '/people', reply: 'hang' })
  failing.faults.push({ path: '/people', reply: { status: 500, body: {} } })

  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, number) =>
      hub.request('POST', '/api/events', {
        body: { type: 'lead.captured', payload: { ...ada, email: `lead-${number}@example.com` } },
      }),
    ),
  )
  await until('all others to be served', () => well.countOf('PUT', '/people') >= 450)

  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [202])
  assert.equal(well.countOf('PUT', '/people'), 450)
  assert.equal(well.people.length, 10)
  const shown = await hub.request<{ id: string; status: string }[]>('GET', '/api/integrations?limit=200')
  assert.deepEqual([...new Set(shown.body.data.map(({ status }) => status))], ['active'])
  assert.equal(shown.body.data.length, ids.length)
})

// Shared by these tests -------------------------------------------------------------------------------------------

async function subscribe(hub: Hub, id: string, body: object): Promise<void> {
  const answer = await hub.request('POST', `/api/integrations/${id}/subscriptions`, {
    body: { events: ['lead.captured'], ...body },
  })
  assert.equal(answer.status, 201, answer.text)
}

async function publish(hub: Hub, type: string, payload: object): Promise<{ id: string }> {
  const { status, body, text } = await hub.request<{ id: string }>('POST', '/api/events', { body: { type, payload } })
  assert.equal(status, 202, text)
  return body.data
}

async function deliveryOf(hub: Hub, eventId: string): Promise<Delivery | undefined> {
  const { body, text } = await hub.request<{ deliveries: Delivery[] }>('GET', `/api/events/${eventId}`)
  assert.ok(body.success, text)
  return body.data.deliveries[0]
}

const ended = (hub: Hub, eventId: string, status?: string): Promise<Delivery> =>
  until(`the delivery to be ${status ?? 'over'}`, async () => {
    const found = await deliveryOf(hub, eventId)
    const isOver =
      found && (status === undefined ? ['delivered', 'dead'].includes(found.status) : found.status === status)
    return isOver && found
  })
