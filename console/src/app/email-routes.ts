import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readSendFilter } from '../lib/email-in-words.ts'
import { parent } from './signed-in.tsx'

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
const template = createRoute({
  getParentRoute: parent,
  path: '/email/templates/$templateName',
  component: lazyRouteComponent(() => import('../features/email/template.tsx'), 'EmailTemplatePage'),
})

/** The pages about e-mails to people. */
export const emailRoutes = [sends, send, templates, template]
