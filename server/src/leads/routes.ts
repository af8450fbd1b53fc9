import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { actorOf } from '../api/actor.ts'
import { listReplies, noReply, ok, page, replies } from '../api/envelope.ts'
import { invalid } from '../api/errors.ts'
import type { Routes } from '../api/server.ts'
import type { Leads } from './leads.ts'
import {
  Activity,
  ActivityFilter,
  ByLead,
  Lead,
  LeadChanges,
  LeadFilter,
  NewActivity,
  NewLead,
  NewNote,
  StatusChange,
  StatusChangeEntry,
  TagChanges,
} from './schema.ts'

const base = '/integrations/crm/leads'
const tags = ['leads']
const read = { scope: 'leads:read' } as const
const write = { scope: 'leads:write' } as const

/** Leads and their timelines. Reached at the root as well as under `/api`. */
export const leadRoutes =
  ({ leads }: { leads: Leads }): Routes =>
  async (api) => {
    api.get(
      base,
      { config: read, schema: { summary: 'Search leads', tags, querystring: LeadFilter, response: listReplies(Lead) } },
      async ({ workspace, query }) => {
        const { items, nextCursor } = await leads.search(workspace.id, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      base,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Add a lead that is not known yet; POST /api/leads captures one whether it is known or not',
          tags,
          body: NewLead,
          response: replies(Lead, 201),
        },
      },
      async ({ workspace, body, principal }, reply) => {
        const lead = await leads.create(workspace.id, body, actorOf(principal))
        return tagged(reply.code(201), lead)
      },
    )

    api.get(
      `${base}/:email`,
      { config: read, schema: { summary: 'Get a lead', tags, params: ByLead, response: replies(Lead) } },
      async ({ workspace, params }, reply) => tagged(reply, await leads.get(workspace.id, params.email)),
    )

    api.patch(
      `${base}/:email`,
      {
        config: write,
        schema: {
          summary: 'Change a lead; fields left out stay, null empties',
          tags,
          params: ByLead,
          body: LeadChanges,
          response: replies(Lead),
        },
      },
      async (request, reply) => {
        const { workspace, params, body, principal } = request
        const version = body.version ?? versionOf(request)
        const changes = version === undefined ? body : { ...body, version }
        return tagged(reply, await leads.update(workspace.id, params.email, changes, actorOf(principal)))
      },
    )

    api.delete(
      `${base}/:email`,
      {
        config: write,
        schema: { summary: 'Delete a lead with its timeline', tags, params: ByLead, response: noReply() },
      },
      async (request, reply) => {
        const { workspace, params, principal } = request
        await leads.remove(workspace.id, params.email, actorOf(principal), versionOf(request))
        return reply.code(204).send(null)
      },
    )

    api.put(
      `${base}/:email/status`,
      {
        config: write,
        schema: {
          summary: 'Move a lead to another status, by the rules of its pipeline',
          tags,
          params: ByLead,
          body: StatusChange,
          response: replies(Lead),
        },
      },
      async (request, reply) => {
        const { workspace, params, body, principal } = request
        const version = body.version ?? versionOf(request)
        const change = version === undefined ? body : { ...body, version }
        return tagged(reply, await leads.move(workspace.id, params.email, change, actorOf(principal)))
      },
    )

    api.get(
      `${base}/:email/status`,
      {
        config: read,
        schema: {
          summary: "List the changes of a lead's status, oldest first",
          tags,
          params: ByLead,
          response: replies(Type.Array(StatusChangeEntry)),
        },
      },
      async ({ workspace, params }) => ok(await leads.history(workspace.id, params.email)),
    )

    api.get(
      `${base}/:email/activities`,
      {
        config: read,
        schema: {
          summary: "Read a lead's timeline, latest first",
          tags,
          params: ByLead,
          querystring: ActivityFilter,
          response: listReplies(Activity),
        },
      },
      async ({ workspace, params, query }) => {
        const { items, nextCursor } = await leads.timeline(workspace.id, params.email, query)
        return page(items, nextCursor)
      },
    )

    api.post(
      `${base}/:email/activities`,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: "Add to a lead's timeline",
          tags,
          params: ByLead,
          body: NewActivity,
          response: replies(Activity, 201),
        },
      },
      async ({ workspace, params, body, principal }, reply) => {
        const activity = await leads.addToTimeline(workspace.id, params.email, body, actorOf(principal))
        reply.code(201)
        return ok(activity)
      },
    )

    api.post(
      `${base}/:email/notes`,
      {
        config: { ...write, idempotent: true },
        schema: { summary: 'Note something', tags, params: ByLead, body: NewNote, response: replies(Activity, 201) },
      },
      async ({ workspace, params, body, principal }, reply) => {
        const note = { type: 'note', title: 'Note', body: body.text }
        const activity = await leads.addToTimeline(workspace.id, params.email, note, actorOf(principal))
        reply.code(201)
        return ok(activity)
      },
    )

    api.post(
      `${base}/:email/tags`,
      {
        config: write,
        schema: { summary: 'Add and remove tags', tags, params: ByLead, body: TagChanges, response: replies(Lead) },
      },
      async (request, reply) => {
        const { workspace, params, body, principal } = request
        const changed = leads.changeTags(workspace.id, params.email, body, actorOf(principal), versionOf(request))
        return tagged(reply, await changed)
      },
    )
  }

/** The version of a lead goes with it, so that the next change can say what it has seen. */
function tagged(reply: FastifyReply, lead: Lead) {
  reply.header('etag', `"${lead.version}"`)
  return ok(lead)
}

/** What `If-Match` says the caller has seen. */
function versionOf({ headers }: Pick<FastifyRequest, 'headers'>): number | undefined {
  const given = headers['if-match']
  if (given === undefined || given === '*') return undefined
  const version = /^"(\d{1,9})"$/.exec(given)?.[1]
  if (version === undefined) throw invalid('headers.if-match', 'must be the ETag of the lead, such as "3"')
  return Number(version)
}
