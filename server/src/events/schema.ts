import { type Static, Type } from 'typebox'
import { Paging } from '../api/paging.ts'
import { Id, Nullable, Time } from '../api/schemas.ts'
import { typeNamePattern } from './catalogue.ts'

export const maxPayloadBytes = 256 * 1_024
export const maxBatch = 1_000

export const TypeName = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: typeNamePattern,
  'x-expects': 'the name of an event type, words joined by dots such as order.shipped',
})

export const Channel = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[\\x21-\\x7e]+$',
  'x-expects': 'the name of a channel, 1 to 128 visible ASCII characters',
})

const Payload = Type.Unknown({ description: 'Any JSON up to 256 KiB; of known types, what their schema asks for.' })

export const NewEvent = Type.Object({
  type: TypeName,
  payload: Payload,
  occurredAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'When it happened, where that is not now.' }),
  ),
  channels: Type.Optional(
    Type.Array(Channel, { maxItems: 20, description: 'Endpoints that name channels hear only events that share one.' }),
  ),
})
export type NewEvent = Static<typeof NewEvent>

export const NewEvents = Type.Object({ events: Type.Array(NewEvent, { minItems: 1, maxItems: maxBatch }) })

export const AcceptedEvent = Type.Object({ id: Id, type: Type.String(), occurredAt: Time, createdAt: Time })
export type AcceptedEvent = Static<typeof AcceptedEvent>

export const Event = Type.Object({
  id: Id,
  type: Type.String(),
  payload: Type.Unknown(),
  occurredAt: Time,
  createdAt: Time,
  channels: Nullable(Type.Array(Type.String())),
})
export type Event = Static<typeof Event>

/** A type, or all types of a family: `booking.*`. */
export const TypePattern = Type.String({
  minLength: 1,
  maxLength: 130,
  pattern: '^(\\*|[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*(\\.\\*)?)$',
  'x-expects': 'the name of an event type, a family of them such as booking.*, or *',
})

export const EventFilter = Type.Object({
  ...Paging.properties,
  type: Type.Optional(TypePattern),
  channel: Type.Optional(Channel),
  after: Type.Optional(Type.String({ format: 'date-time', description: 'Accepted at this time or later.' })),
  before: Type.Optional(Type.String({ format: 'date-time', description: 'Accepted before this time.' })),
})
export type EventFilter = Static<typeof EventFilter>

const JsonSchema = Type.Unknown({
  description: 'A JSON Schema that payloads are checked against; null accepts any.',
  'x-expects': 'a JSON Schema or null',
})
const Description = Type.String({ maxLength: 2_000 })
const Example = Type.Unknown({ description: 'A payload that the schema accepts.' })

export const NewEventType = Type.Object({
  name: TypeName,
  description: Type.Optional(Description),
  schema: Type.Optional(JsonSchema),
  example: Type.Optional(Example),
})
export type NewEventType = Static<typeof NewEventType>

export const EventTypeChanges = Type.Object({
  description: Type.Optional(Description),
  schema: Type.Optional(JsonSchema),
  example: Type.Optional(Example),
})
export type EventTypeChanges = Static<typeof EventTypeChanges>

export const EventTypeAnswer = Type.Object({
  name: Type.String(),
  description: Type.String(),
  schema: Type.Unknown(),
  example: Type.Unknown(),
  builtIn: Type.Boolean(),
  aliases: Type.Array(Type.String()),
})
export type EventTypeAnswer = Static<typeof EventTypeAnswer>

export const ByTypeName = Type.Object({ name: TypeName })
