/*
 * The hub's own words for what vendors keep. Mappings translate between these and a vendor's fields; flows and operations speak
 * only these. Every id of a vendor is text, since some exceed 2^53. Money is in the currency's minor unit.
 */

/** What a vendor's record is known by. */
type Recorded = {
  externalId: string
  createdAt?: Date | undefined
  updatedAt?: Date | undefined
  /** The vendor's record as it came, so that nothing is lost by mapping. */
  raw?: unknown
}

/** A record that is yet to be made. */
export type New<T extends Recorded> = Omit<T, keyof Recorded>
/** Fields of a record to be changed; those left out stay, null empties. */
export type Changes<T extends Recorded> = { [Field in keyof New<T>]?: New<T>[Field] | null }

export type Address = {
  street?: string | undefined
  city?: string | undefined
  state?: string | undefined
  postalCode?: string | undefined
  country?: string | undefined
}

export type Contact = Recorded & {
  email?: string | undefined
  /** E.164 where it could be read as such. */
  phone?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  /** The whole name, where the vendor keeps one or none of the parts is known. */
  name?: string | undefined
  company?: string | undefined
  address?: Address | undefined
  tags?: string[] | undefined
  /** By the names of the integration's field mapping. */
  customFields?: Record<string, unknown> | undefined
}

export type Lead = Recorded & {
  title: string
  contactId?: string | undefined
  amountMinor?: number | undefined
  currency?: string | undefined
  status?: string | undefined
  source?: string | undefined
}

export type Deal = Recorded & {
  title: string
  contactId?: string | undefined
  pipelineId?: string | undefined
  stageId?: string | undefined
  amountMinor?: number | undefined
  currency?: string | undefined
  closesAt?: Date | undefined
  status?: 'open' | 'won' | 'lost' | undefined
}

export type Pipeline = { id: string; name: string; stages: { id: string; name: string }[] }

export type Note = Recorded & {
  contactId: string
  subject?: string | undefined
  /** Plain text; a connector escapes it where its vendor wants HTML. */
  text: string
  at?: Date | undefined
}

export type Task = Recorded & {
  title: string
  contactId?: string | undefined
  text?: string | undefined
  dueAt?: Date | undefined
}

export type Attendee = { email: string; name?: string | undefined }

export type CalendarEvent = Recorded & {
  title: string
  startsAt: Date
  endsAt: Date
  /** IANA name. */
  timezone?: string | undefined
  description?: string | undefined
  location?: string | undefined
  attendees?: Attendee[] | undefined
  /** Minutes before the start at which people are reminded. */
  reminders?: number[] | undefined
  calendarId?: string | undefined
  contactId?: string | undefined
  status?: 'confirmed' | 'tentative' | 'cancelled' | undefined
}

/** A time that is taken, or one that is free. */
export type Span = { startsAt: Date; endsAt: Date }
export type Calendar = {
  id: string
  name: string
  timezone?: string | undefined
  primary?: boolean | undefined
  writable?: boolean | undefined
}

export type CustomField = {
  name: string
  label: string
  type: 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'option' | 'options' | 'other'
  options?: { value: string; label: string }[] | undefined
  required?: boolean | undefined
  readOnly?: boolean | undefined
}

/** A change that a list of changes reports. */
export type Change<T extends Recorded> =
  | { type: 'upserted'; record: T }
  | { type: 'deleted'; externalId: string; at?: Date | undefined }

export type Email = {
  to: Attendee[]
  cc?: Attendee[] | undefined
  bcc?: Attendee[] | undefined
  replyTo?: Attendee | undefined
  from?: Attendee | undefined
  subject: string
  html?: string | undefined
  text?: string | undefined
  headers?: Record<string, string> | undefined
  /** Shown back in the vendor's events about this mail. */
  reference?: string | undefined
  /** What sort of mail it is, for the vendor's statistics. */
  categories?: string[] | undefined
  attachments?: { name: string; type: string; base64: string }[] | undefined
}

/** One line of an invoice. */
export type InvoiceLine = { description: string; amountMinor: number; quantity?: number | undefined }

export type Customer = Recorded & { email?: string | undefined; name?: string | undefined; phone?: string | undefined }
export type PaymentIntent = Recorded & {
  amountMinor: number
  currency: string
  status: string
  customerId?: string | undefined
  clientSecret?: string | undefined
}
export type Invoice = Recorded & {
  status: string
  amountMinor: number
  currency: string
  url?: string | undefined
  customerId?: string | undefined
}
export type PaymentLink = Recorded & { url: string; active: boolean }
export type PaymentSubscription = Recorded & { status: string; customerId: string; priceId?: string | undefined }

