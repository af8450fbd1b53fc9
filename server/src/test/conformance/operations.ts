import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { OperationName } from '../../kit/capabilities.ts'
import type { AnyConnector } from '../../kit/connector.ts'
import type { Deal, Lead, New } from '../../kit/models.ts'
import { operations } from '../../kit/operations.ts'
import { type OperationInput, type OperationOutput, offeredOperations, offers, runOperation } from '../../kit/result.ts'
import { systemClock } from '../../lib/clock.ts'
import { silentLog } from '../../lib/log.ts'
import type { Emulator } from '../../sandbox/emulator.ts'
import { createSandbox } from '../../sandbox/sandbox.ts'
import type { ConformanceOptions, Samples } from '../conformance.ts'
import { type Connected, connect } from '../connect.ts'

const future = new Date(Date.UTC(2099, 0, 1))

/** Every operation that is declared is tried against the emulator, and does what its name says. */
export function holdsToItsOperations(
  connector: AnyConnector,
  options: ConformanceOptions,
  emulator: Emulator<unknown>,
): void {
  const { name } = connector
  const sandbox = createSandbox({ clock: systemClock, log: silentLog, emulators: [emulator] })
  const has = (operation: OperationName) => offers(connector, operation)
  const tried = new Set<OperationName>()
  let context: Connected
  let samples: Samples
  let unique = 0

  before(async () => {
    await sandbox.start()
    const { world } = sandbox.emulator(emulator)
    const oauth = connector.auth.find((auth) => auth.type === 'oauth2')
    const isToBeGranted = oauth && Object.keys(options.credentials).every((field) => oauth.keep?.includes(field))
    const granted = isToBeGranted ? textsOf((await world.oauth.grant({ account: 'conformance' })).answer) : {}
    context = connect(connector, {
      vendor: { url: sandbox.url },
      overrides: sandbox.overrides(),
      credentials: { ...options.credentials, ...granted },
      settings: options.settings ?? {},
    })
    samples = { ...options.samples, ...(await options.prepare?.(context)) }
  })
  after(() => sandbox.stop())

  /** Runs an operation that must succeed. */
  async function run<Name extends OperationName>(
    operation: Name,
    input: OperationInput<Name>,
  ): Promise<OperationOutput<Name>> {
    tried.add(operation)
    const result = await runOperation(connector, context, operation, input)
    assert.ok(
      result.success,
      `${operation}: ${!result.success && `${result.error} ${JSON.stringify(context.recorded.at(-1))}`}`,
    )
    return result.data
  }
  async function fails(operation: OperationName, input: unknown, code: string): Promise<void> {
    const result = await runOperation(connector, context, operation, input as never)
    assert.ok(!result.success, `${operation} succeeded`)
    assert.equal(result.errorCode, code, result.error)
  }
  const person = () => {
    const number = ++unique
    const { email = 'ada@example.com', phone, ...rest } = samples['contacts.create'] ?? {}
    const own = {
      email: email.replace('@', `+${number}@`),
      ...(phone === undefined ? {} : { phone: `+1407978${1_000 + number}` }),
    }
    return { firstName: 'Ada', lastName: `Lovelace${number}`, phone: `+1407978${1_000 + number}`, ...rest, ...own }
  }

  test(`${name}: the credentials are checked`, async () => {
    const account = await connector.check(context)
    assert.equal(typeof account, 'object')
  })

  if (has('contacts.create')) {
    test(`${name}: a contact that is created can be got, found, updated and deleted`, async () => {
      const given = person()
      const made = await run('contacts.create', given)
      assert.notEqual(made.externalId, '')
      assert.equal(made.email, given.email)
      if (has('contacts.get'))
        assert.equal((await run('contacts.get', { externalId: made.externalId })).email, given.email)
      if (has('contacts.find')) {
        assert.equal((await run('contacts.find', { email: given.email }))?.externalId, made.externalId)
        assert.equal(await run('contacts.find', { email: 'nobody-at-all@example.com' }), null)
      }
      if (has('contacts.update')) {
        await run('contacts.update', { externalId: made.externalId, changes: { lastName: 'Byron' } })
        if (has('contacts.get')) {
          const { lastName, name: whole = '' } = await run('contacts.get', { externalId: made.externalId })
          assert.ok(lastName === 'Byron' || whole.includes('Byron'), 'the change did not arrive')
        }
        await fails('contacts.update', { externalId: '999999999', changes: { lastName: 'Byron' } }, 'NOT_FOUND')
      }
      if (has('contacts.delete')) {
        await run('contacts.delete', { externalId: made.externalId })
        if (has('contacts.get')) await fails('contacts.get', { externalId: made.externalId }, 'NOT_FOUND')
      }
    })
  }

  if (has('contacts.upsert')) {
    test(`${name}: who is upserted twice is one contact`, async () => {
      const given = person()
      const first = await run('contacts.upsert', given)
      const second = await run('contacts.upsert', { ...given, lastName: 'Byron' })
      assert.deepEqual([first.created, second.created], [true, false])
      assert.equal(second.contact.externalId, first.contact.externalId)
    })
  }

  if (has('contacts.batchUpsert')) {
    test(`${name}: a batch answers row by row`, async () => {
      const rows = await run('contacts.batchUpsert', { contacts: [person(), person(), person()] })
      assert.equal(rows.length, 3)
      for (const row of rows) assert.ok(row.success, JSON.stringify(row))
    })
  }

  if (has('contacts.list') && (has('contacts.create') || has('contacts.upsert'))) {
    test(`${name}: a list goes on to its end page by page, and an empty one is no error`, async () => {
      const make = async () =>
        has('contacts.create')
          ? (await run('contacts.create', person())).externalId
          : (await run('contacts.upsert', person())).contact.externalId
      const made = [await make(), await make(), await make(), await make(), await make()]
      const small = { ...connector, http: { ...connector.http, ...smallPages(connector) } }
      const narrow = connect(small, {
        vendor: { url: sandbox.url },
        overrides: sandbox.overrides(),
        credentials: context.credentials,
        settings: context.settings,
      })

      const result = await runOperation(small, narrow, 'contacts.list', {})

      assert.ok(result.success, !result.success ? result.error : '')
      const ids = result.data.map(({ externalId }) => externalId)
      for (const id of made) assert.ok(ids.includes(id), `the list lacks ${id}`)
      assert.equal(new Set(ids).size, ids.length, 'a contact is listed twice')
      assert.deepEqual(await run('contacts.list', { updatedSince: future }), [])
    })
  }

  if (has('contacts.changes')) {
    test(`${name}: changes since a cursor are those that came after it`, async () => {
      let cursor: string | undefined
      for (let more = true; more; ) {
        const answer = await run('contacts.changes', { cursor })
        ;({ cursor, more } = answer)
      }
      const made = has('contacts.create') ? (await run('contacts.create', person())).externalId : undefined
      const ids: string[] = []
      for (let more = true; more; ) {
        const answer = await run('contacts.changes', { cursor })
        for (const change of answer.changes)
          ids.push(change.type === 'upserted' ? change.record.externalId : change.externalId)
        ;({ cursor, more } = answer)
      }
      if (made !== undefined) assert.ok(ids.includes(made), 'what was made is not among the changes')
    })
  }

  const contactId = async () => {
    if (has('contacts.create')) return (await run('contacts.create', person())).externalId
    if (has('contacts.upsert')) return (await run('contacts.upsert', person())).contact.externalId
    return '1'
  }

  for (const kind of ['leads', 'deals'] as const) {
    if (!has(`${kind}.create`)) continue
    test(`${name}: ${kind} are created, changed and listed`, async () => {
      const sample = (samples[`${kind}.create`] ?? {
        title: 'Roof repair',
        amountMinor: 125_000,
        currency: 'EUR',
      }) as New<Deal> & New<Lead>
      const made = await run(`${kind}.create`, { contactId: await contactId(), ...sample })
      assert.equal(made.title, sample.title)
      if (has(`${kind}.update`))
        await run(`${kind}.update`, { externalId: made.externalId, changes: { title: 'Roof renewal' } })
      if (kind === 'deals' && has('deals.get')) {
        const got = await run('deals.get', { externalId: made.externalId })
        assert.equal(got.amountMinor, sample.amountMinor)
      }
      if (has(`${kind}.list`)) {
        const ids = (await run(`${kind}.list`, {})).map(({ externalId }) => externalId)
        assert.ok(ids.includes(made.externalId))
      }
    })
  }

  if (has('calendar.book')) {
    test(`${name}: an appointment is booked, found, moved and cancelled`, async () => {
      const startsAt = new Date(Date.UTC(2030, 4, 7, 14))
      const event = {
        title: 'Roof inspection',
        startsAt,
        endsAt: new Date(startsAt.getTime() + 3_600_000),
        timezone: 'America/New_York',
        attendees: [{ email: 'ada@example.com', name: 'Ada Lovelace' }],
        idempotencyKey: 'conformance0123456789',
        ...(has('contacts.create') ? { contactId: await contactId() } : {}),
        ...samples['calendar.book'],
      }
      const made = await run('calendar.book', event)
      assert.equal(made.startsAt.getTime(), event.startsAt.getTime())
      assert.equal(made.endsAt.getTime(), event.endsAt.getTime())
      if (has('calendar.find')) {
        const found = await run(
          'calendar.find',
          samples['calendar.find'] ?? { startsAt: event.startsAt, endsAt: event.endsAt, attendee: 'ada@example.com' },
        )
        assert.equal(found?.externalId, made.externalId)
      }
      if (has('calendar.busy')) {
        const busy = await run('calendar.busy', { from: event.startsAt, to: event.endsAt })
        assert.ok(
          busy.some((span) => span.startsAt <= event.startsAt && span.endsAt >= event.endsAt),
          'the time is not taken',
        )
      }
      const { externalId, calendarId } = made
      const moved = new Date(event.startsAt.getTime() + 7_200_000)
      if (has('calendar.update')) {
        const changes = { startsAt: moved, endsAt: new Date(moved.getTime() + 3_600_000) }
        assert.equal(
          (await run('calendar.update', { externalId, calendarId, changes })).startsAt.getTime(),
          moved.getTime(),
        )
      }
      if (has('calendar.cancel')) await run('calendar.cancel', { externalId, calendarId, reason: 'It rains.' })
    })
  }

  test(`${name}: every operation that is offered was tried, or is tried now`, async () => {
    for (const operation of offeredOperations(connector)) {
      if (tried.has(operation)) continue
      const own = samples[operation] ?? (await madeUp(operation, contactId))
      assert.ok(own !== undefined, `give the suite a sample of ${operation}`)
      await run(operation, own as never)
    }
    const exchanges = sandbox.unknownRequests.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(exchanges, [], 'the connector calls paths that the vendor does not have')
  })
}

