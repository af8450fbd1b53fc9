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

export type Workspace = Item<'GET /api/workspaces'>
export type NewWorkspace = Body<'POST /api/workspaces'>
export type WorkspaceChanges = Body<'PATCH /api/workspaces/{id}'>

export type Member = Item<'GET /api/workspaces/{id}/members'>
export type NewMember = Body<'POST /api/workspaces/{id}/members'>
export type Role = Member['role']

export type ApiKey = Item<'GET /api/workspaces/{id}/api-keys'>
export type CreatedApiKey = Answer<'POST /api/workspaces/{id}/api-keys'>
export type NewApiKey = Body<'POST /api/workspaces/{id}/api-keys'>
