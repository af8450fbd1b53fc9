import type { Account, World } from '../emulator.ts'
import { refused } from './answers.ts'
import { addressOf, calendarsOf, needWritable } from './calendars.ts'
import { eventsIn, needEvent, type SandboxEvent } from './events.ts'
import type { EventBody } from './schemas.ts'

export type Mail = { eventId: string; kind: 'invitation' | 'update' | 'cancellation'; to: string[]; comment?: string }

/**
 * The event that this very request made before.
 * @throws the refusal 409 where another one was made with the same transaction
 */
export function twinOf(account: Account, body: EventBody) {
  const { transactionId } = body
  if (transactionId == null) return undefined
  for (const { id } of calendarsOf(account).list()) {
    const [twin] = eventsIn(account, id).list({
      deleted: 'also',
      where: ({ data }) => data.transactionId === transactionId,
    })
    if (twin?.deletedAt === undefined && twin?.data.fingerprint === JSON.stringify(body)) return twin
    if (twin)
      throw refused(
        409,
        'ErrorDuplicateTransactionId',
        "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.",
      )
  }
  return undefined
}

/** Deletes an event or one occurrence of it, and writes to whoever was invited. */
export function remove(world: World, account: Account, id: string, comment?: string): void {
  const { calendarId, records, record, day } = needEvent(account, id)
  needWritable(account, calendarId)
  if (day === undefined) records.delete(record.id)
  else records.update(record.id, { exceptions: [...(record.data.exceptions ?? []), day] })
  mail(world, account, record.id, record.data, 'cancellation', comment)
}

/** Outlook writes to all attendees of its own accord. */
export function mail(
  world: World,
  account: Account,
  eventId: string,
  event: SandboxEvent,
  kind: Mail['kind'],
  comment?: string,
) {
  const to = event.attendees.map(({ emailAddress }) => emailAddress.address).filter((one) => one !== addressOf(account))
  if (to.length === 0) return
  const written: Mail = { eventId, kind, to, ...(comment === undefined ? {} : { comment }) }
  account.records<Mail>('mails').create(written, `mail${world.nextId('mail')}`)
}
