import { ApiError, invalid, notFound } from '../api/errors.ts'
import type { Database, Db } from '../db/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { findWorkspace } from '../workspaces/queries.ts'
import { builtInTemplates, layoutName, type TemplateSource } from './built-in-templates.ts'
import { checkLiquid, render } from './liquid.ts'
import { plainTextOf } from './plain-text.ts'
import {
  countTemplates,
  deleteTemplate,
  findTemplates,
  listTemplates,
  putTemplate,
  type TemplateRow,
} from './queries.ts'
import type { EmailTemplate, Preview, Rendered, TemplateInput } from './schema.ts'

const mostTemplates = 500
/** Longer subjects are cut by every mailbox. */
const longestSubject = 500

/** Templates of e-mail: those that the hub brings, and those that a workspace wrote in their place or besides. */
export function createEmailTemplates({ database, clock, log }: { database: Database; clock: Clock; log: Log }) {
  async function sourcesOf(tx: Db, workspaceId: string, name: string) {
    const rows = new Map((await findTemplates(tx, workspaceId, [name, layoutName])).map((row) => [row.name, row]))
    const find = (wanted: string): TemplateSource | undefined => rows.get(wanted) ?? builtIn(wanted)
    return { source: find(name), layout: find(layoutName)!, row: rows.get(name) }
  }

  async function fill(
    tx: Db,
    workspaceId: string,
    source: TemplateSource,
    layout: TemplateSource,
    data: object,
  ): Promise<Rendered> {
    const workspace = await findWorkspace(tx, workspaceId)
    const all = { workspaceName: workspace?.name, ...data }
    const isOurs = isBuiltIn(source)
    const around = (part: 'html' | 'text', content: string): string => {
      const outer = source.usesLayout ? layout[part] : null
      const how = { field: `layout.${part}`, isOurs: isBuiltIn(layout) }
      return outer === null ? content : render(part, outer, { ...all, content }, how)
    }
    const inner = source.html === null ? null : render('html', source.html, all, { field: 'html', isOurs })
    const words =
      source.text === null
        ? inner === null
          ? null
          : plainTextOf(inner)
        : render('text', source.text, all, { field: 'text', isOurs })
    return {
      // A line break would begin another header.
      subject: render('text', source.subject, all, { field: 'subject', isOurs })
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, longestSubject),
      html: inner === null ? null : around('html', inner),
      text: words === null ? null : around('text', words),
    }
  }

  function check(input: TemplateInput, field: string): TemplateSource {
    const { subject, html = null, text = null, description = null, usesLayout = true } = input
    if (html === null && text === null) throw invalid(field, 'needs html or text')
    checkLiquid('text', subject, `${field}.subject`)
    if (html !== null) checkLiquid('html', html, `${field}.html`)
    if (text !== null) checkLiquid('text', text, `${field}.text`)
    return { subject, html, text, description, usesLayout }
  }

  return {
    /**
     * Fills a template in, in the caller's transaction.
     * @throws ApiError VALIDATION_FAILED where there is no such template, or it cannot be filled in
     */
    async fillIn(tx: Db, workspaceId: string, name: string, data: object): Promise<Rendered> {
      const { source, layout } = await sourcesOf(tx, workspaceId, name)
      if (!source || name === layoutName)
        throw invalid('body.template', 'is not a template of this workspace; GET /api/email/templates lists them')
      const own = builtIn(name)
      try {
        const filled = await fill(tx, workspaceId, source, layout, data)
        if (filled.subject !== '' || !own) return filled
        // Written of something that is not there this time. A mail must have a subject; the rest is as it was written.
        return { ...filled, subject: (await fill(tx, workspaceId, own, layout, data)).subject }
      } catch (error) {
        // A flow of the hub does not break because of what somebody wrote into its template.
        if (!own || !(error instanceof ApiError)) throw error
        log.warn(
          { workspaceId, template: name, err: error },
          'Email: a template cannot be filled in; the built-in one is sent',
        )
        return await fill(tx, workspaceId, own, builtIn(layoutName)!, data)
      }
    },

    list: (workspaceId: string): Promise<EmailTemplate[]> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const own = new Map((await listTemplates(tx, workspaceId)).map((row) => [row.name, row]))
        const names = [...new Set([...Object.keys(builtInTemplates), ...own.keys()])].sort()
        return names.map((name) => answer(name, own.get(name))!)
      }),

    get: (workspaceId: string, name: string): Promise<EmailTemplate> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const found = answer(name, (await findTemplates(tx, workspaceId, [name]))[0])
        if (!found) throw notFound('template')
        return found
      }),

    put: (workspaceId: string, name: string, input: TemplateInput): Promise<EmailTemplate> => {
      const source = check(input, 'body')
      if (name === layoutName && !/\{\{-?\s*content\b/.test(source.html ?? ''))
        throw invalid('body.html', 'must hold {{ content | raw }}, or the layout would show nothing of the mail')
      return database.inWorkspace(workspaceId, async (tx) => {
        const [present] = await findTemplates(tx, workspaceId, [name])
        if (!present && (await countTemplates(tx, workspaceId)) >= mostTemplates)
          throw new ApiError('CONFLICT', `A workspace has at most ${mostTemplates} templates; delete some.`)
        const at = new Date(clock.now())
        const row: TemplateRow = { workspaceId, name, ...source, createdAt: present?.createdAt ?? at, updatedAt: at }
        await putTemplate(tx, row)
        return answer(name, row)!
      })
    },

    /** Takes back what the workspace wrote; a built-in template of the same name counts again. */
    remove: (workspaceId: string, name: string): Promise<void> =>
      database.inWorkspace(workspaceId, async (tx) => {
        if (!(await deleteTemplate(tx, workspaceId, name))) throw notFound('template')
      }),

    preview: (workspaceId: string, { template, draft, data = {} }: Preview): Promise<Rendered> =>
      database.inWorkspace(workspaceId, async (tx) => {
        const { source, layout } = await sourcesOf(tx, workspaceId, template ?? layoutName)
        if (draft) return fill(tx, workspaceId, check(draft, 'body.draft'), layout, data)
        if (template === undefined) throw invalid('body', 'needs a template, or a draft of one')
        if (!source) throw invalid('body.template', 'is not a template of this workspace')
        return fill(tx, workspaceId, source, layout, { content: '<p>…</p>', ...data })
      }),
  }
}

const builtIn = (name: string): TemplateSource | undefined =>
  Object.hasOwn(builtInTemplates, name) ? builtInTemplates[name] : undefined

const isBuiltIn = (source: TemplateSource): boolean => Object.values(builtInTemplates).includes(source)

function answer(name: string, row: TemplateRow | undefined): EmailTemplate | undefined {
  const source = row ?? builtIn(name)
  if (!source) return undefined
  const { description, subject, html, text, usesLayout } = source
  return {
    ...{ name, description, subject, html, text, usesLayout },
    isBuiltIn: builtIn(name) !== undefined,
    isCustom: row !== undefined,
    updatedAt: row?.updatedAt.toISOString() ?? null,
  }
}
