import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import { plainTextOf } from './plain-text.ts'
import type { EmailTemplate, Rendered } from './schema.ts'

test('what comes from outside is escaped in HTML, and a subject stays one line', async () => {
  await using hub = await startHub()
  const name = '<script>alert(1)</script>"\'&'
  const title = 'Roof\r\nBcc: victim@example.com'
  const data = { name, title, startsAt: '2026-03-09T14:00:00Z', timezone: 'Europe/Paris' }

  const { body } = await hub.request<Rendered>('POST', '/api/email/preview', {
    body: { template: 'booking.confirmation', data },
  })

  const { subject, html, text } = body.data
  assert.equal(subject, 'Confirmed: Roof Bcc: victim@example.com')
  assert.ok(!html?.includes('<script>'))
  assert.match(html ?? '', /Hello &lt;script&gt;alert\(1\)&lt;\/script&gt;&#34;&#39;&amp;,/)
  assert.match(html ?? '', /Monday,? 9 March 2026 at 15:00 \(Europe\/Paris\)/)
  assert.ok(text?.startsWith(`Hello ${name},`))
})

test("a workspace's own template counts in place of the built-in one, until it is deleted", async () => {
  await using hub = await startHub()
  const path = '/api/email/templates/booking.reminder'
  const own = { subject: 'Soon: {{ title }}', html: '<p>Soon, {{ name }}</p>', text: 'Soon, {{ name }}' }
  const preview = async () => {
    const data = { name: 'Ada & Co', title: 'Roof' }
    return (await hub.request<Rendered>('POST', '/api/email/preview', { body: { template: 'booking.reminder', data } }))
      .body.data
  }

  const put = await hub.request<EmailTemplate>('PUT', path, { body: own })
  const during = await preview()
  const removed = await hub.request('DELETE', path)
  const after = await preview()

  assert.deepEqual([put.body.data.isBuiltIn, put.body.data.isCustom], [true, true])
  assert.equal(during.subject, 'Soon: Roof')
  assert.match(during.html ?? '', /<p>Soon, Ada &amp; Co<\/p>[\s\S]*Test/)
  assert.equal(during.text, 'Soon, Ada & Co\n\n-- \nTest')
  assert.equal(removed.status, 204)
  assert.equal(after.subject, 'Reminder: Roof')
})

test('a flow sends its mail whatever somebody wrote into the template, and however slow the machine is', async () => {
  await using hub = await startHub()
  const path = '/api/email/templates/booking.reminder'
  const { id } = hub.workspace
  const slow = {
    toString() {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      return 'Ada'
    },
  }
  const send = (key: string, data: object) =>
    hub.database.inWorkspace(id, async (tx) => {
      const mail = { to: 'ada@example.com', template: 'booking.reminder', key, data: { title: 'Roof', ...data } }
      const made = await hub.app.email.send(tx, id, mail)
      return await tx.selectFrom('emailSendRecords').selectAll().where('id', '=', made.id).executeTakeFirstOrThrow()
    })

  await hub.request('PUT', path, { body: { subject: '{{ nickname }}', html: '<p>Soon: {{ title }}</p>' } })
  const nameless = await send('nameless', {})
  await hub.request('DELETE', path)
  const late = await send('late', { name: slow })

  assert.deepEqual([nameless.subject, nameless.text], ['Reminder: Roof', 'Soon: Roof\n\n-- \nTest'])
  assert.equal(late.subject, 'Reminder: Roof')
  assert.match(late.html ?? '', /Hello Ada,/)
})

test('the layout is a template, too, and must leave room for the others', async () => {
  await using hub = await startHub()
  const layout = { subject: '', html: '<body>Ours: {{ content | raw }}</body>', usesLayout: false }

  const bad = await hub.request('PUT', '/api/email/templates/layout', { body: { ...layout, html: '<body></body>' } })
  await hub.request('PUT', '/api/email/templates/layout', { body: layout })
  const draft = { subject: 'Hi', html: '<p>{{ word }}</p>' }
  const { body } = await hub.request<Rendered>('POST', '/api/email/preview', { body: { draft, data: { word: '<b>' } } })

  assert.equal(bad.status, 400)
  assert.equal(body.data.html, '<body>Ours: <p>&lt;b&gt;</p></body>')
  assert.equal(body.data.text, '<b>')
})

test('a template that cannot be filled in is refused when it is written, and never breaks a flow', async () => {
  await using hub = await startHub()
  const put = (body: object) => hub.request('PUT', '/api/email/templates/booking.confirmation', { body })
  const { app, database, workspace } = hub

  const broken = await put({ subject: 'x', html: '{% if %}' })
  const endless = await put({ subject: 'x', html: '{% for i in (1..100000000) %}{{ i }}{% endfor %}' })
  const { id } = await database.transaction((tx) =>
    app.email.send(tx, workspace.id, {
      to: 'ada@example.com',
      template: 'booking.confirmation',
      data: { title: 'Roof' },
    }),
  )
  const { body } = await hub.request<{ subject: string }>('GET', `/api/email/sends/${id}`)

  assert.deepEqual([broken.status, broken.body.details?.[0]?.field], [400, 'body.html'])
  assert.equal(endless.status, 200)
  assert.equal(body.data.subject, 'Confirmed: Roof')
})

test('a template reaches neither files nor what objects inherit', async () => {
  await using hub = await startHub()
  const draft = { subject: 's', html: '{{ name.constructor.name }}|{{ name.length }}', usesLayout: false }
  const including = { subject: 's', html: '{% include "/etc/passwd" %}', usesLayout: false }

  const inherited = await hub.request<Rendered>('POST', '/api/email/preview', {
    body: { draft, data: { name: { a: 1 } } },
  })
  const files = await hub.request('POST', '/api/email/preview', { body: { draft: including } })

  assert.equal(inherited.body.data.html, '|')
  assert.equal(files.status, 400)
  assert.ok(!files.text.includes('root:'))
})

test('plain text keeps paragraphs, lists and links', () => {
  const html = `<head><style>p{}</style></head><p>Hello&nbsp;Ada &amp; Co,</p><p>two<br>lines</p>
    <ul><li>one</li><li><a href="https://example.com/x?a=1&amp;b=2">two</a></li></ul><!-- no --><a href="https://a.b">https://a.b</a>`

  assert.equal(
    plainTextOf(html),
    'Hello\u00a0Ada & Co,\n\ntwo\nlines\n\n- one\n\n- two (https://example.com/x?a=1&b=2)\n\nhttps://a.b',
  )
})
