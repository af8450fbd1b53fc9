import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Scheduling } from './scheduling.ts'
import {
  Host,
  HostChanges,
  HostFilter,
  NewHost,
  NewProvider,
  Provider,
  ProviderChanges,
  ProviderFilter,
  SlotQuery,
  Slots,
} from './schema.ts'

const base = '/integrations/calendar'

/** Slots, and who offers them. Reached at the root as well as under `/api`. */
export const schedulingRoutes =
  ({ availability, hosts, providers }: Pick<Scheduling, 'availability' | 'hosts' | 'providers'>): Routes =>
  async (api) => {
    api.get(
      `${base}/available-slots`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'listSlots',
          summary: 'When hosts can be booked',
          description:
            'By their rules, minus bookings, holds and what connected calendars say is busy. A calendar that cannot be read makes the slots of its host unconfirmed.',
          tags: ['scheduling'],
          querystring: SlotQuery,
          response: replies(Slots),
        },
      },
      async ({ workspace, query }) => ok(await availability.slots(workspace.id, query)),
    )

    api.get(
      `${base}/hosts`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'listHosts',
          summary: 'List hosts',
          tags: ['scheduling'],
          querystring: HostFilter,
          response: listReplies(Host),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await hosts.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      `${base}/hosts`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'createHost',
          summary: 'Add a host: somebody, or something, who can be booked',
          tags: ['scheduling'],
          body: NewHost,
          response: replies(Host, 201),
        },
      },
      async ({ workspace, body }, reply) => reply.code(201).send(ok(await hosts.create(workspace.id, body))),
    )

    api.get(
      `${base}/hosts/:id`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'getHost',
          summary: 'One host with its rules',
          tags: ['scheduling'],
          params: ById,
          response: replies(Host),
        },
      },
      async ({ workspace, params }) => ok(await hosts.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/hosts/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'updateHost',
          summary: 'Change a host or its rules; a list that is given replaces the one before',
          tags: ['scheduling'],
          params: ById,
          body: HostChanges,
          response: replies(Host),
        },
      },
      async ({ workspace, params, body }) => ok(await hosts.update(workspace.id, params.id, body)),
    )

    api.delete(
      `${base}/hosts/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'deleteHost',
          summary: 'Remove a host who has no bookings ahead',
          tags: ['scheduling'],
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await hosts.remove(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )

    api.get(
      `${base}/providers`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'listCalendarProviders',
          summary: 'List the connected calendars of hosts',
          tags: ['scheduling'],
          querystring: ProviderFilter,
          response: listReplies(Provider),
        },
      },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await providers.list(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      `${base}/providers`,
      {
        config: { scope: 'scheduling:write', idempotent: true },
        schema: {
          operationId: 'createCalendarProvider',
          summary: "Connect an integration's calendar to a host",
          tags: ['scheduling'],
          body: NewProvider,
          response: replies(Provider, 201),
        },
      },
      async ({ workspace, body }, reply) => reply.code(201).send(ok(await providers.create(workspace.id, body))),
    )

    api.get(
      `${base}/providers/:id`,
      {
        config: { scope: 'scheduling:read' },
        schema: {
          operationId: 'getCalendarProvider',
          summary: 'One connected calendar, and how well it is known',
          tags: ['scheduling'],
          params: ById,
          response: replies(Provider),
        },
      },
      async ({ workspace, params }) => ok(await providers.get(workspace.id, params.id)),
    )

    api.patch(
      `${base}/providers/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'updateCalendarProvider',
          summary: 'Change what a connected calendar is used for',
          tags: ['scheduling'],
          params: ById,
          body: ProviderChanges,
          response: replies(Provider),
        },
      },
      async ({ workspace, params, body }) => ok(await providers.update(workspace.id, params.id, body)),
    )

    api.delete(
      `${base}/providers/:id`,
      {
        config: { scope: 'scheduling:write' },
        schema: {
          operationId: 'deleteCalendarProvider',
          summary: 'Use a calendar no longer',
          tags: ['scheduling'],
          params: ById,
          response: noReply(),
        },
      },
      async ({ workspace, params }, reply) => {
        await providers.remove(workspace.id, params.id)
        return reply.code(204).send(null)
      },
    )
  }
