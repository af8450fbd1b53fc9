import type { Account, World } from '../emulator.ts'
import { badRequest } from './answers.ts'
import { addressOf, calendarsOf, needCalendar } from './calendars.ts'
import { eventsIn, occurrencesOf } from './events.ts'
import type { Preferences } from './preferences.ts'
import type { ScheduleBody } from './schemas.ts'
import { instantOf, readTime, shownTime } from './zones.ts'

const longestMs = 62 * 86_400_000

/** When people and rooms of the organisation are taken: the accounts of the sandbox, by their addresses. */
export function scheduleOf(world: World, body: ScheduleBody, { timeZone }: Preferences) {
  const [from, to] = [instantOf(readTime(body.startTime)), instantOf(readTime(body.endTime))]
  if (from >= to) throw badRequest('The start time must come before the end time.', 'ErrorInvalidParameter')
  if (to - from > longestMs) throw badRequest('The requested time duration is too long.', 'ErrorTimeRangeTooLong')
  if (body.schedules.length > 20)
    throw badRequest('The number of schedules exceeds the limit of 20.', 'ErrorInvalidParameter')
  const { availabilityViewInterval = 30 } = body
  return {
    value: body.schedules.map((scheduleId) => {
      const account = world.accounts().find((one) => addressOf(one) === scheduleId.toLowerCase())
      if (!account) {
        const error = {
          message: `Unable to resolve e-mail address ${scheduleId}.`,
          responseCode: 'ErrorMailRecipientNotFound',
        }
        return { scheduleId, availabilityView: '', error }
      }
      const items = itemsOf(account, from, to)
      return {
        scheduleId,
        availabilityView: viewOf(items, from, to, availabilityViewInterval * 60_000),
        scheduleItems: items.map(({ status, ...at }) => ({
          isPrivate: false,
          status,
          start: shownTime(at.from, timeZone),
          end: shownTime(at.to, timeZone),
        })),
        workingHours: { daysOfWeek: ['monday'], startTime: '08:00:00.0000000', endTime: '17:00:00.0000000' },
      }
    }),
  }
}

type Item = { status: string; from: number; to: number }

function itemsOf(account: Account, from: number, to: number): Item[] {
  calendarsOf(account)
  return eventsIn(account, needCalendar(account, undefined).id)
    .list()
    .flatMap((record) => occurrencesOf(record, from, to))
    .map((one) => ({ status: one.record.data.showAs ?? 'busy', from: one.from, to: one.to }))
}

const digits: Record<string, string> = { free: '0', tentative: '1', busy: '2', oof: '3', workingElsewhere: '4' }

function viewOf(items: readonly Item[], from: number, to: number, stepMs: number): string {
  const steps = Array.from({ length: Math.ceil((to - from) / stepMs) }, (_, index) => from + index * stepMs)
  const taken = (at: number) => items.find((item) => item.from < at + stepMs && item.to > at)
  return steps.map((at) => digits[taken(at)?.status ?? 'free'] ?? '2').join('')
}
