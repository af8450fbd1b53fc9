import { sql } from 'kysely'
import type { Db } from '../db/database.ts'

/** Whom appointments are of. */
export type Customer = { email?: string | undefined; phones: readonly string[] }

/** The digits that a number is written with, with its country's code or without. */
const digitsOf = (phones: readonly string[]): string[] =>
  phones.flatMap((phone) => {
    const digits = phone.replace(/\D/g, '')
    return digits.length === 11 && digits.startsWith('1') ? [digits, digits.slice(1)] : [digits]
  })

/** Appointments of a customer that are still to come, the next one first. */
export const listUpcoming = (db: Db, workspaceId: string, { email, phones }: Customer, now: Date) =>
  db
    .selectFrom('calendarEvents')
    .select(['id', 'startsAt', 'endsAt', 'title', 'hostIds', 'timezone'])
    .where('workspaceId', '=', workspaceId)
    .where('status', '=', 'confirmed')
    .where('startsAt', '>', now)
    .where((is) =>
      is.or([
        ...(email === undefined ? [] : [is(is.fn<string>('lower', ['email']), '=', email.toLowerCase())]),
        // Whoever made the booking may have written the number otherwise.
        ...(phones.length === 0
          ? []
          : [is(sql<string>`regexp_replace(phone, '\\D', '', 'g')`, 'in', digitsOf(phones))]),
      ]),
    )
    .orderBy('startsAt')
    .limit(5)
    .execute()

/** The lead with this address, or else one with this phone. */
export const findPerson = (db: Db, workspaceId: string, { email, phones }: Customer) =>
  db
    .selectFrom('crmLeads')
    .select(['id', 'name', 'firstName', 'lastName', 'email', 'phone', 'status'])
    .where('workspaceId', '=', workspaceId)
    .where((is) =>
      is.or([
        ...(email === undefined ? [] : [is('email', '=', email.toLowerCase())]),
        ...(phones.length === 0 ? [] : [is('phone', 'in', [...phones])]),
      ]),
    )
    .orderBy('updatedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
