import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { manualClock } from '../lib/clock.ts'
import { startHub } from '../test/hub.ts'
import type { Activity, Lead, NewLead } from './schema.ts'

const base = '/api/integrations/crm/leads'
const clock = manualClock(Date.now())
const hub = await startHub({ clock })
after(() => hub[Symbol.asyncDispose]())
const { leads } = hub.app

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const send = <Data = Lead>(method: string, path: string, body?: unknown, headers?: Record<string, string>) => {
    clock.advance(1_000)
    return hub.request<Data>(method, path, {
      key,
      ...(body === undefined ? {} : { body }),
      ...(headers ? { headers } : {}),
    })
  }
  const upsert = (input: NewLead) =>
    hub.database.inWorkspace(id, async (tx) => (await leads.upsert(tx, id, input)).lead)
  const changes = async () => {
    const { data } = (
      await send<{ payload: { changes: Record<string, unknown> } }[]>('GET', '/api/events?type=lead.updated')
    ).body
    return data.map(({ payload }) => payload.changes)
  }
  return { send, upsert, changes }
}

test('an edit tells of every field that changed what it is now, and never that it was emptied where it was not', async () => {
  const { send, upsert, changes } = await begin()
  const { id } = await upsert({ email: 'ada@example.com', company: 'Engines' })

  await send('PATCH', `${base}/${id}`, {
    ...{ address: { city: 'Paris', country: 'France' }, phone: '12 34', company: null },
    consent: { email: { granted: true, at: '2026-01-01T00:00:00Z' } },
  })

  assert.deepEqual(await changes(), [
    {
      ...{ address: { city: 'Paris', country: 'France' }, phone: '12 34', company: null, timezone: 'Europe/Paris' },
      consent: { email: { granted: true, at: '2026-01-01T00:00:00Z' } },
    },
  ])
})

test('an amount and a note that come with the status that a lead has already are kept, and a note once', async () => {
  const { send, upsert, changes } = await begin()
  const { id } = await upsert({ email: 'ada@example.com' })
  const change = { status: 'qualified', notes: 'Wants a new roof' }
  await send('PUT', `${base}/${id}/status`, change)

  const again = await send('PUT', `${base}/${id}/status`, { ...change, amountMinor: 500, currency: 'EUR' })
  await send('PUT', `${base}/${id}/status`, { status: 'qualified', notes: 'And a door' })

  const { amountMinor, currency, version } = again.body.data
  assert.deepEqual([amountMinor, currency, version], [500, 'EUR', 3])
  assert.deepEqual(await changes(), [{ amountMinor: 500, currency: 'EUR' }])
  const { data } = (await send<Activity[]>('GET', `${base}/${id}/activities?type=note`)).body
  assert.deepEqual(
    data.map(({ body }) => body),
    ['And a door', 'Wants a new roof'],
  )
})

test('an earlier word about a channel takes back no later one, unless an editor says so', async () => {
  const { send, upsert } = await begin()
  const [early, late] = ['2026-03-01T01:00:00+02:00', '2026-02-28T23:30:00Z']
  const { id } = await upsert({ email: 'ada@example.com', consent: { email: { granted: false, at: late } } })

  const captured = await upsert({ email: 'ada@example.com', consent: { email: { granted: true, at: early } } })
  const edited = await send('PATCH', `${base}/${id}`, { consent: { email: { granted: true, at: early } } })

  assert.deepEqual(captured.consent, { email: { granted: false, at: late } })
  assert.deepEqual(edited.body.data.consent, { email: { granted: true, at: early } })
})

test('custom fields of a lead stay within their bound, however many captures bring some', async () => {
  const { send, upsert } = await begin()
  const { id } = await upsert({ email: 'ada@example.com', customFields: { a: 'x'.repeat(30_000) } })

  await assert.rejects(upsert({ email: 'ada@example.com', customFields: { b: 'x'.repeat(30_000) } }), /larger than/)
  const edited = await send('PATCH', `${base}/${id}`, { customFields: { a: null, b: 'x'.repeat(30_000) } })

  assert.equal(edited.status, 200, edited.text)
  assert.deepEqual(Object.keys(edited.body.data.customFields), ['b'])
})

test('tags and a deletion heed what the caller has seen, too', async () => {
  const { send, upsert } = await begin()
  const { id } = await upsert({ email: 'ada@example.com' })
  await send('PATCH', `${base}/${id}`, { company: 'Engines' })
  const seen = (version: number) => ({ 'if-match': `"${version}"` })

  const answers = [
    await send('POST', `${base}/${id}/tags`, { add: ['vip'] }, seen(1)),
    await send('DELETE', `${base}/${id}`, undefined, seen(1)),
    await send('POST', `${base}/${id}/tags`, { add: ['vip'] }, seen(2)),
    await send('DELETE', `${base}/${id}`, undefined, seen(3)),
  ]

  assert.deepEqual(
    answers.map(({ status }) => status),
    [409, 409, 200, 204],
  )
})

test('a list by name goes on after the longest name', async () => {
  const { send, upsert } = await begin()
  for (const letter of ['a', 'b']) await upsert({ email: `${letter}@example.com`, name: letter + '😀'.repeat(399) })
  const path = `${base}?sort=name&limit=1`

  const { nextCursor } = (await send('GET', path)).body
  const second = await send<Lead[]>('GET', `${path}&cursor=${nextCursor}`)

  assert.equal(second.status, 200, second.text)
  assert.equal(second.body.data[0]?.email, 'b@example.com')
})

test('a cursor of another list is refused, however the list is sorted', async () => {
  const { send, upsert } = await begin()
  for (const letter of ['a', 'b']) await upsert({ email: `${letter}@example.com`, name: letter, score: 1 })
  const sorts = ['created', 'updated', 'activity', 'score', 'name']
  const list = (sort: string, cursor = '') => send<Lead[]>('GET', `${base}?sort=${sort}&order=asc&limit=1${cursor}`)

  for (const sort of sorts) {
    const { nextCursor } = (await list(sort)).body
    const answers = await Promise.all(sorts.map((other) => list(other, `&cursor=${nextCursor}`)))

    assert.deepEqual(
      answers.map(({ status }) => status),
      sorts.map((other) => (other === sort ? 200 : 400)),
      sort,
    )
    assert.equal(answers[sorts.indexOf(sort)]?.body.data[0]?.email, 'b@example.com')
  }
})
