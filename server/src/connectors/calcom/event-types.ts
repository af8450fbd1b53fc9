import { ConnectorError, settingMissing } from '../../kit/index.ts'
import { eventTypesVersion, paths } from './paths.ts'
import type { CalContext } from './settings.ts'
import type { CalEventType, CalMe, Reply } from './types.ts'

/** The account's own event types. */
export async function eventTypesOf({ http }: CalContext): Promise<CalEventType[]> {
  const { username } = (await http.get<Reply<CalMe>>(paths.me)).data
  return (await http.get<Reply<CalEventType[]>>(paths.eventTypes, { username }, eventTypesVersion)).data
}

/** The event type that is asked for, that of the settings, or the first that anybody may see. */
export async function eventTypeOf(context: CalContext, id: string | undefined): Promise<CalEventType> {
  const wanted = id ?? context.settings.event_type_id
  if (wanted !== undefined)
    return (await context.http.get<Reply<CalEventType>>(paths.eventType(wanted), undefined, eventTypesVersion)).data
  const first = (await eventTypesOf(context)).find(({ hidden }) => hidden !== true)
  if (first === undefined) throw settingMissing('event_type_id', 'the account has no event type that can be seen')
  return first
}

/** What says how long it is to be: nothing where that goes without saying. @throws ConnectorError where it cannot be that long */
export function lengthOf(eventType: CalEventType, minutes: number | undefined): number | undefined {
  const { lengthInMinutes: usual, lengthInMinutesOptions: options } = eventType
  if (minutes === undefined || minutes === usual) return undefined
  if (options?.includes(minutes)) return minutes
  const lengths = [...new Set([usual, ...(options ?? [])])].join(' or ')
  throw new ConnectorError(
    'VALIDATION_FAILED',
    `Cal.com: "${eventType.title}" takes ${lengths} minutes, not ${minutes}; choose another event type (VALIDATION_FAILED)`,
  )
}
