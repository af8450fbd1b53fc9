import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startSandbox } from '../../test/sandbox.ts'
import { housecallPro } from './housecall-pro.ts'

type Body = { error?: { message: string }; id?: string } & Record<string, unknown>

async function open() {
  const sandbox = await startSandbox({ emulators: [housecallPro] })
  const call = async (method: string, path: string, body?: unknown, authorization = 'Token sandbox-housecall-pro') => {
    const answer = await fetch(`${sandbox.url}/housecall-pro${path}`, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Body }
  }
  return { sandbox, call, [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose] }
}

test('only a token that is called a token opens anything', async () => {
  await using place = await open()

  const bearer = await place.call('GET', '/company', undefined, 'Bearer sandbox-housecall-pro')
  const wrong = await place.call('GET', '/company', undefined, 'Token of-nobody')
  const right = await place.call('GET', '/company')

  assert.deepEqual([bearer.status, wrong.status, right.status], [401, 401, 200])
  assert.deepEqual(wrong.body, { error: { message: 'Unauthorized' } })
})

test('a customer has a name, an address or a phone, and no field that is unknown', async () => {
  await using place = await open()

  const answers = [
    await place.call('POST', '/customers', { company: 'Engines' }),
    await place.call('POST', '/customers', { email: 'no address' }),
    await place.call('POST', '/customers', { email: 'ada@example.com', phone: '1' }),
    await place.call('POST', '/customers', { email: 'ada@example.com' }),
    await place.call('DELETE', '/customers/cus_1'),
    await place.call('GET', '/customers?page_size=201'),
  ]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 400, 400, 201, 404, 400],
  )
})

test('a job is of a customer at its own address, for employees who work here, and ends after it begins', async () => {
  await using place = await open()
  const address = { street: '12 Main St', city: 'Orlando', state: 'FL', zip: '32801', country: 'US' }
  const customer = await place.call('POST', '/customers', { email: 'ada@example.com', addresses: [address] })
  const own = { customer_id: customer.body.id, address_id: (customer.body.addresses as { id: string }[])[0]?.id }
  const job = (more: object) => place.call('POST', '/jobs', { ...own, ...more })
  const times = { scheduled_start: '2030-05-07T10:00:00', scheduled_end: '2030-05-07T11:00:00' }

  const answers = [
    await place.call('POST', '/jobs', { customer_id: own.customer_id }),
    await job({ address_id: 'adr_other' }),
    await job({ assigned_employee_ids: ['pro_nobody'] }),
    await job({ schedule: { ...times, scheduled_end: '2030-05-07T09:00:00' } }),
    await job({ schedule: times, title: 'x' }),
  ]
  const made = await job({ schedule: times })
  const appointments = await place.call('GET', `/jobs/${made.body.id}/appointments`)

  assert.deepEqual(
    answers.map(({ status }) => status),
    [400, 404, 404, 400, 400],
  )
  assert.equal(made.status, 201)
  // Without a zone it is meant by the company's clocks.
  const [visit] = appointments.body.appointments as { start_time: string }[]
  assert.equal(visit?.start_time, '2030-05-07T14:00:00Z')
})

test("a company's own key may not set a schedule by itself", async () => {
  await using place = await open()

  const put = await place.call('PUT', '/jobs/job_1/schedule', { start_time: '2030-05-07T10:00:00' })
  const dispatch = await place.call('PUT', '/jobs/job_1/dispatch', { dispatched_employees: [] })
  const gone = await place.call('DELETE', '/jobs/job_1/schedule')

  assert.deepEqual([put.status, dispatch.status, gone.status], [403, 403, 403])
})

test('pages say how many there are', async () => {
  await using place = await open()
  for (const name of ['a', 'b', 'c']) await place.call('POST', '/customers', { first_name: name })

  const { body } = await place.call('GET', '/customers?page=2&page_size=2&sort_direction=asc')

  assert.deepEqual([body.page, body.page_size, body.total_pages, body.total_items], [2, 2, 2, 3])
  assert.deepEqual(
    (body.customers as { first_name: string }[]).map(({ first_name: name }) => name),
    ['c'],
  )
})
