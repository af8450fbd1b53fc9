import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Lead } from '../leads/schema.ts'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import type { PipelineStatistics } from './statistics-schema.ts'

const day = 86_400_000
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())
const path = '/api/integrations/crm/pipeline/stats'

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const statistics = async (query = '') => {
    const { body, text } = await hub.request<PipelineStatistics>('GET', `${path}${query}`, { key })
    assert.ok(body.success, text)
    return body.data
  }
  const lead = (email: string, source = 'call') =>
    hub.database.inWorkspace(id, async (tx) => (await hub.app.leads.upsert(tx, id, { email, source })).lead)
  const move = (lead: { id: string }, status: string, more: object = {}) =>
    hub.database.inWorkspace(id, (tx) => hub.app.leads.changeStatus(tx, id, lead.id, { status, ...more }))
  return { id, key, statistics, lead, move }
}

test('a workspace without leads has zeros where things are counted, and null where nothing can be divided', async () => {
  const { statistics } = await begin()

  const { total, stages, conversions, outcomes, velocity, groups, overTime } = await statistics('?groupBy=source')

  assert.equal(total, 0)
  assert.deepEqual(
    stages.map(({ key, count, amounts, averageSecondsInStage }) => [key, count, amounts, averageSecondsInStage]),
    ['new', 'contacted', 'qualified', 'converted', 'lost'].map((key) => [key, 0, [], null]),
  )
  assert.deepEqual(
    conversions.map(({ from, to, entered, rate }) => [from, to, entered, rate]),
    [
      ['new', 'contacted', 0, null],
      ['contacted', 'qualified', 0, null],
      ['qualified', 'converted', 0, null],
    ],
  )
  assert.deepEqual(outcomes, { created: 0, won: 0, lost: 0, winRate: null })
  assert.deepEqual([velocity, groups], [{ averageSecondsToWin: null, perDay: [] }, []])
  assert.ok(overTime.length >= 90 && overTime.every(({ created, won, lost }) => created + won + lost === 0))
})

test('a lead that goes on into another pipeline has been in the stage that it left, and in none of the other', async () => {
  const { key, statistics, lead, move } = await begin()
  const stages = [
    { key: 'new', name: 'Asked' },
    { key: 'offered', name: 'Offered' },
  ]
  const made = await hub.request<{ id: string }>('POST', '/api/integrations/crm/pipelines', {
    key,
    body: { name: 'Roofs', stages },
  })
  const ada = await lead('ada@example.com')
  clock.advance(day / 12)
  await move(ada, 'offered', { pipelineId: made.body.data.id })

  const times = async (query: string) =>
    (await statistics(query)).stages.map(({ key, averageSecondsInStage }) => [key, averageSecondsInStage])

  assert.deepEqual((await times(''))[0], ['new', 7_200])
  assert.deepEqual(await times(`?pipelineId=${made.body.data.id}`), [
    ['new', null],
    ['offered', null],
  ])
})

test('a lead that goes from one won stage to the next was won once', async () => {
  const { key, statistics, lead, move } = await begin()
  const { data } = (
    await hub.request<{ id: string; stages: { key: string }[] }[]>('GET', '/api/integrations/crm/pipelines', { key })
  ).body
  const stages = [...data[0]!.stages, { key: 'onboarded', name: 'Onboarded', kind: 'won' }]
  await hub.request('PATCH', `/api/integrations/crm/pipelines/${data[0]!.id}`, { key, body: { stages } })
  const [ada, grace] = [await lead('ada@example.com'), await lead('grace@example.com')]
  await move(ada, 'converted', { amountMinor: 500, currency: 'EUR' })
  await move(ada, 'onboarded')
  await move(grace, 'lost')

  const { outcomes, velocity } = await statistics()
  await move(ada, 'contacted')
  await move(ada, 'converted')

  assert.deepEqual([outcomes.won, outcomes.winRate], [1, 0.5])
  assert.equal(velocity.perDay.length, 1)
  assert.equal((await statistics()).outcomes.won, 2)
})

