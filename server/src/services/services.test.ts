import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTenon, type Tenon } from '../index.ts'
import { googleCalendar } from '../sandbox/google-calendar/google-calendar.ts'
import { s3, sandboxKeys } from '../sandbox/s3/s3.ts'
import { testDatabase } from '../test/database.ts'
import { startReceiver } from '../test/receiver.ts'
import { startSandbox } from '../test/sandbox.ts'

const sandbox = await startSandbox({ emulators: [googleCalendar, s3] })
const database = await testDatabase()
const tenon = await createTenon({
  databaseUrl: database.url,
  masterKey: 'ab'.repeat(32),
  allowLoopback: true,
  log: 'silent',
  settings: {
    DB_POOL: '8',
    TENON_STOP_MS: '2000',
    TENON_VENDOR_OVERRIDES: JSON.stringify(sandbox.overrides()),
    GOOGLE_CLIENT_ID: 'sandbox-google-calendar',
    GOOGLE_CLIENT_SECRET: 'sandbox-google-calendar-secret',
  },
})
after(async () => {
  await tenon.stop()
  await database[Symbol.asyncDispose]()
  await sandbox[Symbol.asyncDispose]()
})

const meeting = {
  title: 'Client Meeting',
  description: 'Consultation',
  // To the second, as calendars have it.
  startTime: new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 86_400_000),
  endTime: new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 90_000_000),
  attendees: ['ada@example.com'],
  timezone: 'America/New_York',
}
const newWorkspace = async () => (await tenon.workspaces.create({ name: 'Acme' })).id
const resultsOf = async (workspaceId: string, hub: Tenon = tenon) =>
  (await hub.client(workspaceId).services.results.list()).data

async function withCalendar(): Promise<string> {
  const workspaceId = await newWorkspace()
  const { accessToken, refreshToken } = await sandbox.emulator(googleCalendar).world.oauth.grant()
  const { status } = await tenon.client(workspaceId).services.configureCalendar({ accessToken, refreshToken })
  assert.equal(status, 'active')
  return workspaceId
}

test('an event is made, moved and cancelled in the connected calendar, and each result can be looked up', async () => {
  const workspaceId = await withCalendar()

  const made = await tenon.createCalendarEvent(workspaceId, meeting)
  assert.ok(made.success, JSON.stringify(made))
  const { id, integrationId, externalId } = made.data
  const byAnHour = (time: Date) => new Date(time.getTime() + 3_600_000)
  const later = { startTime: byAnHour(meeting.startTime), endTime: byAnHour(meeting.endTime) }
  const moved = await tenon.updateCalendarEvent(workspaceId, id, later)
  const refused = await tenon.updateCalendarEvent(workspaceId, id, { ...later, endTime: later.startTime })
  const cancelled = await tenon.deleteCalendarEvent(workspaceId, id)
  const again = await tenon.deleteCalendarEvent(workspaceId, id)

  assert.ok(moved.success && moved.data.startTime === later.startTime.toISOString(), JSON.stringify(moved))
  assert.ok(!refused.success && refused.errorCode === 'VALIDATION_FAILED' && !refused.gracefulFail)
  assert.deepEqual(
    [cancelled, again],
    [
      { success: true, data: null },
      { success: true, data: null },
    ],
  )
  const results = await resultsOf(workspaceId)
  assert.deepEqual(results.map(({ service, status }) => [service, status]).toReversed(), [
    ['createCalendarEvent', 'success'],
    ['updateCalendarEvent', 'success'],
    ['deleteCalendarEvent', 'success'],
    ['deleteCalendarEvent', 'success'],
  ])
  const kept = await tenon.client(workspaceId).services.results.get(id)
  assert.deepEqual([kept.integrationId, kept.externalId], [integrationId, externalId])
})

test('without a calendar, and with one that is sick, a booking may carry on', async () => {
  const [bare, workspaceId] = [await newWorkspace(), await withCalendar()]

  const none = await tenon.createCalendarEvent(bare, meeting)
  sandbox.faults.set({ vendor: 'google-calendar', kind: 'server_error', status: 500 })
  const sick = await tenon.createCalendarEvent(workspaceId, meeting)
  sandbox.faults.clear()

  assert.deepEqual([none.success, sick.success], [false, false])
  assert.ok(!none.success && none.errorCode === 'INTEGRATION_NOT_ACTIVE' && none.gracefulFail)
  assert.ok(!sick.success && sick.gracefulFail, JSON.stringify(sick))
  assert.deepEqual(
    (await resultsOf(bare)).map(({ status, errorCode, gracefulFail }) => [status, errorCode, gracefulFail]),
    [['failed', 'INTEGRATION_NOT_ACTIVE', true]],
  )
})

