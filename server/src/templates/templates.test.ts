import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startHub } from '../test/hub.ts'
import type { Template, TemplateDetail } from './schema.ts'

test('every template that the hub brings comes with its logo and its setup guide', async () => {
  await using hub = await startHub()

  const { body } = await hub.request<Template[]>('GET', '/api/integrations/templates')
  const details = await Promise.all(
    body.data.map(({ id }) => hub.request<TemplateDetail>('GET', `/api/integrations/templates/${id}`)),
  )

  assert.notEqual(body.data.length, 0)
  for (const { body } of details) {
    assert.match(body.data.icon ?? '', /^data:image\/svg\+xml;base64,/, body.data.id)
    assert.match(body.data.setupInstructions ?? '', /^# /, body.data.id)
  }
})
