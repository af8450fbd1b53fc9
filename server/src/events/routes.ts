import { Type } from 'typebox'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import type { EventTypes } from './event-types.ts'
import type { Events } from './events.ts'
import {
  AcceptedEvent,
  ByTypeName,
  Event,
  EventFilter,
  EventTypeAnswer,
  EventTypeChanges,
  NewEvent,
  NewEvents,
  NewEventType,
} from './schema.ts'

/** Publishing and listing events, and the catalogue of their types. */
export const eventRoutes =
  ({ events, eventTypes }: { events: Events; eventTypes: EventTypes }): Routes =>
  async (api) => {
    api.post(
      '/events',
      {
        config: { scope: 'events:write', idempotent: true },
        schema: {
          summary: 'Publish an event',
          tags: ['events'],
          body: NewEvent,
          response: replies(AcceptedEvent, 202),
        },
      },
      async ({ workspace, body, headers }, reply) => {
        const accepted = await events.publish(workspace.id, body, bytesOf(headers))
        reply.code(202)
        return ok(accepted)
      },
    )

    api.post(
      '/events/batch',
      {
        config: { scope: 'events:write', idempotent: true },
        schema: {
          summary: 'Publish up to 1,000 events, all or none',
          tags: ['events'],
          body: NewEvents,
          response: replies(Type.Object({ events: Type.Array(AcceptedEvent) }), 202),
        },
      },
      async ({ workspace, body, headers }, reply) => {
        const accepted = await events.publishBatch(workspace.id, body.events, bytesOf(headers))
        reply.code(202)
        return ok({ events: accepted })
      },
    )

    api.get(
      '/events',
      {
        config: { scope: 'events:read' },
        schema: { summary: 'List events', tags: ['events'], querystring: EventFilter, response: listReplies(Event) },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await events.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.get(
      '/event-types',
      {
        config: { scope: 'events:read' },
        schema: {
          summary: 'List the catalogue of event types',
          tags: ['event types'],
          response: replies(Type.Array(EventTypeAnswer)),
        },
      },
      async ({ workspace }) => ok(await eventTypes.list(workspace.id)),
    )

    api.post(
      '/event-types',
      {
        config: { scope: 'events:write', idempotent: true },
        schema: {
          summary: 'Add an event type',
          tags: ['event types'],
          body: NewEventType,
          response: replies(EventTypeAnswer, 201),
        },
      },
      async ({ workspace, body }, reply) => {
        const created = await eventTypes.create(workspace.id, body)
        reply.code(201)
        return ok(created)
      },
    )

    api.get(
      '/event-types/:name',
      {
        config: { scope: 'events:read' },
        schema: {
          summary: 'One event type',
          tags: ['event types'],
          params: ByTypeName,
          response: replies(EventTypeAnswer),
        },
      },
      async ({ workspace, params }) => ok(await eventTypes.get(workspace.id, params.name)),
    )

    api.patch(
      '/event-types/:name',
      {
        config: { scope: 'events:write' },
        schema: {
          summary: 'Change an event type of the workspace',
          tags: ['event types'],
          params: ByTypeName,
          body: EventTypeChanges,
          response: replies(EventTypeAnswer),
        },
      },
      async ({ workspace, params, body }) => ok(await eventTypes.update(workspace.id, params.name, body)),
    )

    api.delete(
      '/event-types/:name',
      {
        config: { scope: 'events:write' },
        schema: {
          summary: 'Remove an event type of the workspace',
          tags: ['event types'],
          params: ByTypeName,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await eventTypes.remove(workspace.id, params.name)
        return reply.code(204).send(null)
      },
    )
  }

/** How long the body is at most; chunked bodies do not say. */
const bytesOf = (headers: { 'content-length'?: string }): number =>
  headers['content-length'] === undefined ? Number.POSITIVE_INFINITY : Number(headers['content-length'])