/** The fields of a token answer as integrations keep them. */
const textsOf = (answer: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(answer)
      .filter(([, value]) => typeof value !== 'object')
      .map(([name, value]) => [name, String(value)]),
  )

/** Input that needs nothing but a contact and a time. */
async function madeUp(operation: OperationName, contactId: () => Promise<string>): Promise<unknown> {
  const from = new Date(Date.UTC(2030, 4, 6, 8))
  const to = new Date(Date.UTC(2030, 4, 8, 20))
  switch (operation) {
    case 'notes.create':
      return { contactId: await contactId(), subject: 'Call: booked', text: 'A <b>note</b>\nof two lines', at: from }
    case 'tasks.create':
      return { contactId: await contactId(), title: 'Call back', text: 'About the roof', dueAt: to }
    case 'calendar.busy':
      return { from, to }
    case 'calendar.availability':
      return { from, to, timezone: 'America/New_York' }
    case 'calendar.changes':
      return {}
    case 'customFields.list':
      return { object: 'contact' }
    case 'messaging.sendEmail':
      return {
        to: [{ email: 'ada@example.com', name: 'Ada' }],
        from: { email: 'hub@example.com' },
        subject: 'Hello',
        text: 'Hello Ada',
        html: '<p>Hello Ada</p>',
      }
    case 'messaging.sendSms':
      return { to: '+14079780655', from: '+14079780600', text: 'Hello Ada' }
    case 'payments.createCustomer':
      return { email: 'ada@example.com', name: 'Ada Lovelace', idempotencyKey: 'conformance-customer' }
    case 'payments.findCustomer':
      return { email: 'ada@example.com' }
    case 'payments.createPaymentIntent':
      return { amountMinor: 1_250, currency: 'EUR', description: 'Roof', idempotencyKey: 'conformance-payment' }
    case 'payments.createPaymentLink':
      return { name: 'Roof', amountMinor: 1_250, currency: 'EUR' }
    case 'automation.send':
      return { action: 'call_completed', payload: { call_id: 'call_1' } }
    default: {
      const { properties = {}, required = [] } = operations[operation].input as {
        properties?: object
        required?: string[]
      }
      return required.length === 0 && Object.keys(properties).length <= 1 ? {} : undefined
    }
  }
}

/** The connector's paging with two items on a page. */
function smallPages({ http: { pages } }: AnyConnector): { pages?: NonNullable<typeof pages> } {
  if (!pages) return {}
  const first = Object.entries(pages.first).map(([name, value]) => [
    name,
    typeof value === 'number' && value > 2 ? 2 : value,
  ])
  return { pages: { ...pages, first: Object.fromEntries(first) } }
}
