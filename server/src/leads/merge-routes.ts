import { Readable } from 'node:stream'
import { Type } from 'typebox'
import { actorOf } from '../api/actor.ts'
import { ok, replies } from '../api/envelope.ts'
import { ById } from '../api/schemas.ts'
import type { Routes } from '../api/server.ts'
import type { Leads } from './leads.ts'
import { ByLead, Duplicates, DuplicatesQuery, Lead, Merge, Merged, NewMerge, PersonalData } from './schema.ts'

const base = '/integrations/crm/leads'
const tags = ['leads']
const read = { scope: 'leads:read' } as const
const write = { scope: 'leads:write' } as const

/** Duplicates and merges, and a person's right to their data. Reached at the root as well as under `/api`. */
export const mergeRoutes =
  ({ leads }: { leads: Leads }): Routes =>
  async (api) => {
    api.get(
      '/integrations/crm/duplicates',
      {
        config: read,
        schema: {
          summary: 'Show leads that may be one person, and why',
          tags,
          querystring: DuplicatesQuery,
          response: replies(Duplicates),
        },
      },
      async ({ workspace, query }) => ok(await leads.duplicates(workspace.id, query)),
    )

    api.get(
      `${base}/:email/duplicates`,
      {
        config: read,
        schema: {
          summary: 'Show who may be the same person as this lead',
          tags,
          params: ByLead,
          response: replies(Duplicates),
        },
      },
      async ({ workspace, params }) => ok(await leads.duplicatesOf(workspace.id, params.email)),
    )

    api.post(
      `${base}/:email/merge`,
      {
        config: { ...write, idempotent: true },
        schema: {
          summary: 'Merge another lead into this one; it can be undone',
          tags,
          params: ByLead,
          body: NewMerge,
          response: replies(Merged),
        },
      },
      async ({ workspace, params, body, principal }) =>
        ok(await leads.merge(workspace.id, params.email, body, actorOf(principal))),
    )

    api.get(
      `${base}/:email/merges`,
      {
        config: read,
        schema: {
          summary: 'List what was merged into a lead',
          tags,
          params: ByLead,
          response: replies(Type.Array(Merge)),
        },
      },
      async ({ workspace, params }) => ok(await leads.merges(workspace.id, params.email)),
    )

    api.post(
      '/integrations/crm/merges/:id/undo',
      {
        config: write,
        schema: {
          summary: 'Undo a merge',
          tags,
          params: ById,
          response: replies(Type.Object({ lead: Lead, restored: Lead })),
        },
      },
      async ({ workspace, params, principal }) =>
        ok(await leads.undoMerge(workspace.id, params.id, actorOf(principal))),
    )

    api.get(
      `${base}/:email/export`,
      {
        config: read,
        schema: {
          summary: 'Everything that is kept about a person',
          description:
            'Of any length: it is sent as it is read. Where reading fails on the way the connection is cut, and what came is not whole.',
          tags,
          params: ByLead,
          response: replies(PersonalData),
        },
      },
      async ({ workspace, params }, reply) => {
        const text = await leads.personalData(workspace.id, params.email)
        return reply.type('application/json; charset=utf-8').send(Readable.from(text) as never)
      },
    )

    api.post(
      `${base}/:email/erase`,
      {
        config: write,
        schema: {
          summary: 'Forget a person: the lead, its timeline, and what events and operations said of it',
          tags,
          params: ByLead,
          response: replies(Type.Object({ events: Type.Integer() })),
        },
      },
      async ({ workspace, params, principal }) => ok(await leads.erase(workspace.id, params.email, actorOf(principal))),
    )
  }
