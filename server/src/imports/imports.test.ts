import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Lead } from '../leads/schema.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import { readCsv } from './csv.ts'
import type { Export, Import, Preview } from './schema.ts'

const hub = await startHub()
after(() => hub[Symbol.asyncDispose]())
const base = '/api/integrations/crm'

async function begin() {
  const { id, apiKey: key } = await hub.addWorkspace()
  const upload = (file: string, query = '') =>
    hub.request<Import>('POST', `${base}/imports${query}`, { key, body: file, headers: { 'content-type': 'text/csv' } })
  const get = <Data>(path: string) => hub.request<Data>('GET', `${base}${path}`, { key })
  const ended = (importId: string) =>
    until('the import to end', async () => {
      const { data } = (await get<Import>(`/imports/${importId}`)).body
      return data.status !== 'running' && data
    })
  const take = async (file: string, query = '') => {
    const { body, text } = await upload(file, query)
    assert.ok(body.success, text)
    return ended(body.data.id)
  }
  const leads = async () => (await get<Lead[]>('/leads?order=asc')).body.data
  return { id, key, upload, get, take, leads, ended }
}

test('a file is taken in, whatever its delimiter and columns are called, and a second time changes nothing', async () => {
  const { take, leads, get } = await begin()
  const file =
    '\ufeff"E-Mail";"First Name";Surname;Telephone;Country;Tags;Plan\r\nada@example.com;Ada;"Love;lace";020 7946 0958;GB;a|b;pro\r\n\r\nGRACE@example.com;Grace;Hopper;;;;\r\n'

  const first = await take(file, '?name=old.csv&tag=imported')
  const [ada, grace] = await leads()
  const second = await take(file, '?tag=imported')

  assert.deepEqual([first.total, first.created, first.failed, first.status], [2, 2, 0, 'completed'])
  assert.deepEqual([second.created, second.updated, second.unchanged], [0, 0, 2])
  assert.deepEqual(
    [ada?.email, ada?.lastName, ada?.phone, ada?.timezone],
    ['ada@example.com', 'Love;lace', '+442079460958', 'Europe/London'],
  )
  assert.deepEqual([ada?.tags, ada?.customFields, ada?.source], [['a', 'b', 'imported'], { Plan: 'pro' }, 'import'])
  assert.equal(grace?.email, 'grace@example.com')
  const { data: timeline } = (await get<{ title: string }[]>(`/leads/${ada!.id}/activities`)).body
  assert.deepEqual(
    timeline.map(({ title }) => title),
    ['Imported from old.csv'],
  )
})

test('how a file would be read is shown from its beginning, and nothing is changed', async () => {
  const { key, leads, get } = await begin()
  const beginning = 'Mail\tFirst name\tPlan\tNote\nada@example.com\tAda\tpro\t\ngrace@example.com\t\tfree\t\n'
  const see = (body: string, query = '') =>
    hub.request<Preview>('POST', `${base}/imports/preview${query}`, {
      key,
      body,
      headers: { 'content-type': 'text/csv' },
    })

  const { data } = (await see(beginning, '?mapping={"Note":null}')).body
  const { data: otherwise } = (await see(beginning, '?delimiter=|')).body
  const unreadable = await see('a,a\n1,2\n')

  assert.equal(data.delimiter, '\t')
  assert.deepEqual(data.columns, [
    { name: 'Mail', field: 'email', examples: ['ada@example.com', 'grace@example.com'] },
    { name: 'First name', field: 'firstName', examples: ['Ada'] },
    { name: 'Plan', field: 'customFields.Plan', examples: ['pro', 'free'] },
    { name: 'Note', field: null, examples: [] },
  ])
  assert.equal(otherwise.columns.length, 1)
  assert.equal(unreadable.status, 400)
  assert.deepEqual([await leads(), (await get<Import[]>('/imports')).body.data], [[], []])
})

