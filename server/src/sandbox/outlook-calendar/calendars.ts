import type { Account } from '../emulator.ts'
import type { Records } from '../records.ts'
import { notFound, refused } from './answers.ts'

export type SandboxCalendar = { name: string; canEdit: boolean; isDefault?: boolean; color?: string }
type Found = { id: string; data: SandboxCalendar }

export const addressOf = ({ name }: Account): string => `${name}@example.com`

/** The calendars of an account; the first is its own, which has no need of its id. */
export function calendarsOf(account: Account): Records<SandboxCalendar> {
  const calendars = account.records<SandboxCalendar>('calendars')
  if (!calendars.get(idOf(account, 'calendar'))) {
    calendars.create({ name: 'Calendar', canEdit: true, isDefault: true }, idOf(account, 'calendar'))
    calendars.create({ name: 'Team', canEdit: true }, idOf(account, 'team'))
    calendars.create({ name: 'Holidays', canEdit: false }, idOf(account, 'holidays'))
  }
  return calendars
}

const idOf = ({ name }: Account, calendar: string): string =>
  `AAMk${Buffer.from(`${name} ${calendar}`).toString('base64url')}=`

/** @throws the refusal 404 */
export function needCalendar(account: Account, id: string | undefined): Found {
  const calendar = calendarsOf(account).get(id ?? idOf(account, 'calendar'))
  if (!calendar) throw notFound()
  return calendar
}

/** @throws the refusals 404, and 403 where the person may only read */
export function needWritable(account: Account, id: string | undefined): Found {
  const calendar = needCalendar(account, id)
  if (!calendar.data.canEdit)
    throw refused(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')
  return calendar
}

export const shownCalendar = (account: Account, { id, data, version }: Found & { version: number }) => ({
  id,
  name: data.name,
  color: 'auto',
  hexColor: '',
  isDefaultCalendar: data.isDefault ?? false,
  changeKey: `ck${version}`,
  canShare: data.canEdit,
  canViewPrivateItems: true,
  canEdit: data.canEdit,
  allowedOnlineMeetingProviders: ['teamsForBusiness'],
  defaultOnlineMeetingProvider: 'teamsForBusiness',
  isTallyingResponses: data.isDefault ?? false,
  isRemovable: !data.isDefault,
  owner: { name: account.name, address: addressOf(account) },
})
