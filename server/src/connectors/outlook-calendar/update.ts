import type { CalendarEvent, Changes } from '../../kit/index.ts'
import { mergeAttendees, readEvent, writeEvent } from './mappings.ts'
import { eventOf, type OutlookContext } from './settings.ts'
import type { GraphAttendee, GraphEvent } from './types.ts'

/**
 * Changes an event. Graph takes a time with its zone and a list of attendees only whole, so that what is left out of them is read
 * before; where the attendees change, a version that changed meanwhile is refused.
 */
export async function updateEvent(
  context: OutlookContext,
  externalId: string,
  changes: Changes<CalendarEvent>,
): Promise<GraphEvent> {
  const { http } = context
  const path = eventOf(externalId)
  const { startsAt, endsAt, timezone, attendees } = changes
  const times = [startsAt, endsAt, timezone]
  const isPartOfTime = times.some((one) => one != null) && times.some((one) => one == null)
  const mergesAttendees = attendees != null && attendees.length > 0
  const present = isPartOfTime || mergesAttendees ? await http.get<GraphEvent>(path) : undefined

  const event = writeEvent(present && isPartOfTime ? { ...timesOf(context, present), ...known(changes) } : changes)
  const headers: Record<string, string> = {}
  if (present && mergesAttendees) {
    event.attendees = mergeAttendees((event.attendees ?? []) as GraphAttendee[], present.attendees)
    headers['if-match'] = present['@odata.etag']
  }
  // A repetition would no longer find the version that was read.
  return await http.patch<GraphEvent>(path, event, { headers, repeatable: headers['if-match'] === undefined })
}

function timesOf(context: OutlookContext, present: GraphEvent): Changes<CalendarEvent> {
  const { startsAt, endsAt, timezone } = readEvent(context, present, '')
  return { startsAt, endsAt, timezone: timezone ?? context.settings.timezone }
}

/** Without the times that are left as they are. */
const known = (changes: Changes<CalendarEvent>): Changes<CalendarEvent> =>
  Object.fromEntries(
    Object.entries(changes).filter(
      ([name, value]) => value !== null || !['startsAt', 'endsAt', 'timezone'].includes(name),
    ),
  )
