import type { Context } from './context.ts'
import type {
  AdForm,
  AdLead,
  AnalyticsEvent,
  AnalyticsReport,
  BatchRow,
  Calendar,
  CalendarEvent,
  Change,
  Changes,
  Contact,
  Conversion,
  ConversionsSent,
  Customer,
  CustomField,
  Deal,
  Email,
  Invoice,
  InvoiceLine,
  Lead,
  New,
  Note,
  PaymentIntent,
  PaymentLink,
  PaymentSubscription,
  Pipeline,
  Span,
  StoredFile,
  Task,
  VoiceCall,
} from './models.ts'

/** A function of a capability, as a connector's author writes it: what the call needs, then what the operation is about. */
type Operation<Input, Output> = (context: Context, input: Input) => Promise<Output>
type Listing<Input, Output> = (context: Context, input: Input) => AsyncIterable<Output>

/** When a client passes the same key again, the vendor does the thing once. */
type Once = { idempotencyKey?: string | undefined }

/**
 * Every family of operations and their shapes. A connector offers what it can and leaves out the rest, so that what it lacks is
 * known before any call. Lists are pages to the vendor and one sequence to the caller.
 */
export type Capabilities = {
  contacts: {
    list: Listing<{ updatedSince?: Date | undefined }, Contact>
    /** Changes and deletions since a cursor that an earlier run ended with; the sequence ends with its own next cursor. */
    changes: Operation<
      { cursor?: string | undefined; limit?: number | undefined },
      { changes: Change<Contact>[]; cursor: string; more: boolean }
    >
    get: Operation<{ externalId: string }, Contact>
    find: Operation<{ email?: string | undefined; phone?: string | undefined }, Contact | null>
    create: Operation<New<Contact>, Contact>
    update: Operation<{ externalId: string; changes: Changes<Contact> }, Contact>
    upsert: Operation<New<Contact>, { contact: Contact; created: boolean }>
    batchUpsert: Operation<{ contacts: New<Contact>[] }, BatchRow<Contact>[]>
    delete: Operation<{ externalId: string }, void>
  }
  leads: {
    create: Operation<New<Lead>, Lead>
    update: Operation<{ externalId: string; changes: Changes<Lead> }, Lead>
    list: Listing<{ updatedSince?: Date | undefined }, Lead>
  }
  deals: {
    create: Operation<New<Deal>, Deal>
    update: Operation<{ externalId: string; changes: Changes<Deal> }, Deal>
    get: Operation<{ externalId: string }, Deal>
    list: Listing<{ updatedSince?: Date | undefined }, Deal>
    pipelines: Operation<Record<string, never>, Pipeline[]>
  }
  notes: { create: Operation<New<Note>, Note> }
  tasks: { create: Operation<New<Task>, Task> }
  customFields: { list: Operation<{ object: 'contact' | 'deal' | 'lead' }, CustomField[]> }
  calendar: {
    calendars: Operation<Record<string, never>, Calendar[]>
    busy: Operation<{ from: Date; to: Date; calendarIds?: string[] | undefined }, Span[]>
    /** Free times, by the vendor's own rules or by the integration's business hours minus what is busy. */
    availability: Operation<{ from: Date; to: Date; timezone: string; durationMinutes?: number | undefined }, Span[]>
    book: Operation<New<CalendarEvent> & Once, CalendarEvent>
    find: Operation<
      { idempotencyKey: string } | { startsAt: Date; endsAt: Date; attendee?: string | undefined },
      CalendarEvent | null
    >
    update: Operation<
      { externalId: string; calendarId?: string | undefined; changes: Changes<CalendarEvent> },
      CalendarEvent
    >
    cancel: Operation<{ externalId: string; calendarId?: string | undefined; reason?: string | undefined }, void>
    /** Takes time that nobody can book. What is blocked is freed by `cancel`. */
    block: Operation<
      { startsAt: Date; endsAt: Date; title?: string | undefined; calendarId?: string | undefined },
      CalendarEvent
    >
    changes: Operation<
      { cursor?: string | undefined; calendarId?: string | undefined },
      { changes: Change<CalendarEvent>[]; cursor: string; more: boolean }
    >
  }
  workflows: {
    list: Operation<Record<string, never>, { id: string; name: string }[]>
    trigger: Operation<{ workflowId: string; contactId: string; data?: Record<string, unknown> | undefined }, void>
  }
  messaging: {
    /** `rejected` are recipients that were refused while others were taken. */
    sendEmail: Operation<Email & Once, { messageId: string; rejected?: string[] | undefined }>
    /** `mediaUrls` make it an MMS. `segments` is how many messages the text fills, by which vendors charge. */
    sendSms: Operation<
      { to: string; text: string; from?: string | undefined; mediaUrls?: string[] | undefined } & Once,
      { messageId: string; status: string; segments?: number | undefined; encoding?: 'gsm7' | 'ucs2' | undefined }
    >
  }
  payments: {
    createCustomer: Operation<New<Customer> & Once, Customer>
    findCustomer: Operation<{ email: string }, Customer | null>
    createPaymentIntent: Operation<
      {
        customerId?: string | undefined
        amountMinor: number
        currency: string
        description?: string | undefined
      } & Once,
      PaymentIntent
    >
    createInvoice: Operation<
      {
        customerId: string
        currency: string
        lines: InvoiceLine[]
        dueAt?: Date | undefined
        send?: boolean | undefined
      } & Once,
      Invoice
    >
    createPaymentLink: Operation<
      { name: string; amountMinor: number; currency: string; quantity?: number | undefined } & Once,
      PaymentLink
    >
    createSubscription: Operation<
      { customerId: string; priceId: string; trialDays?: number | undefined } & Once,
      PaymentSubscription
    >
    cancelSubscription: Operation<{ externalId: string; atPeriodEnd?: boolean | undefined }, PaymentSubscription>
  }
  storage: {
    /** Puts a whole file, of at most 16 MiB, in the place of one that may be there. */
    put: Operation<{ key: string; content: Uint8Array; contentType?: string | undefined }, StoredFile>
    /** Begins a file that comes in parts; each but the last has 5 MiB or more. */
    startUpload: Operation<{ key: string; contentType?: string | undefined }, { uploadId: string }>
    putPart: Operation<{ key: string; uploadId: string; part: number; content: Uint8Array }, { etag: string }>
    /** Makes the parts one file, which is not there before. */
    finishUpload: Operation<
      { key: string; uploadId: string; parts: { part: number; etag: string }[] },
      Pick<StoredFile, 'key' | 'etag'>
    >
    abandonUpload: Operation<{ key: string; uploadId: string }, void>
    /** A link that works without credentials until it expires. */
    url: Operation<
      { key: string; expiresInSeconds: number; downloadName?: string | undefined },
      { url: string; expiresAt: Date }
    >
    delete: Operation<{ key: string }, void>
    list: Listing<{ prefix?: string | undefined }, StoredFile>
  }
  voice: {
    agents: Operation<Record<string, never>, { id: string; name: string }[]>
    calls: Listing<{ agentId?: string | undefined }, VoiceCall>
    get: Operation<{ externalId: string }, VoiceCall>
    /** Calls somebody. */
    start: Operation<
      {
        to: string
        from?: string | undefined
        agentId?: string | undefined
        metadata?: Record<string, unknown> | undefined
        variables?: Record<string, string> | undefined
      },
      VoiceCall
    >
  }
  analytics: {
    /** Tells of what one visitor or person did; what the vendor would drop in silence is refused. */
    send: Operation<
      {
        clientId: string
        userId?: string | undefined
        at?: Date | undefined
        events: AnalyticsEvent[]
        userProperties?: Record<string, unknown> | undefined
      },
      { sent: number }
    >
    report: Operation<
      {
        from: string
        to: string
        metrics: string[]
        dimensions?: string[] | undefined
        limit?: number | undefined
        offset?: number | undefined
      },
      AnalyticsReport
    >
  }
  ads: {
    forms: Operation<Record<string, never>, AdForm[]>
    /** What was entered into one form, or into all of the account, mostly with the newest first. */
    leads: Listing<{ formId?: string | undefined; since?: Date | undefined; until?: Date | undefined }, AdLead>
    getLead: Operation<{ externalId: string }, AdLead>
    /** Tells of conversions. What the vendor would refuse is left out and said, and takes nothing else with it. */
    sendConversions: Operation<{ conversions: Conversion[]; testEventCode?: string | undefined }, ConversionsSent>
  }
  automation: {
    /** Hands any payload on. */
    send: Operation<{ action: string; payload: unknown } & Once, { status: string }>
    sendTest: Operation<Record<string, never>, { status: string }>
  }
}

export type CapabilityName = keyof Capabilities
/** `contacts.create`, `calendar.book` … */
export type OperationName = { [C in CapabilityName]: `${C}.${keyof Capabilities[C] & string}` }[CapabilityName]
/** What a connector offers: any part of any capability. */
export type Offered = { [C in CapabilityName]?: Partial<Capabilities[C]> }

/**
 * What may be done when a call failed and nobody knows whether the vendor acted on it:
 * `safe`: call again, a second time changes nothing (reads, updates to a value, upserts) ·
 * `key`: call again with the same idempotency key ·
 * `lookup`: look whether it is there, and call again only if not ·
 * `never`: the outcome stays unknown until a person looks.
 */
export type Repeat = 'safe' | 'key' | 'lookup' | 'never'
