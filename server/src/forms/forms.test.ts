import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Hub, startHub } from '../test/hub.ts'
import type { Submitted } from './schema.ts'

type Event = { type: string; payload: Record<string, unknown> }

test('a form is an event and, where it says who sent it, a lead', async () => {
  await using hub = await startHub()

  const answer = await hub.request<Submitted>('POST', '/api/forms/contact/submissions', {
    body: {
      email: 'Ada@Example.com',
      name: 'Ada Lovelace',
      fields: { message: 'Call me.' },
      pageUrl: 'https://example.com/',
    },
  })
  const event = await hub.request<Event>('GET', `/api/events/${answer.body.data.eventId}`)
  const lead = await hub.request<{ id: string; source: string }>('GET', '/api/integrations/crm/leads/ada@example.com')
  const anonymous = await hub.request<Submitted>('POST', '/api/forms/survey/submissions', {
    body: { fields: { age: 36 } },
  })

  assert.equal(answer.status, 201, answer.text)
  assert.equal(event.body.data.type, 'form.submitted')
  const { formId, leadId, fields } = event.body.data.payload
  assert.deepEqual(
    { formId, leadId, fields },
    { formId: 'contact', leadId: lead.body.data.id, fields: { message: 'Call me.' } },
  )
  assert.equal(lead.body.data.source, 'contact_form')
  assert.deepEqual([anonymous.status, anonymous.body.data.leadId], [201, null])
})

test('without a storage a form counts all the same, and each file says why it was not stored', async () => {
  await using hub = await startHub()

  const { status, data } = await submit(hub, { email: 'ada@example.com', message: 'Call me.' }, { plan: 'a plan' })
  const event = await hub.request<Event>('GET', `/api/events/${data.eventId}`)

  assert.equal(status, 201)
  assert.deepEqual(
    data.files.map(({ field, name, stored, errorCode }) => ({ field, name, stored, errorCode })),
    [{ field: 'plan', name: 'plan.txt', stored: false, errorCode: 'INTEGRATION_NOT_ACTIVE' }],
  )
  assert.deepEqual(event.body.data.payload.fields, { message: 'Call me.' })
})

test('with a storage its files are kept, and one that may not be is told of', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-forms-'))
  try {
    await using hub = await startHub({ env: { TENON_DATA: folder, TENON_FILE_LIMIT: '2000' } })
    await hub.request('POST', '/api/integrations', { body: { templateId: 'local-disk', name: 'Disk' } })

    const { data } = await submit(hub, { name: 'Ada' }, { plan: 'a plan', large: 'a'.repeat(3_000), last: 'the last' })
    const file = await hub.request<{ name: string; folder: string }>('GET', `/api/files/${data.files[0]?.fileId}`)

    assert.deepEqual(
      data.files.map(({ field, errorCode }) => [field, errorCode]),
      [
        ['plan', null],
        ['large', 'PAYLOAD_TOO_LARGE'],
        ['last', null],
      ],
    )
    assert.deepEqual([file.body.data.name, file.body.data.folder], ['plan.txt', 'forms'])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('what is not valid is refused by its field, and nothing is kept', async () => {
  await using hub = await startHub()

  const json = await hub.request('POST', '/api/forms/contact/submissions', { body: { email: 'nobody' } })
  const unknown = await hub.request('POST', '/api/forms/contact/submissions', { body: { mail: 'a@example.com' } })
  const none = await hub.request('POST', '/api/forms/contact/submissions', {})
  const form = await submit(hub, { email: 'nobody' }, {})
  const name = await hub.request('POST', '/api/forms/a%20b/submissions', { body: {} })

  assert.deepEqual(
    json.body.details?.map(({ field }) => field),
    ['body.email'],
  )
  assert.deepEqual(
    unknown.body.details?.map(({ field }) => field),
    ['body.mail'],
  )
  for (const { status } of [json, unknown, none, form, name]) assert.equal(status, 400)
  assert.deepEqual((await hub.request('GET', '/api/events?type=form.submitted')).body.data, [])
})

async function submit(hub: Hub, fields: Record<string, string>, files: Record<string, string>) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  for (const [name, content] of Object.entries(files))
    form.set(name, new Blob([content], { type: 'text/plain' }), `${name}.txt`)
  const answer = await fetch(`${hub.url}/api/forms/contact/submissions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.apiKey}` },
    body: form,
  })
  const { data } = (await answer.json()) as { data: Submitted }
  return { status: answer.status, data }
}
