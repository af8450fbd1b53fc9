import { type TProperties, type TSchema, Type } from 'typebox'

/*
 * What operations take, as JSON: points in time are ISO 8601 text here and become dates when the input is parsed. Everything is
 * closed: a field that is not named is refused, so that a typing mistake is not silently lost.
 */

const closed = <const P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })
const text = (title: string, maxLength = 1_000) => Type.String({ title, minLength: 1, maxLength })
const optional = Type.Optional

/** A point in time; the mark by which parsing finds what to turn into a date. */
const time = (title: string) =>
  Type.String({ title, format: 'date-time', description: 'ISO 8601 with a zone, such as `2026-02-20T14:00:00Z`.' })
const email = (title = 'E-mail') => Type.String({ title, format: 'email', maxLength: 320 })
const phone = (title = 'Phone') =>
  Type.String({ title, minLength: 3, maxLength: 40, description: 'E.164 where possible.' })
const externalId = (of: string) => text(`Id of the ${of} at the vendor`, 500)
const minorAmount = (title: string) =>
  Type.Integer({ title, minimum: 0, maximum: 1e12, description: "In the currency's minor unit: 1250 is 12.50 EUR." })
const currency = () =>
  Type.String({ title: 'Currency', pattern: '^[A-Za-z]{3}$', description: 'ISO 4217, such as `EUR`.' })
const idempotencyKey = () =>
  optional(
    Type.String({
      title: 'Idempotency key',
      minLength: 1,
      maxLength: 255,
      description: 'Given again, the thing is done once, where the vendor can see to that.',
    }),
  )
const limit = () => optional(Type.Integer({ title: 'Most changes to read', minimum: 1, maximum: 10_000 }))
const cursor = () => optional(text('Cursor of an earlier answer', 10_000))

/** The same fields, each of which may be left out or emptied by null. */
/** A file's place below the workspace's own. No `..` and no empty part, so that nothing leads out of it. */
const fileKey = (title = 'Key') =>
  Type.String({
    title,
    minLength: 1,
    maxLength: 700,
    pattern: '^(?!\\.{1,2}(/|$))[^\\/\\u0000-\\u001f]+(/(?!\\.{1,2}(/|$))[^\\/\\u0000-\\u001f]+)*$',
    description: 'Parts divided by `/`, such as `forms/plan.pdf`.',
  })
/** Bytes, as base64 in JSON; the mark by which parsing finds what to turn into bytes. */
const content = () =>
  Type.String({
    title: 'Content, in base64',
    contentEncoding: 'base64',
    maxLength: 22_500_000,
    pattern: '^[A-Za-z0-9+/]*={0,2}$',
  })
/** A day, or a day counted from today. */
const reportDay = (title: string) =>
  Type.String({
    title,
    pattern: '^(\\d{4}-\\d{2}-\\d{2}|today|yesterday|\\d{1,4}daysAgo)$',
    description: 'Such as `2026-02-01`, `today`, `yesterday` or `28daysAgo`.',
  })
const uploadId = () => text('Id of the upload', 2_000)
const partNumber = () => Type.Integer({ title: 'Number of the part', minimum: 1, maximum: 10_000 })
const mediaType = () =>
  optional(
    Type.String({
      title: 'Media type',
      pattern: '^[\\w.+-]{1,120}/[\\w.+-]{1,120}(; ?[\\w.+-]+=[\\w."+-]+)*$',
      maxLength: 255,
    }),
  )

const changesOf = <const P extends TProperties>(properties: P) =>
  closed(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, optional(Type.Union([schema, Type.Null()]))]),
    ) as { [K in keyof P]: ReturnType<typeof emptiable<P[K]>> },
  )
const emptiable = <S extends TSchema>(schema: S) => optional(Type.Union([schema, Type.Null()]))

const address = closed({
  street: optional(text('Street')),
  city: optional(text('City')),
  state: optional(text('State')),
  postalCode: optional(text('Postal code', 40)),
  country: optional(text('Country')),
})

const contactFields = {
  email: optional(email()),
  phone: optional(phone()),
  firstName: optional(text('First name')),
  lastName: optional(text('Last name')),
  name: optional(text('Name')),
  company: optional(text('Company')),
  address: optional(address),
  tags: optional(Type.Array(text('Tag', 200), { title: 'Tags', maxItems: 100 })),
  customFields: optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown(), {
      title: 'Custom fields',
      description: "By the names of the integration's field mapping.",
    }),
  ),
}
const contact = closed(contactFields)

