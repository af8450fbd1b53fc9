import { type InboundEvent, type InboundRequest, schemes, type Webhook } from '../../kit/index.ts'
import type { SalesforceContext } from './settings.ts'

/** What a flow sends, as setup.md says. */
type News = { object: string; action: string; id: string; eventId?: unknown }

const subjects: Record<string, string> = { Lead: 'contact', Contact: 'contact', Opportunity: 'deal' }
const actions = new Set(['created', 'updated', 'deleted'])

/** Salesforce has no webhooks; a flow of the account calls the hub, with a secret that the hub made in a header. */
export const webhook: Webhook<SalesforceContext['settings']> = {
  verify: schemes.headerSecret(),
  secret: 'generated',

  parse({ rawBody }: InboundRequest): InboundEvent[] {
    const body: unknown = JSON.parse(rawBody.toString())
    return (Array.isArray(body) ? body : [body]).filter(isNews).map(read)
  },
}

const isNews = (value: unknown): value is News => {
  const { object, action, id } = Object(value) as Partial<News>
  return [object, action, id].every((part) => typeof part === 'string' && part !== '')
}

function read(news: News): InboundEvent {
  const { object, action, id, eventId } = news
  const subject = Object.hasOwn(subjects, object) ? subjects[object] : undefined
  return {
    type: subject && actions.has(action) ? `${subject}.${action}` : `salesforce.${object}.${action}`,
    ...(typeof eventId === 'string' && eventId !== '' ? { eventId } : {}),
    externalId: id,
    data: news,
  }
}
