import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Lead } from '../leads/schema.ts'
import { startHub } from '../test/hub.ts'
import { until } from '../test/until.ts'
import type { Export, Import } from './schema.ts'

const base = '/api/integrations/crm'
const csv = { 'content-type': 'text/csv' }

test('a person who is erased does not come back out of a file that waits, and the other rows keep their numbers', async () => {
  await using hub = await startHub({ role: 'api' })
  await hub.request('POST', `${base}/leads`, { body: { email: 'ada@example.com' } })
  const body = 'Email,Score\ngrace@example.com,1\n Ada@Example.com ,2\nalan@example.com,much\n'
  const { data: begun } = (await hub.request<Import>('POST', `${base}/imports`, { body, headers: csv })).body

  const erased = await hub.request('POST', `${base}/leads/ada@example.com/erase`)

  assert.equal(erased.status, 200, erased.text)
  const { rows } = await sql<{ text: string }>`select rows::text as text from crm_import_chunks`.execute(
    hub.database.hub,
  )
  assert.ok(rows.length === 1 && !/ada/i.test(rows[0]!.text))
  await using worker = await startHub({ role: 'worker', databaseUrl: hub.databaseUrl })
  assert.ok(worker)
  const done = await until('the import to end', async () => {
    const { data } = (await hub.request<Import>('GET', `${base}/imports/${begun.id}`)).body
    return data.status === 'completed' && data
  })
  assert.deepEqual([done.total, done.done, done.created, done.failed], [2, 2, 1, 1])
  assert.match((await hub.request('GET', `${base}/imports/${begun.id}/errors`)).text, /^alan@example\.com,much,4,/m)
  const { data: leads } = (await hub.request<Lead[]>('GET', `${base}/leads`)).body
  assert.deepEqual(
    leads.map(({ email }) => email),
    ['grace@example.com'],
  )
})

test('a person who is erased between the reading of a page and its writing is not in the file', async () => {
  await using hub = await startHub()
  const { leads } = hub.app
  for (const name of ['ada', 'grace'])
    await hub.request('POST', `${base}/leads`, { body: { email: `${name}@example.com` } })
  const { search } = leads
  leads.search = async (workspaceId, filter) => {
    const found = await search(workspaceId, filter)
    if (filter.limit !== 1) {
      leads.search = search
      await leads.erase(workspaceId, 'ada@example.com', 'test')
    }
    return found
  }

  const { data: begun } = (await hub.request<Export>('POST', `${base}/exports`, { body: {} })).body
  const done = await until('the export to end', async () => {
    const { data } = (await hub.request<Export>('GET', `${base}/exports/${begun.id}`)).body
    return data.status !== 'running' && data
  })

  assert.deepEqual([done.status, done.done], ['completed', 1])
  const { text } = await hub.request('GET', `${base}/exports/${begun.id}/file`)
  assert.ok(text.includes('grace@example.com') && !text.includes('ada@example.com'), text)
})
