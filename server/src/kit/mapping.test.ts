import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Contact,
  choice,
  type Deal,
  date,
  day,
  epochMs,
  epochSeconds,
  field,
  type Lead,
  list,
  mapping,
  minor,
  minorText,
  number,
  primary,
  readOnly,
  type Task,
  text,
  toMajor,
  toMinor,
} from './index.ts'

type Person = {
  id: number
  full_name: string | null
  emails: { value: string; primary: boolean }[]
  phone?: string
  labels?: string
  changed: string
  properties: { [name: string]: string | null }
}

const contact = mapping<Contact, Person>(
  {
    externalId: number('id'),
    name: 'full_name',
    email: primary('emails'),
    phone: 'phone',
    company: 'properties.company',
    tags: list('labels', ';'),
    updatedAt: date('changed'),
  },
  { custom: 'properties' },
)
const ada: Person = {
  id: 12,
  full_name: 'Ada Lovelace',
  emails: [
    { value: 'old@example.com', primary: false },
    { value: 'ada@example.com', primary: true },
  ],
  labels: 'vip; press;',
  changed: '2026-02-03 04:05:06',
  properties: { company: 'Engines', color__c: 'green', 'dotted.name': 'x', none: null },
}

test('reads what is there, leaves out what is not, and keeps the record', () => {
  assert.deepEqual(contact.read(ada), {
    externalId: '12',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    company: 'Engines',
    tags: ['vip', 'press'],
    updatedAt: new Date('2026-02-03T04:05:06Z'),
    raw: ada,
  })
  const bare = { ...ada, full_name: null, emails: [], properties: {}, labels: '' }
  assert.deepEqual(Object.keys(contact.read(bare)).sort(), ['externalId', 'raw', 'updatedAt'])
})

test('writes what is given, empties what is null, and never what the vendor fills', () => {
  const changes = { name: null, email: 'new@example.com', company: null, phone: undefined, tags: ['a', 'b'] }

  assert.deepEqual(contact.write({ ...changes, ...({ externalId: '9', updatedAt: new Date() } as object) }), {
    full_name: null,
    emails: [{ value: 'new@example.com', primary: true }],
    properties: { company: null },
    labels: 'a;b',
  })
  assert.deepEqual(contact.write({ email: null }), { emails: [] })
})

test('custom fields go by the workspace’s own names, whatever these are', () => {
  const map = { favourite: 'color__c', dotted: 'dotted.name', absent: 'absent__c', ['__proto__']: 'evil__c' }

  assert.deepEqual(contact.read(ada, map).customFields, { favourite: 'green', dotted: 'x' })
  const written = contact.write(
    { company: 'Engines', customFields: { favourite: 'red', dotted: null, unknown: 'lost', constructor: 'c' } },
    { ...map, constructor: 'constructor' },
  )
  assert.deepEqual(written, {
    properties: { company: 'Engines', color__c: 'red', 'dotted.name': null, constructor: 'c' },
  })
  assert.equal(({} as { polluted?: string }).polluted, undefined)
})

test('a vendor that empties with empty text gets empty text', () => {
  const rules = { externalId: number('id'), name: 'full_name' } as const

  assert.deepEqual(mapping<Contact, Person>(rules, { empty: '' }).write({ name: null }), { full_name: '' })
})

type Money = {
  id: string
  value: number
  amount: string
  unit: string
  state: string
  due: string
  at: number
  ms: number
  count: string
  owner: string
}

test('money is in the minor unit of its currency, without rounding faults', () => {
  const lead = mapping<Lead, Money>({ externalId: 'id', amountMinor: minor('value', 'unit'), currency: 'unit' })
  const words = mapping<Deal, Money>({ externalId: 'id', amountMinor: minorText('amount', 'unit'), currency: 'unit' })
  const base = { id: '1', value: 0, amount: '', unit: 'EUR', state: '', due: '', at: 0, ms: 0, count: '', owner: '' }

  for (const [major, unit, amountMinor] of [
    [12.5, 'EUR', 1_250],
    [1.005, 'USD', 101],
    [4.35, 'EUR', 435],
    [1_200, 'JPY', 1_200],
    [1.234, 'KWD', 1_234],
    [0, 'EUR', 0],
  ] as const) {
    assert.equal(lead.read({ ...base, value: major, unit }).amountMinor, amountMinor, `${major} ${unit}`)
    assert.equal(words.read({ ...base, amount: String(major), unit }).amountMinor, amountMinor)
  }
  assert.deepEqual(lead.write({ title: 'x', amountMinor: 1_250, currency: 'EUR' }), { value: 12.5, unit: 'EUR' })
  assert.deepEqual(lead.write({ title: 'x', amountMinor: 1_250, currency: 'JPY' }), { value: 1_250, unit: 'JPY' })
  assert.deepEqual(words.write({ title: 'x', amountMinor: 5, currency: 'EUR' }), { amount: '0.05', unit: 'EUR' })
  assert.equal(words.read({ ...base, amount: 'n/a' }).amountMinor, undefined)
  assert.deepEqual([toMinor('19.99', 'eur'), toMajor(1_999), toMinor(3)], [1_999, 19.99, 300])
})

test('times, days, words and numbers as text go both ways', () => {
  const deal = mapping<Deal, Money>({
    externalId: 'id',
    title: readOnly('owner'),
    amountMinor: text('count'),
    closesAt: day('due'),
    status: choice('state', { open: 'OPEN', won: 'CLOSED_WON', lost: 'CLOSED_LOST' }),
    createdAt: epochSeconds('at'),
    updatedAt: epochMs('ms'),
  })
  const record = {
    id: '1',
    value: 0,
    amount: '',
    unit: '',
    state: 'CLOSED_WON',
    due: '2026-05-06',
    at: 60,
    ms: 1_500,
    count: '7',
    owner: 'Ada',
  }

  const { raw: _, ...read } = deal.read(record)
  assert.deepEqual(read, {
    externalId: '1',
    title: 'Ada',
    amountMinor: 7,
    closesAt: new Date('2026-05-06T00:00:00Z'),
    status: 'won',
    createdAt: new Date(60_000),
    updatedAt: new Date(1_500),
  })
  assert.deepEqual(
    deal.write({ title: 'not sent', amountMinor: 8, status: 'lost', closesAt: new Date('2026-05-07T10:00:00Z') }),
    {
      count: '8',
      state: 'CLOSED_LOST',
      due: '2026-05-07',
    },
  )
  assert.equal(deal.read({ ...record, state: 'ARCHIVED', due: 'soon' }).status, undefined)
})

test('a field by hand is converted by hand', () => {
  const task = mapping<Task, Money>({
    externalId: 'id',
    title: field('state', {
      read: (theirs: string) => theirs.toUpperCase(),
      write: (ours: string) => ours.toLowerCase(),
    }),
  })

  assert.equal(task.read({ state: 'call' } as Money).title, 'CALL')
  assert.deepEqual(task.write({ title: 'CALL' }), { state: 'call' })
})