test('counts, amounts, conversion by cohort, time in stages, win rate and velocity follow from the history', async () => {
  const { statistics, lead, move } = await begin()
  const begun = new Date(clock.now()).toISOString()
  const [ada, grace, alan, edsger] = [
    await lead('ada@example.com'),
    await lead('grace@example.com'),
    await lead('alan@example.com', 'newsletter'),
    await lead('edsger@example.com'),
  ]
  clock.advance(2 * day)
  await move(ada, 'contacted')
  await move(grace, 'qualified', { amountMinor: 1_000, currency: 'EUR' })
  clock.advance(2 * day)
  await move(ada, 'converted', { amountMinor: 5_000, currency: 'EUR' })
  await move(alan, 'lost', { reason: 'No budget' })

  const found = await statistics('?groupBy=source&windowDays=3')

  const stage = (key: string) => found.stages.find((one) => one.key === key)!
  assert.deepEqual([found.total, stage('new').count, stage('qualified').count], [4, 1, 1])
  assert.deepEqual(stage('qualified').amounts, [{ currency: 'EUR', amountMinor: 1_000, weightedMinor: 500 }])
  assert.deepEqual(stage('converted').amounts, [{ currency: 'EUR', amountMinor: 5_000, weightedMinor: 5_000 }])
  assert.equal(stage('contacted').averageSecondsInStage, 2 * 86_400)
  assert.equal(stage('new').medianSecondsInStage, 2 * 86_400)
  assert.deepEqual(
    found.conversions.map(({ from, entered, converted, rate, isComplete }) => [
      from,
      entered,
      converted,
      rate,
      isComplete,
    ]),
    [
      ['new', 4, 2, 0.5, false],
      ['contacted', 1, 1, 1, false],
      ['qualified', 1, 0, 0, false],
    ],
  )
  assert.deepEqual(found.outcomes, { created: 4, won: 1, lost: 1, winRate: 0.5 })
  assert.equal(found.velocity.averageSecondsToWin, 4 * 86_400)
  // Two open leads, half of which are won, 50.00 EUR each, in four days.
  assert.deepEqual(found.velocity.perDay, [{ currency: 'EUR', amountMinor: 1_250 }])
  assert.deepEqual(found.groups, [
    { key: 'call', created: 3, won: 1, lost: 0, winRate: 1 },
    { key: 'newsletter', created: 1, won: 0, lost: 1, winRate: 0 },
  ])
  assert.deepEqual(
    found.overTime
      .filter(({ created, won, lost }) => created + won + lost > 0)
      .map(({ created, won, lost }) => [created, won, lost]),
    [
      [4, 0, 0],
      [0, 1, 1],
    ],
  )
  const slow = await statistics('?windowDays=1')
  assert.deepEqual(
    slow.conversions.map(({ converted }) => converted),
    [0, 0, 0],
  )
  clock.advance(10 * day)
  const closed = await statistics(
    `?windowDays=3&after=${begun}&before=${new Date(Date.parse(begun) + day).toISOString()}`,
  )
  assert.deepEqual([closed.conversions[0]!.isComplete, closed.conversions[0]!.entered], [true, 4])
  assert.equal(edsger.status, 'new')
})

test('a range that is reversed or endless is refused', async () => {
  const { key, id } = await begin()
  for (const query of [
    'after=2026-02-01T00:00:00Z&before=2026-01-01T00:00:00Z',
    'after=1990-01-01T00:00:00Z',
    'windowDays=0',
    'groupBy=luck',
  ]) {
    assert.equal((await hub.request('GET', `${path}?${query}`, { key })).status, 400, query)
  }
  const other = await hub.request('GET', `${path}?pipelineId=${id}`, { key })
  assert.equal(other.status, 404)
  const none: Lead[] = []
  assert.deepEqual((await hub.request<Lead[]>('GET', '/api/integrations/crm/leads', { key })).body.data, none)
})
