import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Lead, StatusChangeEntry } from '../leads/schema.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import { readCsv } from './csv.ts'
import type { Import } from './schema.ts'

const hub = await startHub()
after(() => hub[Symbol.asyncDispose]())
const base = '/api/integrations/crm'

async function begin() {
  const { apiKey: key } = await hub.addWorkspace()
  const get = <Data>(path: string) => hub.request<Data>('GET', `${base}${path}`, { key })
  const take = async (file: string) => {
    const headers = { 'content-type': 'text/csv' }
    const { body, text } = await hub.request<Import>('POST', `${base}/imports`, { key, body: file, headers })
    assert.ok(body.success, text)
    return until('the import to end', async () => {
      const { data } = (await get<Import>(`/imports/${body.data.id}`)).body
      return data.status !== 'running' && data
    })
  }
  const lead = async (email: string) => (await get<Lead>(`/leads/${email}`)).body.data
  const errors = async ({ id }: Import) => (await get(`/imports/${id}/errors`)).text
  return { get, take, lead, errors }
}

test('columns without a name are left out, and names and cells of several lines are read', async () => {
  const { take, lead } = await begin()

  const taken = await take(
    'Email;"First\nName";Street;"Plan\n(2026)";;\r\nada@example.com;Ada;"12 High St\r\nLondon";pro;;\r\n',
  )

  assert.deepEqual([taken.created, taken.failed], [1, 0])
  const { firstName, address, customFields } = await lead('ada@example.com')
  assert.deepEqual([firstName, address.street, customFields], ['Ada', '12 High St London', { 'Plan (2026)': 'pro' }])
})

test('rows keep the numbers that a spreadsheet shows, whatever is blank between them', async () => {
  const { take, errors } = await begin()

  const taken = await take('\n;;\nEmail;Score\nada@example.com;1\n\n;\ngrace@example.com;much\n;\n\n')

  assert.deepEqual([taken.total, taken.done, taken.created, taken.failed], [2, 2, 1, 1])
  assert.match(await errors(taken), /^grace@example\.com,much,7,score/m)
})

test('a file of errors that was corrected is imported as it is, and gives a file of errors of the same kind', async () => {
  const { take, lead, errors } = await begin()
  const first = await errors(await take('Email,Score,Plan\nada@example.com,much,pro\ngrace@example.com,few,pro\n'))

  const second = await take(first.replace('much', '1'))

  assert.deepEqual([second.created, second.failed], [1, 1])
  assert.deepEqual((await lead('ada@example.com')).customFields, { Plan: 'pro' })
  assert.match(await errors(second), /^Email,Score,Plan,row,error\r\ngrace@example\.com,few,pro,3,score/)
})

test('a phone that cannot be read makes nobody, since the next import would make the person again', async () => {
  const { take, get, errors } = await begin()
  const file = 'Phone,Country,Name\n020 7946 0958,,Ada\n020 7946 0958,GB,Grace\n'

  const [first, second] = [await take(file), await take(file)]

  assert.deepEqual([first.created, first.failed, second.created, second.unchanged], [1, 1, 0, 1])
  assert.match(await errors(first), /phone cannot be read without its country code/)
  assert.equal((await get<Lead[]>('/leads')).body.data.length, 1)
})

test('several rows of one lead move it step by step, each from where the one before left it', async () => {
  const { take, get, lead } = await begin()
  await take('Email,Status\nada@example.com,new\n')

  await take('Email,Status\nada@example.com,contacted\nada@example.com,Qualified\nada@example.com,contacted\n')

  const { status, version } = await lead('ada@example.com')
  assert.deepEqual([status, version], ['contacted', 4])
  assert.deepEqual(
    (await get<StatusChangeEntry[]>('/leads/ada@example.com/status')).body.data.map(({ from, to }) => [from, to]),
    [
      [null, 'new'],
      ['new', 'contacted'],
      ['contacted', 'qualified'],
      ['qualified', 'contacted'],
    ],
  )
})

test('what stands between cells is told by the first line, wherever lines end', async () => {
  const file = ['Email;"Name, a;\nand,more,"', 'ada@example.com;a,b,c,d,e', 'grace@example.com;"f,g,h"']
  for (const end of ['\r', '\n', '\r\n']) {
    const { columns, rows, delimiter } = await readCsv(Buffer.from(file.join(end) + end))

    assert.deepEqual([delimiter, columns.length, rows.length, rows[1]], [';', 2, 2, ['grace@example.com', 'f,g,h']])
  }
})

test('no character is broken, wherever the pieces are cut in which a file is read', async () => {
  const beginning = 'Email,Note\nada@example.com,'
  for (const length of [262_142, 262_143, 262_144]) {
    const text = `${beginning}${'n'.repeat(80_000)}`
    const cells = Math.ceil((length - text.length) / 80_000)
    const filler = Array.from({ length: cells }, () => `,${'f'.repeat(79_999)}`).join('')
    const whole = `${text}${filler}`.slice(0, length)

    const { rows } = await readCsv(Buffer.from(`${whole}😀\n`))

    assert.ok(rows[0]?.at(-1)?.endsWith('😀'), `cut at ${length}`)
  }
})

test('two files with the same people in another order, each with rows that fail, are taken in at once', async () => {
  const { take, get } = await begin()
  const rows = Array.from(
    { length: 500 },
    (_, n) => `p${n}@example.com,Person ${n},${n % 100 === 50 ? 'nowhere' : 'contacted'}`,
  )
  const file = (list: string[]) => ['Email,Name,Status', ...list].join('\n')

  const [one, other] = await Promise.all([take(file(rows)), take(file(rows.toReversed()))])

  assert.deepEqual([one.status, other.status], ['completed', 'completed'])
  assert.deepEqual([one.failed, other.failed], [5, 5])
  assert.deepEqual([one.created + other.created, one.unchanged + other.unchanged], [495, 495])
  assert.match((await get(`/imports/${one.id}/errors`)).text, /^p150@example\.com,Person 150,nowhere,152,"status/m)
})
