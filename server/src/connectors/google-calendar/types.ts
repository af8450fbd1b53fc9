/** A time of an event: an instant, or a day where the event takes whole days. */
export type GoogleTime = { dateTime?: string; date?: string; timeZone?: string }

export type GoogleAttendee = { email: string; displayName?: string; responseStatus?: string }

export type GoogleReminders = { useDefault?: boolean; overrides?: { method: string; minutes: number }[] }

/** https://developers.google.com/workspace/calendar/api/v3/reference/events#resource */
export type GoogleEvent = {
  id: string
  etag: string
  status: string
  created: string
  updated: string
  summary: string
  description: string
  location: string
  start: GoogleTime
  end: GoogleTime
  attendees: GoogleAttendee[]
  reminders: GoogleReminders
  extendedProperties: { private: { tenonContactId: string } }
}

export type GoogleEvents = {
  items?: GoogleEvent[]
  timeZone?: string
  nextPageToken?: string
  nextSyncToken?: string
}

/** https://developers.google.com/workspace/calendar/api/v3/reference/calendarList#resource */
export type GoogleCalendar = {
  id: string
  summary: string
  summaryOverride?: string
  timeZone?: string
  primary?: boolean
  accessRole: string
}

export type GoogleFreeBusy = {
  calendars: {
    [id: string]: { busy?: { start: string; end: string }[]; errors?: { domain: string; reason: string }[] }
  }
}

/** https://developers.google.com/workspace/calendar/api/guides/push */
export type GoogleChannel = { id: string; resourceId: string; expiration?: string }

export type GoogleError = {
  error?: { message?: string; errors?: { reason?: string; message?: string }[] }
}
