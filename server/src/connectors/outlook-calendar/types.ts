/** A wall-clock time without offset, and the zone in which it is meant: an IANA name or one of Windows. */
export type GraphTime = { dateTime: string; timeZone?: string }

export type GraphAttendee = {
  emailAddress: { address?: string; name?: string }
  type?: string
  status?: { response?: string; time?: string }
}

export type GraphProperty = { id: string; value: string }

/** https://learn.microsoft.com/graph/api/resources/event */
export type GraphEvent = {
  id: string
  '@odata.etag': string
  createdDateTime: string
  lastModifiedDateTime: string
  subject: string
  body: { contentType: 'text' | 'html'; content: string }
  location: { displayName: string }
  start: GraphTime
  end: GraphTime
  isAllDay: boolean
  isCancelled: boolean
  showAs: string
  originalStartTimeZone: string
  attendees: GraphAttendee[]
  isReminderOn: boolean
  reminderMinutesBeforeStart: number
  singleValueExtendedProperties: GraphProperty[]
  type: string
  seriesMasterId: string
}

/** An event of a list of changes: gone, or as it is now; occurrences of a series bear only what is their own. */
export type GraphChange = Partial<GraphEvent> & { id: string; '@removed'?: { reason: string } }

export type GraphChanges = { value?: GraphChange[]; '@odata.nextLink'?: string; '@odata.deltaLink'?: string }

/** https://learn.microsoft.com/graph/api/resources/calendar */
export type GraphCalendar = {
  id: string
  name: string
  isDefaultCalendar?: boolean
  canEdit?: boolean
  owner?: { name?: string; address?: string }
}

/** https://learn.microsoft.com/graph/api/calendar-getschedule */
export type GraphSchedules = {
  value: {
    scheduleId: string
    scheduleItems?: { status: string; start: GraphTime; end: GraphTime }[]
    error?: { message?: string; responseCode?: string }
  }[]
}

/** https://learn.microsoft.com/graph/api/resources/subscription */
export type GraphSubscription = { id: string; expirationDateTime: string; resource: string; notificationUrl: string }

export type GraphError = { error?: { code?: string; message?: string } }
