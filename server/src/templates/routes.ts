import { Type } from 'typebox'
import { ok, replies } from '../api/envelope.ts'
import type { Routes } from '../api/server.ts'
import { ByTemplateId, Template, TemplateChanges, TemplateDetail, TemplateFilter } from './schema.ts'
import type { Templates } from './templates.ts'

const base = '/integrations/templates'

/** The catalogue of what can be connected. */
export const templateRoutes =
  ({ templates }: { templates: Templates }): Routes =>
  async (api) => {
    api.get(
      base,
      {
        config: { scope: 'integrations:read' },
        schema: {
          summary: 'List what can be connected',
          tags: ['templates'],
          querystring: TemplateFilter,
          response: replies(Type.Array(Template)),
        },
      },
      async ({ query }) => ok(await templates.list(query)),
    )

    api.get(
      `${base}/:id`,
      {
        config: { scope: 'integrations:read' },
        schema: {
          summary: 'One template: its form, its setup guide and what it can do',
          tags: ['templates'],
          params: ByTemplateId,
          response: replies(TemplateDetail),
        },
      },
      async ({ params }) => ok(await templates.get(params.id)),
    )

    api.patch(
      `${base}/:id`,
      {
        config: { platform: true },
        schema: {
          summary: 'Describe, activate or deactivate a template',
          tags: ['templates'],
          params: ByTemplateId,
          body: TemplateChanges,
          response: replies(TemplateDetail),
        },
      },
      async ({ params, body }) => ok(await templates.update(params.id, body)),
    )
  }
