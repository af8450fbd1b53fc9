import type { Operations } from './generated/api.ts'

type Body<Name extends keyof Operations> = Operations[Name] extends { body: infer B } ? B : never
type OptionalBody<Name extends keyof Operations> = Operations[Name] extends { body?: infer B } ? NonNullable<B> : never
type Query<Name extends keyof Operations> = Operations[Name] extends { query?: infer Q } ? NonNullable<Q> : never
type Answer<Name extends keyof Operations> = Operations[Name]['answer']
type Item<Name extends keyof Operations> = Answer<Name> extends readonly (infer T)[] ? T : never

/** How much of a list to give, and from where on. */
export type PageQuery = { limit?: number; cursor?: string }

export type NewEvent = Body<'POST /api/events'>
export type Event = Item<'GET /api/events'>
/** An event with its deliveries and their attempts. */
export type EventTrace = Answer<'GET /api/events/{id}'>
/** One of the deliveries of an event's trace. */
export type TracedDelivery = EventTrace['deliveries'][number]
export type EventFilter = Query<'GET /api/events'>

export type EventType = Item<'GET /api/event-types'>
export type NewEventType = Body<'POST /api/event-types'>
export type EventTypeChanges = Body<'PATCH /api/event-types/{name}'>

export type Endpoint = Item<'GET /api/integrations/webhooks'>
/** An endpoint as the answer to its creation shows it, with its secret. */
export type CreatedEndpoint = Answer<'POST /api/integrations/webhooks'>
export type NewEndpoint = Body<'POST /api/integrations/webhooks'>
export type EndpointChanges = Body<'PATCH /api/integrations/webhooks/{id}'>
export type EndpointFilter = Query<'GET /api/integrations/webhooks'>
export type EndpointTest = OptionalBody<'POST /api/integrations/webhooks/{id}/test'>
export type EndpointTestResult = Answer<'POST /api/integrations/webhooks/{id}/test'>
export type RotatedSecret = Answer<'POST /api/integrations/webhooks/{id}/rotate-secret'>
export type SecretRotation = OptionalBody<'POST /api/integrations/webhooks/{id}/rotate-secret'>
export type Statistics = Answer<'GET /api/integrations/webhooks/stats'>
export type StatisticsWindow = NonNullable<Query<'GET /api/integrations/webhooks/stats'>['window']>

export type Delivery = Item<'GET /api/integrations/webhooks/deliveries'>
export type DeliveryStatus = Delivery['status']
export type DeliveryFilter = Query<'GET /api/integrations/webhooks/deliveries'>
/** A delivery with its attempts and the request that the endpoint gets. */
export type DeliveryTrace = Answer<'GET /api/integrations/webhooks/deliveries/{deliveryId}'>
export type Attempt = DeliveryTrace['attemptList'][number]

export type Replay = Item<'GET /api/integrations/webhooks/replays'>
export type NewReplay = Body<'POST /api/integrations/webhooks/replays'>

export type Email = Answer<'GET /api/email/sends/{id}'>
export type EmailSummary = Item<'GET /api/email/sends'>
export type NewEmail = Body<'POST /api/email/sends'>
export type EmailFilter = Query<'GET /api/email/sends'>
export type EmailPreview = Body<'POST /api/email/preview'>
export type RenderedEmail = Answer<'POST /api/email/preview'>
export type EmailTemplate = Answer<'GET /api/email/templates/{templateName}'>
export type EmailTemplateInput = Body<'PUT /api/email/templates/{templateName}'>

export type Sms = Item<'GET /api/sms/sends'>
export type NewSms = Body<'POST /api/sms/sends'>
export type SmsFilter = Query<'GET /api/sms/sends'>

export type Workspace = Item<'GET /api/workspaces'>
export type NewWorkspace = Body<'POST /api/workspaces'>
export type WorkspaceChanges = Body<'PATCH /api/workspaces/{id}'>

export type Member = Item<'GET /api/workspaces/{id}/members'>
export type NewMember = Body<'POST /api/workspaces/{id}/members'>
export type Role = Member['role']

export type ApiKey = Item<'GET /api/workspaces/{id}/api-keys'>
export type CreatedApiKey = Answer<'POST /api/workspaces/{id}/api-keys'>
export type NewApiKey = Body<'POST /api/workspaces/{id}/api-keys'>

/** Who is signed in to the console, and the workspaces they are a member of. */
export type Session = Answer<'GET /api/session'>

/** A connector as an entry of the catalogue. */
export type Template = Item<'GET /api/integrations/templates'>
/** A template with its form, its setup guide and what it can do. */
export type TemplateDetail = Answer<'GET /api/integrations/templates/{id}'>
export type TemplateChanges = Body<'PATCH /api/integrations/templates/{id}'>

export type Integration = Item<'GET /api/integrations'>
export type IntegrationStatus = Integration['status']
export type NewIntegration = Body<'POST /api/integrations'>
export type IntegrationChanges = Body<'PATCH /api/integrations/{id}'>
export type IntegrationTestResult = Answer<'POST /api/integrations/{id}/test'>
export type IntegrationHealth = Answer<'GET /api/integrations/{id}/health'>
/** What an integration can do, with the form of its input. */
export type OperationState = Item<'GET /api/integrations/{id}/operations'>
export type OperationLogEntry = Item<'GET /api/integrations/logs'>
export type OperationLogFilter = Query<'GET /api/integrations/logs'>
export type SealedFile = Answer<'POST /api/integrations/{id}/export'>
export type Sync = Answer<'GET /api/integrations/{id}/sync'>
export type Agent = Item<'GET /api/agents'>