test('rows that cannot be taken in are counted and can be downloaded with why, the others are taken in', async () => {
  const { take, leads, get } = await begin()
  const file =
    'email,name,status,score\nada@example.com,Ada,qualified,7\nnot an address,B,,\n,C,,\nd@example.com,D,nowhere,\ne@example.com,=E(),,high\n'

  const ended = await take(file)

  assert.deepEqual([ended.total, ended.done, ended.created, ended.failed], [5, 5, 1, 4])
  assert.deepEqual(
    (await leads()).map(({ email, status, score }) => [email, status, score]),
    [['ada@example.com', 'qualified', 7]],
  )
  const errors = await get(`/imports/${ended.id}/errors`)
  assert.equal(errors.headers.get('content-type'), 'text/csv; charset=utf-8')
  const { columns, rows } = await readCsv(Buffer.from(errors.text))
  assert.deepEqual(columns, ['email', 'name', 'status', 'score', 'row', 'error'])
  assert.deepEqual(
    rows.map((cells) => cells[4]),
    ['3', '4', '5', '6'],
  )
  assert.match(rows[1]![5]!, /neither an e-mail address nor a phone/)
  assert.match(rows[2]![5]!, /not a stage/)
  assert.equal(rows[3]![1], "'=E()")
})

test('a mapping says what columns are', async () => {
  const { take, upload, leads } = await begin()
  const mapping = encodeURIComponent(
    JSON.stringify({ Kontakt: 'email', Firma: 'company', Notiz: null, Stufe: 'customFields.level' }),
  )

  await take('Kontakt,Firma,Notiz,Stufe\nada@example.com,Engines,secret,3\n', `?mapping=${mapping}`)

  const [ada] = await leads()
  assert.deepEqual([ada?.email, ada?.company, ada?.customFields], ['ada@example.com', 'Engines', { level: '3' }])
  for (const wrong of ['[]', '{"Kontakt":1}', '{"Nope":"email"}', '{"Kontakt":"password"}', '{']) {
    const { status } = await upload('Kontakt\nx\n', `?mapping=${encodeURIComponent(wrong)}`)
    assert.equal(status, 400, wrong)
  }
})

test('a file that cannot be read is refused as a whole', async () => {
  const { upload, leads, get, key } = await begin()
  const wrong: [string, RegExp][] = [
    ['', /empty/],
    ['email,email\na@example.com,b@example.com', /two columns/],
    ['email,name\n"a@example.com,Ada\nb@example.com,B\n', /cannot be read as CSV/],
    ['email,na"me\na@example.com,Ada\n', /cannot be read as CSV at line 1/],
    ['email\na\0b', /null/],
  ]
  for (const [file, message] of wrong) {
    const { status, text } = await upload(file)
    assert.equal(status, 400, text)
    assert.match(text, message)
  }
  const latin = await fetch(`${hub.url}${base}/imports`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'text/csv' },
    body: new Uint8Array([0x65, 0xe9, 0x0a]),
  })
  assert.equal(latin.status, 400)
  const json = await hub.request('POST', `${base}/imports`, { key, body: { a: 1 } })
  assert.equal(json.status, 415)
  assert.deepEqual(await leads(), [])
  assert.deepEqual((await get<Import[]>('/imports')).body.data, [])
})

test('a file of several thousand rows is taken in step by step, with progress', async () => {
  const { take, get } = await begin()
  const rows = Array.from({ length: 2_000 }, (_, at) => `person${at % 1_900}@example.com,Person ${at % 1_900}`)

  const ended = await take(`email,name\n${rows.join('\n')}\n`)

  assert.deepEqual([ended.total, ended.done, ended.created, ended.unchanged], [2_000, 2_000, 1_900, 100])
  assert.equal((await get<Import[]>('/imports')).body.data[0]!.id, ended.id)
})

test('leads are written to a file that can be taken in again', async () => {
  const { key, get, take } = await begin()
  await take('email,name,phone\nada@example.com,"Lovelace, Ada",+442079460958\ngrace@example.com,=cmd(),\n')
  const begun = await hub.request<Export>('POST', `${base}/exports`, { key, body: {} })
  assert.equal(begun.status, 201, begun.text)

  const ended = await until('the export to end', async () => {
    const { data } = (await get<Export>(`/exports/${begun.body.data.id}`)).body
    return data.status !== 'running' && data
  })
  const file = await get(`/exports/${ended.id}/file`)

  assert.deepEqual([ended.status, ended.done], ['completed', 2])
  const { columns, rows } = await readCsv(Buffer.from(file.text))
  const cell = (row: number, name: string) => rows[row]![columns.indexOf(name)]
  assert.deepEqual(
    [cell(0, 'email'), cell(0, 'name'), cell(0, 'phone')],
    ['ada@example.com', 'Lovelace, Ada', '+442079460958'],
  )
  assert.equal(cell(1, 'name'), "'=cmd()")
  const filtered = await hub.request('POST', `${base}/exports`, { key, body: { custom: 'x' } })
  assert.equal(filtered.status, 400)
})
