import { createHmac } from 'node:crypto'
import {
  ConnectorError,
  type InboundEvent,
  type InboundRequest,
  isSame,
  readBody,
  type Static,
  schemes,
  type Webhook,
} from '../../kit/index.ts'
import { applicationOf, pageOf, readPage, withToken } from './graph.ts'
import type { FacebookContext, settings } from './settings.ts'

type Value = {
  leadgen_id?: string | number
  form_id?: string | number
  ad_id?: string | number
  adgroup_id?: string | number
  created_time?: number
}
type Entry = { id?: string | number; changes?: { field?: string; value?: Value }[] }
type Subscription = { object: string; callback_url?: string; active?: boolean; fields?: { name: string }[] }

const field = 'leadgen'

/**
 * News of leads (https://developers.facebook.com/docs/graph-api/webhooks/getting-started/webhooks-for-leadgen). An application has one address for all of
 * its pages, so all accounts share one; a request may bundle news of several.
 */
export const webhook: Webhook<Static<typeof settings>> = {
  verify: schemes.meta(),
  secret: { credential: 'appSecret', orApplication: true },

  handshake({ method, query }, secrets) {
    const { 'hub.mode': mode, 'hub.challenge': challenge = '', 'hub.verify_token': token = '' } = query
    if (method !== 'GET' || mode === undefined) return undefined
    const page = pageNamedBy(token) ?? ''
    // Every secret is compared, so that time does not tell which.
    const fits = secrets.map((secret) => isSame(token, secret) || isSame(token, verifyTokenOf(page, secret)))
    const isGenuine = mode === 'subscribe' && /^[\w.-]{1,200}$/.test(challenge) && fits.includes(true)
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return isGenuine
      ? { status: 200, body: challenge, headers }
      : { status: 403, body: 'Not the verify token.', headers }
  },

  route(request) {
    const page = request.method === 'GET' ? pageNamedBy(request.query['hub.verify_token'] ?? '') : undefined
    return page ?? entriesOf(request).map(({ id }) => String(id))
  },

  parse: (request, page) =>
    entriesOf(request)
      .filter(({ id }) => page === undefined || String(id) === page)
      .flatMap(newsOf),

  // Who only sends conversions has nothing to hear.
  about: ({ page_id: page }) => page,

  async subscribe(context, { url, secret }) {
    await hearPages(context, url.replace(/\/i\/[^/]+$/, ''), secret)
    const { id, credentials } = await readPage(context)
    const path = `/${id}/subscribed_apps`
    const { data = [] } = await context.http.get<{ data?: { subscribed_fields?: string[] }[] }>(path, undefined, {
      credentials,
    })
    // What is named replaces what the application heard before.
    const fields = new Set([...data.flatMap(({ subscribed_fields: heard = [] }) => heard), field])
    await context.http.post(path, undefined, {
      ...{ query: { subscribed_fields: [...fields].join(',') }, credentials, repeatable: true },
    })
    return { id }
  },

  async unsubscribe(context, { id }) {
    const { credentials } = await readPage(context, id)
    await context.http.delete(`/${id}/subscribed_apps`, undefined, { credentials })
  },
}

/** Makes the application hear of pages at the hub's address. @throws ConnectorError CONFLICT where it hears of them elsewhere */
async function hearPages(context: FacebookContext, url: string, secret: string): Promise<void> {
  const application = applicationOf(context)
  if (!application)
    throw new ConnectorError(
      'CONFIG_SCHEMA_INVALID',
      'Facebook: the application of this hub is not configured any more',
    )
  const credentials = withToken(context, `${application.id}|${application.secret}`)
  const path = `/${application.id}/subscriptions`
  const { data = [] } = await context.http.get<{ data?: Subscription[] }>(path, undefined, { credentials })
  const present = data.find(({ object }) => object === 'page')
  if (present?.callback_url !== undefined && present.callback_url !== url)
    throw new ConnectorError(
      'CONFLICT',
      `The Facebook application tells ${new URL(present.callback_url).host} of its pages; take that subscription out under Webhooks → Page, or use an application of its own (CONFLICT)`,
    )
  const heard = present?.fields?.map(({ name }) => name) ?? []
  if (present?.active && heard.includes(field)) return
  await context.http.form(
    path,
    {
      ...{ object: 'page', callback_url: url, include_values: true },
      ...{ fields: [...new Set([...heard, field])].join(','), verify_token: verifyTokenOf(pageOf(context), secret) },
    },
    { credentials, repeatable: true },
  )
}

/** What Meta must say to prove that it was this hub that gave it the address: it names the page, whose account knows the secret. */
const verifyTokenOf = (page: string, secret: string): string =>
  `${page}.${createHmac('sha256', secret).update(`verify token of page ${page}`).digest('hex')}`

const pageNamedBy = (token: string): string | undefined => /^(\d{1,30})\.[0-9a-f]{64}$/.exec(token)?.[1]

function entriesOf({ rawBody }: InboundRequest): Entry[] {
  // Ids of advertisements exceed what JavaScript can count to.
  const body = Object(readBody(rawBody.toString(), 'application/json')) as { object?: unknown; entry?: unknown }
  return body.object === 'page' && Array.isArray(body.entry)
    ? body.entry.filter((entry): entry is Entry => typeof entry === 'object' && entry !== null)
    : []
}

const newsOf = ({ id, changes }: Entry): InboundEvent[] =>
  (Array.isArray(changes) ? changes : []).flatMap((change) => {
    const {
      leadgen_id: leadId,
      form_id: formId,
      ad_id: adId,
      adgroup_id: group,
      created_time: at,
    } = change?.value ?? {}
    if (change?.field !== field || leadId === undefined) return []
    const about = { pageId: id, formId, adId: adId ?? group }
    return [
      {
        type: 'lead.received',
        eventId: `${field}/${leadId}`,
        externalId: String(leadId),
        ...(typeof at === 'number' ? { occurredAt: new Date(at * 1_000) } : {}),
        data: Object.fromEntries(
          Object.entries(about).flatMap(([name, value]) => (value ? [[name, String(value)]] : [])),
        ),
      },
    ]
  })
