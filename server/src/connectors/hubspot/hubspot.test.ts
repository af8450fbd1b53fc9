import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '@hubspot/api-client'
import { runOperation } from '../../kit/index.ts'
import { manualClock } from '../../lib/clock.ts'
import { sandboxSequence } from '../../sandbox/hubspot/automation.ts'
import { createHubspot } from '../../sandbox/hubspot/hubspot.ts'
import { sandboxSlug } from '../../sandbox/hubspot/scheduler.ts'
import { signed } from '../../sandbox/hubspot/webhooks.ts'
import { conformance, inboundRequest } from '../../test/conformance.ts'
import { connect } from '../../test/connect.ts'
import { fakeVendor } from '../../test/fake-vendor.ts'
import { startReceiver } from '../../test/receiver.ts'
import { startSandbox } from '../../test/sandbox.ts'
import { hubspot } from './hubspot.ts'
import { contact, deal, meeting } from './mappings.ts'
import { nationalNumber } from './phones.ts'
import type { Settings } from './settings.ts'

const credentials = { token: 'pat-sandbox-hubspot' }
/** HubSpot with a search limit that no test reaches. */
const emulator = createHubspot({ searchesPerSecond: 1_000 })

const times = { createdAt: '2026-05-01T10:00:00.000Z', updatedAt: '2026-05-02T10:00:00.000Z', archived: false }
const events = [
  {
    eventId: 1,
    subscriptionId: 11,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'contact.creation',
    objectId: 7,
  },
  {
    eventId: 1,
    subscriptionId: 12,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'deal.propertyChange',
    objectId: 8,
    propertyName: 'amount',
  },
  {
    eventId: 2,
    subscriptionId: 13,
    portalId: 4610001,
    occurredAt: 1_780_000_000_000,
    subscriptionType: 'company.creation',
    objectId: 9,
  },
]

conformance(hubspot, {
  emulator,
  credentials,
  settings: { meeting_link: sandboxSlug, workflow_property: 'hs_lead_status' },
  failureBody: (status) => ({
    status: 'error',
    message: `status ${status}`,
    category: 'VALIDATION_ERROR',
    correlationId: '1',
  }),
  prepare: async (context) => {
    const made = await runOperation(hubspot, context, 'contacts.create', { email: 'grace@example.com' })
    assert.ok(made.success)
    return { 'workflows.trigger': { workflowId: 'OPEN', contactId: made.data.externalId } }
  },
  mappings: {
    contact: {
      mapping: contact,
      record: {
        ...times,
        id: '7',
        properties: {
          email: 'ada@example.com',
          phone: '+14079780655',
          firstname: 'Ada',
          lastname: 'Lovelace',
          company: 'Engines',
        },
      },
    },
    deal: {
      mapping: deal,
      record: {
        ...times,
        id: '8',
        properties: {
          dealname: 'Roof',
          pipeline: 'default',
          dealstage: 'contractsent',
          amount: '1250.5',
          deal_currency_code: 'EUR',
          closedate: '2026-06-01T00:00:00Z',
        },
      },
    },
    meeting: {
      mapping: meeting,
      record: {
        ...times,
        id: '9',
        properties: {
          hs_meeting_title: 'Inspection',
          hs_meeting_start_time: '2026-06-01T10:00:00Z',
          hs_meeting_end_time: '2026-06-01T11:00:00Z',
          hs_meeting_body: 'One &lt;b&gt;<br>two &amp; three',
          hs_meeting_outcome: 'SCHEDULED',
        },
      },
    },
  },
  webhook: {
    body: JSON.stringify(events),
    sign: ({ body, secret, at, url }) => ({ headers: signed({ url, secret, body, at: at.getTime() }) }),
    events: ['contact.created', 'deal.updated', 'hubspot.company.creation'],
    routingKey: '4610001',
  },
})

async function open(settings: Settings = {}) {
  const sandbox = await startSandbox({ emulators: [emulator] })
  const context = connect(hubspot, { vendor: sandbox, overrides: sandbox.overrides(), credentials, settings })
  const run = async <Name extends Parameters<typeof runOperation>[2]>(
    name: Name,
    input: Parameters<typeof runOperation<Name>>[3],
  ) => {
    const result = await runOperation(hubspot, context, name, input)
    assert.ok(result.success, result.success ? '' : `${name}: ${result.error}`)
    return result.data
  }
  return {
    sandbox,
    context,
    run,
    vendor: sandbox.emulator(emulator),
    [Symbol.asyncDispose]: sandbox[Symbol.asyncDispose],
  }
}

test('a thousand contacts go in ten requests', async () => {
  await using hub = await open()
  const contacts = Array.from({ length: 1_000 }, (_, at) => ({ email: `person${at}@example.com`, firstName: `P${at}` }))

  const rows = await hub.run('contacts.batchUpsert', { contacts })

  assert.equal(rows.filter((row) => row.success && row.created).length, 1_000)
  assert.equal(hub.context.recorded.length, 10)
})

test('one contact that HubSpot refuses fails alone, and the others of its batch are written', async () => {
  await using hub = await open()

  const rows = await hub.run('contacts.batchUpsert', {
    contacts: [{ email: 'ada@example.com' }, { email: 'not an address' }, { email: 'alan@example.com' }],
  })

  assert.deepEqual(
    rows.map((row) => row.success),
    [true, false, true],
  )
  assert.match(rows[1]?.success === false ? rows[1].error : '', /INVALID_EMAIL.*\(VENDOR_REJECTED\)$/)
  assert.equal(hub.context.recorded[0]?.status, 207)
})
