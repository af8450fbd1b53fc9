import { invalid, notFound } from '../api/errors.ts'
import type { Database } from '../db/database.ts'
import { chooseIntegration } from '../integrations/choice.ts'
import type { Runner } from '../integrations/runner.ts'
import { dayIn } from '../integrations/wall-clock.ts'
import { ConnectorError } from '../kit/errors.ts'
import type { Attendee, CalendarEvent as VendorEvent } from '../kit/models.ts'
import { failureOf, type OperationResult } from '../kit/result.ts'
import type { Templates } from '../templates/templates.ts'
import type { Results } from './results.ts'
import type { CalendarEvent, CalendarEventChanges, NewCalendarEvent } from './schema.ts'

/**
 * Events in the calendar that a workspace has connected. Where one is, is kept with the result of its making: a workspace that connects
 * another calendar meanwhile still changes it where it is.
 */
export function createCalendarEvents(deps: {
  database: Database
  runner: Pick<Runner, 'run'>
  templates: Pick<Templates, 'find'>
  results: Results
}) {
  const { database, runner, templates, results } = deps

  const chosen = (workspaceId: string, integrationId: string | undefined) =>
    integrationId === undefined
      ? database
          .inWorkspace(workspaceId, (tx) => chooseIntegration(tx, workspaceId, templates, 'calendar.book'))
          .then((choice) => choice?.row.id)
      : Promise.resolve(integrationId)

  /** Where an event is. @throws ApiError NOT_FOUND where no such event was made here */
  async function placeOf(workspaceId: string, id: string) {
    const row = await results.find(workspaceId, id)
    if (row?.service !== 'createCalendarEvent' || row.externalId === null || row.integrationId === null)
      throw notFound('calendar event')
    const { calendarId } = row.data as CalendarEvent
    const place = { externalId: row.externalId, ...(calendarId === null ? {} : { calendarId }) }
    return { integrationId: row.integrationId, place, made: row.data as CalendarEvent }
  }

  return {
    /** @throws ApiError VALIDATION_FAILED; NOT_FOUND for an integration that is named and is none */
    async create(workspaceId: string, event: NewCalendarEvent): Promise<OperationResult<CalendarEvent>> {
      const { calendarId, integrationId: wanted, idempotencyKey, ...fields } = event
      checkTimes(fields)
      const integrationId = await chosen(workspaceId, wanted)
      return results.keep<CalendarEvent>(
        workspaceId,
        'createCalendarEvent',
        integrationId,
        async (id) => {
          if (integrationId === undefined) return failureOf(noCalendar())
          const result = await runner.run(workspaceId, integrationId, 'calendar.book', {
            ...(partsOf(fields) as ReturnType<typeof partsOf> & Pick<VendorEvent, 'title' | 'startsAt' | 'endsAt'>),
            ...(calendarId === undefined ? {} : { calendarId }),
            idempotencyKey: idempotencyKey ?? id,
          })
          return result.success ? { success: true, data: answerOf(id, integrationId, result.data, calendarId) } : result
        },
        ({ externalId, endTime }) => ({ externalId, until: new Date(endTime) }),
      )
    },

    /** @throws ApiError VALIDATION_FAILED, NOT_FOUND */
    async update(
      workspaceId: string,
      id: string,
      changes: CalendarEventChanges,
    ): Promise<OperationResult<CalendarEvent>> {
      checkTimes(changes)
      const { integrationId, place } = await placeOf(workspaceId, id)
      const result = await results.keep<CalendarEvent>(workspaceId, 'updateCalendarEvent', integrationId, async () => {
        const done = await runner.run(workspaceId, integrationId, 'calendar.update', {
          ...place,
          changes: partsOf(changes),
        })
        if (!done.success) return done
        return { success: true, data: answerOf(id, integrationId, done.data, place.calendarId) }
      })
      if (result.success) await results.extend(workspaceId, id, new Date(result.data.endTime))
      return result
    },

    /** One that is gone already counts as deleted. @throws ApiError NOT_FOUND */
    async remove(workspaceId: string, id: string, reason?: string): Promise<OperationResult<null>> {
      const { integrationId, place } = await placeOf(workspaceId, id)
      return results.keep<null>(workspaceId, 'deleteCalendarEvent', integrationId, async () => {
        const input = { ...place, ...(reason === undefined ? {} : { reason }) }
        const done = await runner.run(workspaceId, integrationId, 'calendar.cancel', input)
        if (done.success || done.errorCode === 'NOT_FOUND') return { success: true, data: null }
        return done
      })
    },
  }
}

const noCalendar = () =>
  new ConnectorError('INTEGRATION_NOT_ACTIVE', 'No calendar is connected in which events could be made.')

/** @throws ApiError VALIDATION_FAILED for a zone that is none, and an end that is not after its start */
function checkTimes({ startTime, endTime, timezone }: CalendarEventChanges): void {
  if (timezone !== undefined && !dayIn('2000-01-01', timezone))
    throw invalid('body.timezone', 'must be the IANA name of a time zone, such as Europe/Paris')
  if (startTime !== undefined && endTime !== undefined && !(Date.parse(startTime) < Date.parse(endTime)))
    throw invalid('body.endTime', 'must be after startTime')
}

/** The fields by the names of operations. */
function partsOf({ startTime, endTime, attendees, ...same }: CalendarEventChanges): Partial<VendorEvent> {
  return {
    ...same,
    ...(startTime === undefined ? {} : { startsAt: new Date(startTime) }),
    ...(endTime === undefined ? {} : { endsAt: new Date(endTime) }),
    ...(attendees === undefined ? {} : { attendees: attendees.map(attendeeOf) }),
  }
}

const attendeeOf = (attendee: string | Attendee): Attendee =>
  typeof attendee === 'string' ? { email: attendee } : attendee

const answerOf = (
  id: string,
  integrationId: string,
  event: VendorEvent,
  calendarId: string | undefined,
): CalendarEvent => ({
  ...{ id, externalId: event.externalId, integrationId, calendarId: event.calendarId ?? calendarId ?? null },
  title: event.title,
  startTime: event.startsAt.toISOString(),
  endTime: event.endsAt.toISOString(),
})