const leadFields = {
  title: text('Title'),
  contactId: optional(externalId('contact')),
  amountMinor: optional(minorAmount('Amount')),
  currency: optional(currency()),
  status: optional(text('Status')),
  source: optional(text('Source')),
}
const dealFields = {
  title: text('Title'),
  contactId: optional(externalId('contact')),
  pipelineId: optional(externalId('pipeline')),
  stageId: optional(externalId('stage')),
  amountMinor: optional(minorAmount('Amount')),
  currency: optional(currency()),
  closesAt: optional(time('Closes at')),
  status: optional(Type.Union([Type.Literal('open'), Type.Literal('won'), Type.Literal('lost')], { title: 'Status' })),
}
const person = closed({ email: email(), name: optional(text('Name')) })
const eventFields = {
  title: text('Title'),
  startsAt: time('Starts at'),
  endsAt: time('Ends at'),
  timezone: optional(text('Time zone, by its IANA name', 100)),
  description: optional(text('Description', 20_000)),
  location: optional(text('Place')),
  attendees: optional(Type.Array(person, { title: 'Attendees', maxItems: 200 })),
  reminders: optional(
    Type.Array(Type.Integer({ minimum: 0, maximum: 40_320 }), { title: 'Reminders, in minutes before', maxItems: 5 }),
  ),
  calendarId: optional(externalId('calendar')),
  contactId: optional(externalId('contact')),
  status: optional(
    Type.Union([Type.Literal('confirmed'), Type.Literal('tentative'), Type.Literal('cancelled')], { title: 'Status' }),
  ),
}
const since = closed({ updatedSince: optional(time('Changed since')) })
const nothing = Type.Object({}, { additionalProperties: false })
const byId = (of: string) => closed({ externalId: externalId(of) })

