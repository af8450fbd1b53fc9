export type Resource<T> = { resource: T }

/** https://developer.calendly.com/api-docs: records are known by their whole URI. */
export type CalendlyUser = { uri: string; name: string; email: string; timezone: string; current_organization: string }

export type EventType = { uri: string; name: string; active: boolean; duration: number }

export type AvailableTime = { status: string; start_time: string }

export type BusyTime = {
  start_time: string
  end_time: string
  buffered_start_time?: string | null
  buffered_end_time?: string | null
}

export type ScheduledEvent = {
  uri: string
  name: string
  status: 'active' | 'canceled'
  start_time: string
  end_time: string
  event_type: string | null
  location?: { location?: string | null; join_url?: string | null } | null
  created_at: string
  updated_at: string
}

export type Invitee = { uri: string; event: string; email: string; name: string }

export type Subscription = { uri: string; callback_url: string; state: 'active' | 'disabled' }
