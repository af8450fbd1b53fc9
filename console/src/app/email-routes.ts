import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readSendFilter } from '../lib/email-in-words.ts'
import { parent, text } from './signed-in.tsx'

const sends = createRoute({
  getParentRoute: parent,
  path: '/email',
  validateSearch: readSendFilter,
  component: lazyRouteComponent(() => import('../features/email/sends.tsx'), 'EmailSends'),
})
const send = createRoute({
  getParentRoute: parent,
  path: '/email/$sendId',
  component: lazyRouteComponent(() => import('../features/email/send.tsx'), 'EmailSendPage'),
})
const templates = createRoute({
  getParentRoute: parent,
  path: '/email/templates',
  component: lazyRouteComponent(() => import('../features/email/templates.tsx'), 'EmailTemplates'),
})
// The name is no part of the path: one with a dot in it looks like a file that the hub would serve.
const template = createRoute({
  getParentRoute: parent,
  path: '/email/template',
  validateSearch: (search): { name: string } => ({ name: text(search.name) ?? '' }),
  component: lazyRouteComponent(() => import('../features/email/template.tsx'), 'EmailTemplatePage'),
})

/** The pages about e-mails to people. */
export const emailRoutes = [sends, send, templates, template]