export const inputs = {
  'contacts.list': since,
  'contacts.changes': closed({ cursor: cursor(), limit: limit() }),
  'contacts.get': byId('contact'),
  'contacts.find': closed({ email: optional(email()), phone: optional(phone()) }),
  'contacts.create': contact,
  'contacts.update': closed({ externalId: externalId('contact'), changes: changesOf(contactFields) }),
  'contacts.upsert': contact,
  'contacts.batchUpsert': closed({
    contacts: Type.Array(contact, { title: 'Contacts', minItems: 1, maxItems: 1_000 }),
  }),
  'contacts.delete': byId('contact'),
  'leads.create': closed(leadFields),
  'leads.update': closed({ externalId: externalId('lead'), changes: changesOf(leadFields) }),
  'leads.list': since,
  'deals.create': closed(dealFields),
  'deals.update': closed({ externalId: externalId('deal'), changes: changesOf(dealFields) }),
  'deals.get': byId('deal'),
  'deals.list': since,
  'deals.pipelines': nothing,
  'notes.create': closed({
    contactId: externalId('contact'),
    subject: optional(text('Subject')),
    text: text('Text', 60_000),
    at: optional(time('At')),
  }),
  'tasks.create': closed({
    title: text('Title'),
    contactId: optional(externalId('contact')),
    text: optional(text('Text', 60_000)),
    dueAt: optional(time('Due at')),
  }),
  'customFields.list': closed({
    object: Type.Union([Type.Literal('contact'), Type.Literal('deal'), Type.Literal('lead')], { title: 'Of what' }),
  }),
  'calendar.calendars': nothing,
  'calendar.busy': closed({
    from: time('From'),
    to: time('To'),
    calendarIds: optional(Type.Array(externalId('calendar'), { title: 'Calendars', maxItems: 50 })),
  }),
  'calendar.availability': closed({
    from: time('From'),
    to: time('To'),
    timezone: text('Time zone, by its IANA name', 100),
    durationMinutes: optional(Type.Integer({ title: 'Minutes', minimum: 5, maximum: 1_440 })),
  }),
  'calendar.book': closed({ ...eventFields, idempotencyKey: idempotencyKey() }),
  'calendar.find': Type.Union([
    closed({ idempotencyKey: Type.String({ title: 'Idempotency key', minLength: 1, maxLength: 255 }) }),
    closed({ startsAt: time('Starts at'), endsAt: time('Ends at'), attendee: optional(email('Attendee')) }),
  ]),
  'calendar.update': closed({
    externalId: externalId('event'),
    calendarId: optional(externalId('calendar')),
    changes: changesOf(eventFields),
  }),
  'calendar.cancel': closed({
    externalId: externalId('event'),
    calendarId: optional(externalId('calendar')),
    reason: optional(text('Reason')),
  }),
  'calendar.block': closed({
    startsAt: time('Starts at'),
    endsAt: time('Ends at'),
    title: optional(text('Title')),
    calendarId: optional(externalId('calendar')),
  }),
  'calendar.changes': closed({ cursor: cursor(), calendarId: optional(externalId('calendar')) }),
  'workflows.list': nothing,
  'workflows.trigger': closed({
    workflowId: externalId('workflow'),
    contactId: externalId('contact'),
    data: optional(Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown(), { title: 'Data' })),
  }),
  'messaging.sendEmail': closed({
    to: Type.Array(person, { title: 'To', minItems: 1, maxItems: 1_000 }),
    cc: optional(Type.Array(person, { title: 'Cc', maxItems: 1_000 })),
    bcc: optional(Type.Array(person, { title: 'Bcc', maxItems: 1_000 })),
    replyTo: optional(person),
    from: optional(person),
    subject: text('Subject', 998),
    html: optional(text('HTML', 5_000_000)),
    text: optional(text('Text', 5_000_000)),
    // No line break, since a header that holds one is two headers.
    headers: optional(
      Type.Record(Type.String({ pattern: '^[!-9;-~]{1,70}$' }), Type.String({ pattern: '^[^\\r\\n]{0,998}$' }), {
        title: 'Headers',
      }),
    ),
    reference: optional(text('Reference', 200)),
    categories: optional(Type.Array(Type.String({ pattern: '^[ -~]{1,255}$' }), { title: 'Categories', maxItems: 10 })),
    attachments: optional(
      Type.Array(
        closed({
          name: text('Name', 255),
          type: text('Media type', 255),
          base64: Type.String({ title: 'Content, in base64', maxLength: 30_000_000 }),
        }),
        { title: 'Attachments', maxItems: 50 },
      ),
    ),
    idempotencyKey: idempotencyKey(),
  }),
  'messaging.sendSms': closed({
    to: phone('To'),
    text: text('Text', 1_600),
    from: optional(phone('From')),
    mediaUrls: optional(
      Type.Array(Type.String({ pattern: '^https://[^\\s]+$', maxLength: 2_048 }), {
        title: 'Pictures and other media',
        maxItems: 10,
      }),
    ),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.createCustomer': closed({
    email: optional(email()),
    name: optional(text('Name')),
    phone: optional(phone()),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.findCustomer': closed({ email: email() }),
  'payments.createPaymentIntent': closed({
    customerId: optional(externalId('customer')),
    amountMinor: minorAmount('Amount'),
    currency: currency(),
    description: optional(text('Description')),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.createInvoice': closed({
    customerId: externalId('customer'),
    currency: currency(),
    lines: Type.Array(
      closed({
        description: text('Description'),
        amountMinor: minorAmount('Amount'),
        quantity: optional(Type.Integer({ title: 'Quantity', minimum: 1, maximum: 1_000_000 })),
      }),
      { title: 'Lines', minItems: 1, maxItems: 250 },
    ),
    dueAt: optional(time('Due at')),
    send: optional(Type.Boolean({ title: 'Send it to the customer' })),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.createPaymentLink': closed({
    name: text('Name'),
    amountMinor: minorAmount('Amount'),
    currency: currency(),
    quantity: optional(Type.Integer({ title: 'Quantity', minimum: 1, maximum: 1_000_000 })),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.createSubscription': closed({
    customerId: externalId('customer'),
    priceId: externalId('price'),
    trialDays: optional(Type.Integer({ title: 'Days of trial', minimum: 0, maximum: 730 })),
    idempotencyKey: idempotencyKey(),
  }),
  'payments.cancelSubscription': closed({
    externalId: externalId('subscription'),
    atPeriodEnd: optional(Type.Boolean({ title: 'At the end of the period that is paid for' })),
  }),
  'storage.put': closed({ key: fileKey(), content: content(), contentType: mediaType() }),
  'storage.startUpload': closed({ key: fileKey(), contentType: mediaType() }),
  'storage.putPart': closed({ key: fileKey(), uploadId: uploadId(), part: partNumber(), content: content() }),
  'storage.finishUpload': closed({
    key: fileKey(),
    uploadId: uploadId(),
    parts: Type.Array(closed({ part: partNumber(), etag: text('ETag', 200) }), {
      title: 'Parts',
      minItems: 1,
      maxItems: 10_000,
    }),
  }),
  'storage.abandonUpload': closed({ key: fileKey(), uploadId: uploadId() }),
  'storage.url': closed({
    key: fileKey(),
    expiresInSeconds: Type.Integer({ title: 'Seconds until it expires', minimum: 1, maximum: 604_800 }),
    downloadName: optional(text('Name under which a browser saves it', 255)),
  }),
  'storage.delete': closed({ key: fileKey() }),
  'storage.list': closed({ prefix: optional(fileKey('Only keys below')) }),
  'voice.agents': nothing,
  'voice.calls': closed({ agentId: optional(externalId('agent')) }),
  'voice.get': byId('call'),
  'voice.start': closed({
    to: phone('Whom to call'),
    from: optional(phone('From which number')),
    agentId: optional(externalId('agent')),
    metadata: optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.Unknown(), { title: 'Metadata' }),
    ),
    variables: optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.String({ maxLength: 5_000 }), {
        title: 'Variables of the prompt',
      }),
    ),
  }),
  'analytics.send': closed({
    clientId: text('Id of the visitor or device', 200),
    userId: optional(text('Id of the person in your product', 256)),
    at: optional(time('When it happened')),
    events: Type.Array(
      closed({
        name: Type.String({ title: 'Name', pattern: '^[A-Za-z][A-Za-z0-9_]{0,39}$' }),
        parameters: optional(
          Type.Record(Type.String({ minLength: 1, maxLength: 40 }), Type.Unknown(), {
            title: 'Parameters',
            maxProperties: 25,
          }),
        ),
      }),
      { title: 'Events', minItems: 1, maxItems: 25 },
    ),
    userProperties: optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 24 }), Type.Unknown(), {
        title: 'Properties of the person',
        maxProperties: 25,
      }),
    ),
  }),
  'analytics.report': closed({
    from: reportDay('From'),
    to: reportDay('To'),
    metrics: Type.Array(text('Metric', 100), { title: 'Metrics', minItems: 1, maxItems: 10 }),
    dimensions: optional(Type.Array(text('Dimension', 100), { title: 'Dimensions', maxItems: 9 })),
    limit: optional(Type.Integer({ title: 'Most rows', minimum: 1, maximum: 100_000 })),
    offset: optional(Type.Integer({ title: 'Rows to pass over', minimum: 0, maximum: 10_000_000 })),
  }),
  'ads.forms': nothing,
  'ads.leads': closed({
    formId: optional(externalId('form')),
    since: optional(time('Entered since')),
    until: optional(time('Entered until')),
  }),
  'ads.getLead': byId('lead'),
  'ads.sendConversions': closed({
    conversions: Type.Array(
      closed({
        name: text('Name', 50),
        eventId: text('Id, by which it is known again', 200),
        at: optional(time('When it happened')),
        source: optional(
          Type.Union(
            [
              Type.Literal('website'),
              Type.Literal('app'),
              Type.Literal('email'),
              Type.Literal('phone_call'),
              Type.Literal('chat'),
              Type.Literal('physical_store'),
              Type.Literal('system_generated'),
              Type.Literal('other'),
            ],
            { title: 'Where it happened' },
          ),
        ),
        url: optional(Type.String({ title: 'Page', pattern: '^https?://[^\\s]+$', maxLength: 2_048 })),
        person: closed({
          email: optional(text('E-mail', 320)),
          phone: optional(text('Phone', 60)),
          firstName: optional(text('First name')),
          lastName: optional(text('Last name')),
          city: optional(text('City')),
          state: optional(text('State')),
          postalCode: optional(text('Postal code', 40)),
          country: optional(text('Country, by its two letters', 100)),
          externalId: optional(text('Id of the person in your product', 500)),
          leadId: optional(text('Id of the lead at the vendor', 100)),
          clickId: optional(text('Click id', 500)),
          browserId: optional(text('Browser id', 500)),
          ipAddress: optional(text('IP address', 45)),
          userAgent: optional(text('User agent', 1_000)),
        }),
        amountMinor: optional(minorAmount('Value')),
        currency: optional(currency()),
        orderId: optional(text('Order', 200)),
        parameters: optional(
          Type.Record(
            Type.String({ minLength: 1, maxLength: 100 }),
            Type.Union([Type.String({ maxLength: 1_000 }), Type.Number(), Type.Boolean()]),
            { title: 'Parameters', maxProperties: 50 },
          ),
        ),
      }),
      { title: 'Conversions', minItems: 1, maxItems: 5_000 },
    ),
    testEventCode: optional(text('Test event code', 100)),
  }),
  'automation.send': closed({
    action: text('Action', 200),
    payload: Type.Unknown({ title: 'Payload' }),
    idempotencyKey: idempotencyKey(),
  }),
  'automation.sendTest': nothing,
} as const
