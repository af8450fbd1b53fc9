import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IncomingWebhook } from '@slack/webhook'
import { runOperation } from '../../kit/index.ts'
import { slack as emulator } from '../../sandbox/slack/slack.ts'
import { conformance } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { slack } from './slack.ts'

const credentials = { webhookUrl: 'https://hooks.slack.com/services/T0SANDBOX/B0SANDBOX/sandbox' }
const send = { action: 'lead.captured', payload: { email: 'ada@example.com' } }

conformance(slack, {
  emulator,
  credentials,
  codes: { 404: 'AUTH_ERROR' },
  failureBody: () => ({ note: 'Slack answers words' }),
  probe: async (context) => await slack.capabilities.automation?.send?.(context as never, send),
})

test('fields become lines, a text is posted as it stands, and nobody is called by what people wrote', async () => {
  await using channel = await startChannel()

  await channel.send({
    action: 'lead.captured',
    payload: { email: 'ada@example.com', note: '<!channel> & <https://evil.example|here>', none: null },
  })
  await channel.send({ action: 'x', payload: { text: 'New lead', blocks: [{ type: 'divider' }] } })

  const [first, second] = channel.posts()
  assert.equal(
    first?.text,
    '*lead.captured*\n• email: ada@example.com\n• note: &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;',
  )
  assert.deepEqual([second?.text, second?.blocks], ['New lead', [{ type: 'divider' }]])
})

test('a check posts nothing, and tells a webhook that is gone', async () => {
  await using channel = await startChannel()

  assert.match((await slack.check(channel.context as never)).name ?? '', /^Slack webhook of T0SA/)
  channel.end('no_service')
  await assert.rejects(slack.check(channel.context as never), { code: 'AUTH_ERROR' })
  assert.deepEqual(channel.posts(), [])
})

test('an archived channel needs a person, and forbidden posting a permission', async () => {
  await using channel = await startChannel()
  const codes: string[] = []
  for (const state of ['channel_is_archived', 'action_prohibited'] as const) {
    channel.end(state)
    const result = await channel.send(send)
    codes.push(result.success ? '' : result.errorCode)
  }
  assert.deepEqual(codes, ['AUTH_ERROR', 'PERMISSION_DENIED'])
})

test('a URL that is none of Slack is never called, and a message that may have been posted is not posted again', async () => {
  await using vendor = await fakeVendor(() => 'cut')
  for (const webhookUrl of [
    'https://hooks.slack.com.example.com/services/T1/B1/x',
    'https://hooks.slack.com/services/../x',
  ]) {
    const result = await runOperation(
      slack,
      connect(slack, { vendor, credentials: { webhookUrl } }),
      'automation.send',
      send,
    )
    assert.ok(!result.success && result.errorCode === 'AUTH_ERROR')
  }
  assert.equal(vendor.calls.length, 0)

  const result = await runOperation(slack, connect(slack, { vendor, credentials }), 'automation.send', send)

  assert.ok(!result.success && result.ambiguous)
  assert.equal(vendor.calls.length, 1)
})

test("Slack's own client gets along with the sandbox", async () => {
  await using channel = await startChannel()
  const base = channel.sandbox.overrides()['hooks.slack.com'] ?? ''

  const answer = await new IncomingWebhook(channel.url.replace('https://hooks.slack.com', base)).send({ text: 'Hello' })

  assert.equal(answer.text, 'ok')
  assert.equal(channel.posts()[0]?.text, 'Hello')
  assert.deepEqual(channel.sandbox.unknownRequests, [])
})

/** A channel with a webhook of its own, and the connector connected to it. */
async function startChannel() {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const { newHook, posts, end } = sandbox.emulator(emulator)
  const { id, url } = newHook()
  const context = connect(slack, {
    vendor: { url: sandbox.url },
    overrides: sandbox.overrides(),
    credentials: { webhookUrl: url },
  })
  return {
    sandbox,
    context,
    url,
    posts,
    end: (state: Parameters<typeof end>[1]) => end(id, state),
    send: (input: { action: string; payload: unknown }) => runOperation(slack, context, 'automation.send', input),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  }
}