/** Which events become which operation of an integration. */
export type IntegrationSubscription = Item<'GET /api/integrations/{id}/subscriptions'>
export type NewIntegrationSubscription = Body<'POST /api/integrations/{id}/subscriptions'>
export type MappingPreview = Answer<'POST /api/integrations/{id}/subscriptions/preview'>
export type ReconciledOutcome = Item<'POST /api/integrations/deliveries/{deliveryId}/reconcile'>

/** Where a vendor is to send the webhooks of an integration, and whether it does. */
export type WebhookSettings = Answer<'GET /api/integrations/{id}/webhook'>
export type NewWebhookSecret = Answer<'POST /api/integrations/{id}/webhook/rotate-secret'>
export type InboundWebhook = Item<'GET /api/inbound-webhooks'>
export type InboundWebhookDetail = Answer<'GET /api/inbound-webhooks/{id}'>
export type InboundWebhookFilter = Query<'GET /api/inbound-webhooks'>

/** The operator's application at a vendor. */
export type OAuthApplication = Item<'GET /api/integrations/oauth/applications'>
export type OAuthApplicationFields = Body<'PUT /api/integrations/oauth/applications/{provider}'>
export type Authorization = Answer<'GET /api/integrations/oauth/{provider}/authorize'>
export type ConnectSession = Answer<'GET /api/connect-sessions/{id}'>
export type NewConnectSession = Body<'POST /api/connect-sessions'>
/** A connect session as the answer to its creation shows it, with its link. */
export type CreatedConnectSession = Answer<'POST /api/connect-sessions'>

export type Lead = Item<'GET /api/integrations/crm/leads'>
export type NewLead = Body<'POST /api/integrations/crm/leads'>
export type LeadChanges = Body<'PATCH /api/integrations/crm/leads/{email}'>
export type LeadFilter = Query<'GET /api/integrations/crm/leads'>
/** An entry of a lead's timeline. */
export type LeadActivity = Item<'GET /api/integrations/crm/leads/{email}/activities'>
/** The stages that leads go through. */
export type Pipeline = Item<'GET /api/integrations/crm/pipelines'>
/** What a pipeline holds, and what became of its leads. */
export type PipelineStatistics = Answer<'GET /api/integrations/crm/pipeline/stats'>
export type PipelineStatisticsQuery = Query<'GET /api/integrations/crm/pipeline/stats'>
/** Leads that may be one person, and why. */
export type DuplicateGroup = Item<'GET /api/integrations/crm/duplicates'>
/** Two leads made one. */
export type LeadMerge = Item<'GET /api/integrations/crm/leads/{email}/merges'>
export type NewLeadMerge = Body<'POST /api/integrations/crm/leads/{email}/merge'>
export type MergedLead = Answer<'POST /api/integrations/crm/leads/{email}/merge'>
/** Everything that is kept about a person. */
export type PersonalData = Answer<'GET /api/integrations/crm/leads/{email}/export'>
export type LeadImport = Item<'GET /api/integrations/crm/imports'>
/** How a file of leads would be read. */
export type LeadImportPreview = Answer<'POST /api/integrations/crm/imports/preview'>
export type LeadExport = Item<'GET /api/integrations/crm/exports'>

/** A call of a voice agent. */
export type Call = Item<'GET /api/calls'>
/** A call with its transcript, and what became of it at each integration. */
export type CallDetail = Answer<'GET /api/calls/{id}'>
export type NewCall = Body<'POST /api/calls'>

/** Who can be booked, with hours and rules. */
export type Host = Item<'GET /api/integrations/calendar/hosts'>
export type NewHost = Body<'POST /api/integrations/calendar/hosts'>
export type HostChanges = Body<'PATCH /api/integrations/calendar/hosts/{id}'>
/** What is free. */
export type Slots = Answer<'GET /api/integrations/calendar/available-slots'>
export type Booking = Item<'GET /api/integrations/calendar/bookings'>
export type NewBooking = Body<'POST /api/integrations/calendar/bookings'>

export type NewCalendarEvent = Body<'POST /api/integrations/calendar/events'>
export type CalendarEventChanges = Body<'PATCH /api/integrations/calendar/events/{id}'>
/** An event as it stands in the connected calendar. */
export type ConnectedCalendarEvent = Answer<'POST /api/integrations/calendar/events'>
/** What became of something that a service was asked for. */
export type ServiceResult = Answer<'GET /api/integrations/results/{id}'>
export type ServiceResultFilter = Query<'GET /api/integrations/results'>
export type NewFile = { name: string; content: Uint8Array | Blob | string; contentType?: string | undefined }

export type EmailAccount = Body<'POST /api/integrations/email'>
export type EmailTrial = Body<'POST /api/integrations/email/test'>
export type SmsAccount = Body<'POST /api/integrations/sms'>
export type SmsTrial = Body<'POST /api/integrations/sms/test'>
export type CalendarAccount = Body<'POST /api/integrations/calendar'>
export type CalendarTrial = Body<'POST /api/integrations/calendar/test'>
export type StorageAccount = Body<'POST /api/integrations/storage'>
/** A connected calendar of a host. */
export type CalendarProvider = Item<'GET /api/integrations/calendar/providers'>
export type NewCalendarProvider = Body<'POST /api/integrations/calendar/providers'>
export type CalendarProviderChanges = Body<'PATCH /api/integrations/calendar/providers/{id}'>
/** Somebody's wish for a consultation. */
export type Consultation = Item<'GET /api/integrations/calendar/consultation-requests'>
