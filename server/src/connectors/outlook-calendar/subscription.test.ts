import assert from 'node:assert/strict'
import { test } from 'node:test'
import { outlookCalendar as emulator } from '../../sandbox/outlook-calendar/outlook-calendar.ts'
import { browser } from '../../test/acme-crm.ts'
import { type Hub, startHub } from '../../test/hub.ts'
import { offsetClock } from '../../test/offset-clock.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { until } from '../../test/until.ts'

const day = 86_400_000

test('whoever signs in at Microsoft is subscribed to; changes arrive, and the subscription outlives what Graph does to it', async () => {
  await using world = await connected()
  const { hub, microsoft, clock, sandbox } = world
  const ids = () =>
    microsoft
      .subscriptions()
      .list()
      .map(({ id }) => id)
  const [first] = await until('the subscription', () => ids().length === 1 && ids())
  const { data } = microsoft.subscriptions().need(first!)
  assert.deepEqual([data.resource, data.changeType], ['/me/events', 'created,updated,deleted'])
  assert.match(data.notificationUrl, new RegExp(`/webhooks/outlook-calendar/i/${world.id}$`))

  microsoft.events().create({
    ...{ subject: 'Roof', attendees: [], isCancelled: false },
    start: { dateTime: '2030-05-07T10:00:00', timeZone: 'Eastern Standard Time' },
    end: { dateTime: '2030-05-07T11:00:00', timeZone: 'Eastern Standard Time' },
  })
  await until('the news', () => hasEvent(hub, 'outlook-calendar.calendar.changed'))

  clock.advance(6.5 * day)
  hub.app.engine.wake()
  await until('the renewal', () => microsoft.subscriptions().need(first!).data.expiresAt > data.expiresAt)

  microsoft.lifecycle(first!, 'subscriptionRemoved')
  const [second] = await until('another subscription', () => ids().length === 1 && ids()[0] !== first && ids())
  microsoft.lifecycle(second!, 'reauthorizationRequired')
  await until('a third subscription', () => ids().length === 1 && ids()[0] !== second)

  assert.equal(await hasEvent(hub, 'outlook-calendar.subscription.subscriptionRemoved'), true)
  assert.deepEqual(sandbox.unknownRequests, [])
  const answers = sandbox.webhooks.map(({ status }) => status)
  assert.deepEqual(new Set(answers), new Set([202]))
})

const hasEvent = async (hub: Hub, type: string): Promise<boolean> =>
  (await hub.request<unknown[]>('GET', `/api/events?type=${type}`)).body.data.length > 0

/** A hub whose workspace has signed in at the sandbox's Microsoft. */
async function connected() {
  const clock = offsetClock()
  const sandbox = await startSandbox({ emulators: [emulator], clock })
  const hub = await startHub({
    clock,
    env: {
      TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()),
      MICROSOFT_CLIENT_ID: 'sandbox-outlook-calendar',
      MICROSOFT_CLIENT_SECRET: 'sandbox-outlook-calendar-secret',
    },
  })
  const begun = await hub.request<{ url: string }>('GET', '/api/integrations/oauth/microsoft/authorize', {
    headers: { accept: 'application/json' },
  })
  const page = await browser().visit(begun.body.data.url)
  const id = /"integrationId":"([0-9a-f-]{36})"/.exec(page.text)?.[1]
  assert.ok(id, page.text)
  return {
    ...{ hub, sandbox, clock, id },
    microsoft: sandbox.emulator(emulator),
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]()
      await sandbox[Symbol.asyncDispose]()
    },
  }
}