/** A file in a storage, under a key that is relative to the workspace's own place there. */
export type StoredFile = {
  key: string
  size: number
  contentType?: string | undefined
  etag?: string | undefined
  modifiedAt?: Date | undefined
}

/** Something that a visitor did: `{ name: 'generate_lead', parameters: { value: 12.5, currency: 'EUR' } }`. */
export type AnalyticsEvent = { name: string; parameters?: Record<string, unknown> | undefined }

/** Rows of a report; `total` is how many there are, of which these are a page. */
export type AnalyticsReport = { rows: Record<string, string | number>[]; total: number }

/** A form of an advertisement, in which people leave their details. */
export type AdForm = { id: string; name: string; status?: string | undefined; leads?: number | undefined }

/** What somebody entered into the form of an advertisement. */
export type AdLead = {
  externalId: string
  submittedAt: Date
  formId?: string | undefined
  adId?: string | undefined
  adSetId?: string | undefined
  campaignId?: string | undefined
  /** Where it was shown, by the vendor's own name of the place. */
  platform?: string | undefined
  isOrganic?: boolean | undefined
  person: Pick<Contact, 'email' | 'phone' | 'firstName' | 'lastName' | 'name' | 'company' | 'address'> & {
    jobTitle?: string | undefined
  }
  /** Answers to all other questions, by the names that the form gives them. */
  answers: Record<string, string>
  raw?: unknown
}

/** Whom a conversion is of. All of it is normalised and hashed before it is sent, except what comes from the vendor or the browser. */
export type ConvertedPerson = {
  email?: string | undefined
  phone?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  city?: string | undefined
  state?: string | undefined
  postalCode?: string | undefined
  /** ISO 3166, two letters. */
  country?: string | undefined
  /** The id of the person in your product. */
  externalId?: string | undefined
  /** The vendor's id of the lead that the person became known by. */
  leadId?: string | undefined
  /** What the vendor's cookies hold, which a website passes on. */
  clickId?: string | undefined
  browserId?: string | undefined
  ipAddress?: string | undefined
  userAgent?: string | undefined
}

/** Something that somebody did because of an advertisement. */
export type Conversion = {
  /** The vendor's name of it (`Lead`, `Schedule`, `Purchase`), or one of your own. */
  name: string
  /** By which it is known again, when it is sent twice or by a website's pixel as well. */
  eventId: string
  at?: Date | undefined
  source?:
    | 'website'
    | 'app'
    | 'email'
    | 'phone_call'
    | 'chat'
    | 'physical_store'
    | 'system_generated'
    | 'other'
    | undefined
  /** The page on which it happened. */
  url?: string | undefined
  person: ConvertedPerson
  amountMinor?: number | undefined
  currency?: string | undefined
  orderId?: string | undefined
  /** What the vendor takes besides. */
  parameters?: Record<string, string | number | boolean> | undefined
}

/** Which conversions were taken; each of the others with why not. `index` counts from 0. */
export type ConversionsSent = { sent: number; rejected: { index: number; eventId: string; error: string }[] }

/** A finished call, as the flows of the hub hand it to every integration. */
export type CallData = {
  callId: string
  agentId: string
  customerName?: string | undefined
  customerPhone?: string | undefined
  customerEmail?: string | undefined
  callOutcome: string
  callSummary?: string | undefined
  callSentiment?: string | undefined
  transcript?: string | undefined
  recordingUrl?: string | undefined
  startedAt: Date
  endedAt: Date
  durationSeconds: number
  appointmentBooked?:
    | {
        title: string
        date: string
        time: string
        timezone: string
        durationMinutes: number
        notes?: string | undefined
      }
    | undefined
}

/** A call of a voice agent as its vendor keeps it. */
export type VoiceCall = Partial<Omit<CallData, 'callId' | 'agentId'>> & {
  externalId: string
  agentId: string
  status: 'started' | 'ended' | 'completed'
  direction?: 'inbound' | 'outbound' | undefined
  from?: string | undefined
  to?: string | undefined
  raw?: unknown
}

/** One row of a batch: rows fail by themselves. */
export type BatchRow<T> =
  | { success: true; data: T; created?: boolean | undefined }
  | { success: false; error: string; errorCode: string }