test('an event stays in the calendar that it was made in, whatever is connected since, and no other workspace reaches it', async () => {
  const workspaceId = await withCalendar()
  const made = await tenon.createCalendarEvent(workspaceId, { ...meeting, idempotencyKey: 'once' })
  const repeated = await tenon.createCalendarEvent(workspaceId, { ...meeting, idempotencyKey: 'once' })
  assert.ok(made.success && repeated.success)
  const { refreshToken } = await sandbox.emulator(googleCalendar).world.oauth.grant({ account: 'another' })
  const other = await tenon.client(workspaceId).call('POST /api/integrations', {
    body: { templateId: 'google-calendar', credentials: { refreshToken }, defaultFor: ['calendar'] },
  })

  const moved = await tenon.updateCalendarEvent(workspaceId, made.data.id, { title: 'Moved' })
  const elsewhere = await tenon.createCalendarEvent(workspaceId, meeting)
  const foreign = await tenon.deleteCalendarEvent(await newWorkspace(), made.data.id)

  assert.equal(made.data.externalId, repeated.data.externalId)
  assert.ok(moved.success && moved.data.integrationId === made.data.integrationId, JSON.stringify(moved))
  assert.ok(elsewhere.success && elsewhere.data.integrationId === other.id, JSON.stringify(elsewhere))
  assert.ok(!foreign.success && foreign.errorCode === 'NOT_FOUND')
})

test('files are kept, linked to and deleted by workspace, and what could not be done is a result', async () => {
  const workspaceId = await newWorkspace()
  const file = { name: 'plan.txt', content: Buffer.from('a plan'), contentType: 'text/plain' }
  const without = await tenon.uploadFile(workspaceId, file, 'forms')
  const { services } = tenon.client(workspaceId)
  await services.configureStorage({ ...sandboxKeys, bucketName: 'files' })

  const stored = await tenon.uploadFile(workspaceId, file, 'forms')
  assert.ok(stored.success, JSON.stringify(stored))
  const link = await tenon.getFileUrl(workspaceId, stored.data.key, 60)
  const deleted = await tenon.deleteFile(workspaceId, stored.data.key)
  const gone = await tenon.deleteFile(workspaceId, stored.data.key)

  assert.ok(link.success && link.data.url.includes('plan.txt'))
  assert.ok(deleted.success && !gone.success && gone.errorCode === 'NOT_FOUND')
  assert.ok(!without.success && without.gracefulFail)
  assert.deepEqual((await resultsOf(workspaceId)).map(({ service, status }) => [service, status]).toReversed(), [
    ['uploadFile', 'failed'],
    ['uploadFile', 'success'],
    ['deleteFile', 'success'],
    ['deleteFile', 'failed'],
  ])
})

test('connections and webhooks are tested, and what came of it is kept', async () => {
  await using endpoint = await startReceiver()
  const workspaceId = await newWorkspace()
  const { accessToken, refreshToken } = await sandbox.emulator(googleCalendar).world.oauth.grant()
  const place = { name: 'Slack', url: endpoint.url, events: ['booking.created'] }
  const { id } = await tenon.webhooks.registerEndpoint(workspaceId, place)
  const booking = {
    bookingId: '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71',
    startsAt: meeting.startTime.toISOString(),
    endsAt: meeting.endTime.toISOString(),
  }

  const calendar = await tenon.testCalendarConnection(workspaceId, { accessToken, refreshToken })
  const storage = await tenon.testStorageConnection(workspaceId, { ...sandboxKeys, bucketName: 'missing' })
  const webhook = await tenon.testWebhook(workspaceId, id)
  const nowhere = await tenon.testWebhook(workspaceId, '0198c5f0-7a3e-7c4d-9b1e-2f6a8d3c5e71')
  const triggered = await tenon.triggerWebhook(workspaceId, 'booking.created', booking)

  assert.ok(calendar.success && !storage.success && webhook.success, JSON.stringify({ calendar, storage, webhook }))
  assert.ok(!nowhere.success && nowhere.errorCode === 'NOT_FOUND')
  assert.ok(triggered.success, JSON.stringify(triggered))
  assert.deepEqual((await resultsOf(workspaceId)).map(({ service, status }) => [service, status]).toReversed(), [
    ['testCalendarConnection', 'success'],
    ['testStorageConnection', 'failed'],
    ['testWebhook', 'success'],
    ['testWebhook', 'failed'],
  ])
})
