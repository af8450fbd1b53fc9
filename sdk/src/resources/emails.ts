import type { CallOptions, Transport } from '../transport.ts'
import type { EmailFilter, EmailPreview, EmailTemplateInput, NewEmail } from '../types.ts'

/** E-mail to single persons, and the templates it is written with. */
export const emailsOf = ({ call, create, list }: Transport) => ({
  list: (filter?: EmailFilter, options?: CallOptions) => list('GET /api/email/sends', { query: filter }, options),
  /** Queues a mail; it is sent over what the workspace connected, or kept in its outbox. */
  send: (mail: NewEmail, options?: CallOptions) => create('POST /api/email/sends', { body: mail }, options),
  get: (id: string, options?: CallOptions) => call('GET /api/email/sends/{id}', { path: { id } }, options),
  /** Sends again what was kept, failed or is unknown. */
  retry: (id: string, options?: CallOptions) => call('POST /api/email/sends/{id}/retry', { path: { id } }, options),
  preview: (preview: EmailPreview, options?: CallOptions) =>
    call('POST /api/email/preview', { body: preview }, options),
  templates: {
    list: (options?: CallOptions) => call('GET /api/email/templates', {}, options),
    get: (templateName: string, options?: CallOptions) =>
      call('GET /api/email/templates/{templateName}', { path: { templateName } }, options),
    put: (templateName: string, template: EmailTemplateInput, options?: CallOptions) =>
      call('PUT /api/email/templates/{templateName}', { path: { templateName }, body: template }, options),
    delete: (templateName: string, options?: CallOptions) =>
      call('DELETE /api/email/templates/{templateName}', { path: { templateName } }, options),
  },
})
