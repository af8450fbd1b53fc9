import { randomBytes } from 'node:crypto'
import {
  type AnyConnector,
  type Context,
  type OperationInput,
  type OperationName,
  type OperationOutput,
  type OperationResult,
  runOperation,
} from '../src/kit/index.ts'
import { offers } from '../src/kit/result.ts'

export type Say = (operation: OperationName | 'check', result: OperationResult<unknown>, note?: string) => void

/**
 * Tries what harms nobody: it reads, and it makes only what it can take away again, and does. Mail, bookings with guests, payments and automations are
 * left out. Answers the operations that were tried.
 */
export async function tryOperations(connector: AnyConnector, context: Context, say: Say): Promise<Set<OperationName>> {
  const tried = new Set<OperationName>()
  const mark = `tenon-try-${randomBytes(4).toString('hex')}`

  async function run<Name extends OperationName>(
    name: Name,
    input: OperationInput<Name>,
  ): Promise<OperationOutput<Name> | undefined> {
    if (!offers(connector, name)) return undefined
    const result = await runOperation(connector, context, name, input, { limit: 5 })
    // It needs more than may be given here, such as a guest.
    if (!result.success && result.errorCode === 'VALIDATION_FAILED') return undefined
    tried.add(name)
    say(name, result, result.success ? countOf(result.data) : undefined)
    return result.success ? result.data : undefined
  }

  /** Makes something only where it can be taken away. */
  const canUndo = (make: OperationName, undo: OperationName) => offers(connector, make) && offers(connector, undo)

  await run('customFields.list', { object: 'contact' })
  await run('deals.pipelines', {})
  await run('workflows.list', {})
  await run('calendar.calendars', {})
  await run('voice.agents', {})
  await run('ads.forms', {})
  await run('ads.leads', {})
  const from = new Date(context.now().getTime() + day)
  const to = new Date(from.getTime() + day)
  await run('calendar.busy', { from, to })
  await run('contacts.find', { email: `${mark}@example.com` })
  if (canUndo('contacts.create', 'contacts.delete')) {
    const contact = await run('contacts.create', { email: `${mark}@example.com`, firstName: 'Tenon', lastName: 'Try' })
    if (contact) {
      const { externalId } = contact
      await run('contacts.get', { externalId })
      await run('contacts.update', { externalId, changes: { lastName: 'Tried' } })
      await run('contacts.delete', { externalId })
    }
  }
  // Elsewhere a booking takes somebody's time or writes to a guest, without whom Calendly books nothing.
  if (connector.category === 'calendar' && connector.id !== 'calendly' && canUndo('calendar.book', 'calendar.cancel')) {
    const startsAt = new Date(from.getTime() + 30 * day)
    const endsAt = new Date(startsAt.getTime() + 15 * 60_000)
    const booked = await run('calendar.book', { title: `${mark}, can be deleted`, startsAt, endsAt, timezone: 'UTC' })
    if (booked) await run('calendar.cancel', { externalId: booked.externalId })
  }
  if (canUndo('storage.put', 'storage.delete')) {
    const key = `${mark}.txt`
    const put = await run('storage.put', { key, content: Buffer.from('Tenon was here.\n'), contentType: 'text/plain' })
    if (put) {
      await run('storage.url', { key, expiresInSeconds: 60 })
      await run('storage.delete', { key })
    }
  }
  return tried
}

const day = 86_400_000

const countOf = (data: unknown): string | undefined =>
  Array.isArray(data) ? `${data.length} found` : data === null ? 'nothing found' : undefined
