import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Connection } from 'jsforce'
import { startSandbox } from '../../test/sandbox.ts'
import type { Sandbox } from '../sandbox.ts'
import { createSalesforce, salesforce } from './salesforce.ts'

const session = 'sandbox-salesforce-session'
const data = '/services/data/v66.0'

test('jsforce makes, finds, changes, upserts and deletes records, alone and many at once', async () => {
  const emulator = createSalesforce({ batchSize: 2 })
  await using sandbox = await startSandbox({ emulators: [emulator] })
  sandbox.emulator(emulator).addField('Contact', 'Hub_Id__c', { type: 'string', externalId: true })
  const connection = new Connection({ instanceUrl: `${sandbox.url}/salesforce`, accessToken: session, version: '66.0' })
  const contacts = connection.sobject('Contact')

  const made = await contacts.create({ LastName: 'Lovelace', Email: 'ada@example.com' })
  const many = await contacts.create([{ LastName: 'Turing' }, { Email: 'no@example.com' }, { LastName: 'Hopper' }])
  await contacts.update({ Id: String(made.id), FirstName: "Ada's" })
  const upserted = await contacts.upsert({ Hub_Id__c: 'h1', LastName: 'Byron' }, 'Hub_Id__c')
  const again = await contacts.upsert({ Hub_Id__c: 'h1', FirstName: 'Lord' }, 'Hub_Id__c')
  const found = await contacts.find({ FirstName: "Ada's" }, ['Id', 'LastName', 'CreatedDate'])
  const all = await connection.query(
    "SELECT Id, LastName FROM Contact WHERE (LastName LIKE '%r%' OR Email != null) ORDER BY LastName",
    {
      autoFetch: true,
    },
  )
  const { fields } = await contacts.describe()
  const begin = new Date(Date.now() - 120_000)
  await contacts.destroy(String(made.id))
  const { deletedRecords } = await contacts.deleted(begin.toISOString(), new Date(Date.now() + 60_000).toISOString())

  assert.deepEqual(
    many.map(({ success }) => success),
    [true, false, true],
  )
  assert.match(String(made.id), /^003\d{12}AAA$/)
  assert.deepEqual([upserted.id, 'created' in upserted && upserted.created], [again.id, true])
  assert.deepEqual(
    found.map(({ Id, LastName }) => [Id, LastName]),
    [[made.id, 'Lovelace']],
  )
  assert.deepEqual(
    all.records.map(({ LastName }) => LastName),
    ['Byron', 'Hopper', 'Lovelace', 'Turing'],
  )
  assert.equal(fields.find(({ name }) => name === 'Hub_Id__c')?.externalId, true)
  assert.deepEqual(
    deletedRecords.map(({ id }) => id),
    [made.id],
  )
  await assert.rejects(contacts.retrieve(String(made.id)), { errorCode: 'ENTITY_IS_DELETED' })
  assert.deepEqual(sandbox.unknownRequests, [])
})

test('unknown fields, missing ones, wrong values, queries that make no sense and other versions are refused', async () => {
  await using sandbox = await startSandbox({ emulators: [salesforce] })
  const query = (soql: string) => call(sandbox, 'GET', `${data}/query?q=${encodeURIComponent(soql)}`)
  const answers = [
    await call(sandbox, 'POST', `${data}/sobjects/Contact`, { LastName: 'A', Nickname: 'B' }),
    await call(sandbox, 'POST', `${data}/sobjects/Lead`, { LastName: 'A' }),
    await call(sandbox, 'POST', `${data}/sobjects/Contact`, { LastName: 'A', Email: 'nobody' }),
    await call(sandbox, 'POST', `${data}/sobjects/Contact`, { LastName: 'A', Id: '003' }),
    await call(sandbox, 'POST', `${data}/sobjects/Opportunity`, {
      Name: 'A',
      StageName: 'Gone',
      CloseDate: '2026-01-01',
    }),
    await call(sandbox, 'POST', `${data}/sobjects/Task`, { Status: 'Not Started', Priority: 'Normal', WhoId: '003x' }),
    await query('SELECT Nickname FROM Contact'),
    await query('SELECT Id FROM Contact WHERE'),
    await query("SELECT Id FROM Event WHERE Description LIKE '%a%'"),
    await query("SELECT Id FROM Contact WHERE SystemModstamp > '2026-01-01'"),
    await query('SELECT Id FROM Nothing'),
    await call(sandbox, 'PATCH', `${data}/sobjects/Contact/Email/a%40example.com`, { LastName: 'A' }),
    await call(sandbox, 'GET', '/services/data/v30.0/sobjects/Contact/describe'),
    await call(sandbox, 'GET', `${data}/sobjects/Contact/describe`, undefined, 'another-session'),
  ]

  assert.deepEqual(
    answers.map(({ status, code }) => [status, code]),
    [
      [400, 'INVALID_FIELD'],
      [400, 'REQUIRED_FIELD_MISSING'],
      [400, 'INVALID_EMAIL_ADDRESS'],
      [400, 'INVALID_FIELD_FOR_INSERT_UPDATE'],
      [400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
      [400, 'MALFORMED_ID'],
      [400, 'INVALID_FIELD'],
      [400, 'MALFORMED_QUERY'],
      [400, 'INVALID_FIELD'],
      [400, 'INVALID_FIELD'],
      [400, 'INVALID_TYPE'],
      [404, 'NOT_FOUND'],
      [404, 'NOT_FOUND'],
      [401, 'INVALID_SESSION_ID'],
    ],
  )
})

async function call(sandbox: Sandbox, method: string, path: string, body?: unknown, bearer = session) {
  const answer = await fetch(`${sandbox.url}/salesforce${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const [fault] = (await answer.json()) as { errorCode: string }[]
  return { status: answer.status, code: fault?.errorCode }
}
