/** Whatever the API answers stands in this. */
export type Reply<T> = { status: 'success' | 'error'; data: T }
export type Listed<T> = Reply<T[]> & { pagination?: { hasNextPage?: boolean } }

export type CalMe = { id: number; username: string; email: string; name?: string | null; timeZone?: string | null }

export type CalEventType = {
  id: number
  title: string
  slug: string
  lengthInMinutes: number
  /** Lengths that a person may choose among. */
  lengthInMinutesOptions?: number[] | null
  locations?: { type: string }[] | null
  hidden?: boolean | null
}

export type CalBooking = {
  id: number
  uid: string
  title?: string | null
  description?: string | null
  status: 'accepted' | 'pending' | 'cancelled' | 'rejected'
  start: string
  end: string
  eventType?: { id: number; slug?: string } | null
  location?: string | null
  attendees?: { name?: string | null; email: string; timeZone?: string | null }[] | null
  metadata?: Record<string, unknown> | null
  rescheduledToUid?: string | null
  createdAt?: string | null
  updatedAt?: string | null
}

export type CalWebhook = { id: number | string; subscriberUrl: string; active?: boolean }
